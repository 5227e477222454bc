"""Plain values to what the hands of a scene show, to what the hands of a dark one refuse."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.model.facts import NameState, Sample, ServiceState
from audit.model.item import Secret
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import RedisDoor, S3Answer, S3Door, SnmpDoor, SshDoor
from audit.world.build import real_world
from audit.world.scene import SceneFile, scene
from audit.world.world import Answer, Output, Page, World
from tests.world.hands import SECOND, hands, run

AT = datetime(2026, 9, 1, tzinfo=UTC)
STATE = ServiceState(samples=(Sample(address="10.0.0.1"),))
DSN = Secret("env", "DSN")
STATE_GONE = CannotSee(Reason.TIMEOUT, say("gone"))


async def _opened(world: World) -> Any:
    async with world.sftp.files(SshDoor("a.example", 22, "audit", "ssh-ed25519 AAAA"), SECOND) as files:
        return await files.list("/*", 1)


LOOKS: tuple[Callable[[World], Awaitable[Any]], ...] = (
    lambda world: world.http.visit(Page("https://a.example/"), SECOND),
    lambda world: world.tcp.knock("a.example", 5432, SECOND),
    lambda world: world.tcp.talk("a.example", 3493, ["VER"], SECOND, "VER"),
    lambda world: world.tls.greet("a.example", 636, None, SECOND, None),
    lambda world: world.dns.ask("a.example", "10.0.0.1", 53, SECOND),
    lambda world: world.icmp.ping("a.example", SECOND),
    lambda world: world.files.list("/srv/*.gz", 10),
    lambda world: world.files.sha256("/srv/a.gz"),
    lambda world: world.files.head("/srv/a.gz", 2),
    lambda world: world.files.tail("/srv/a.gz", 2),
    lambda world: world.files.piece("/srv/a.gz", 1, 2),
    lambda world: world.files.unpack("/srv/a.gz", 2, SECOND),
    lambda world: world.command.run(["restic", "snapshots", "--json"], SECOND, {}),
    lambda world: world.postgresql.rows(DSN, ["select 1 from x"], SECOND),
    lambda world: world.guard.check("a.example"),
    lambda world: world.http.read(Page("https://a.example/"), SECOND),
    lambda world: world.mysql.rows(DSN, ["select 1 from x"], SECOND),
    lambda world: world.redis.ask(RedisDoor("a.example", 6379), [("PING",)], SECOND),
    lambda world: world.s3.ask(S3Door("https://a.example"), "list_buckets", {}, SECOND),
    lambda world: _opened(world),
    lambda world: world.snmp.get(SnmpDoor("a.example"), ["1.3"], SECOND),
    lambda world: world.snmp.walk(SnmpDoor("a.example"), "1.3", SECOND),
)
LIT = scene(
    http={"https://a.example/": STATE},
    tcp={"a.example:5432": STATE},
    talk={"a.example:3493": {"VER": "VER 1\n"}},
    tls={"a.example:636": STATE},
    dns={"a.example@10.0.0.1:53": NameState(samples=STATE.samples, addresses=())},
    icmp={"a.example": STATE},
    files={"/srv/a.gz": SceneFile(gzip.compress(b"insert"), AT)},
    command={"restic": Output(0, "[]", ""), "restic snapshots": Output(0, "[1]", "")},
    postgresql={"DSN": {"from x": [{"n": 1}]}},
    allowed={"a.example": ("10.0.0.1",)},
    pages={"https://a.example/": Answer(200, {}, b"ready", "10.0.0.1")},
    mysql={"DSN": {"from x": [{"n": 1}]}},
    redis={"a.example:6379": {"PING": "PONG"}},
    s3={"list_buckets": S3Answer()},
    sftp={"a.example:22": {"/a": SceneFile(b"", AT)}},
    snmp={"a.example:161": {"1.3": 1}},
)


async def awaited(look: Awaitable[Any]) -> Any:
    return await look


@pytest.mark.parametrize("number", range(len(LOOKS)))
def test_what_is_not_in_the_scene_cannot_be_seen(number: int) -> None:
    with pytest.raises(CannotSee) as seen:
        run(awaited(LOOKS[number](scene())))
    assert seen.value.reason == Reason.UNREACHABLE
    assert run(awaited(LOOKS[number](LIT))) is not None


def test_the_longest_beginning_of_a_command_answers() -> None:
    assert run(LIT.command.run(["restic", "snapshots", "--json"], SECOND, {})).out == "[1]"
    assert run(LIT.command.run(["restic", "check"], SECOND, {})).out == "[]"
    with pytest.raises(CannotSee):
        run(LIT.command.run(["restic2"], SECOND, {}))


def test_files_by_glob() -> None:
    names = ("/srv/a/1.gz", "/srv/a/2.gz", "/srv/a/b/3.gz", "/srv/a/note")
    world = scene(files={name: SceneFile(b"x", AT + number * SECOND) for number, name in enumerate(reversed(names))})
    assert [seen.path for seen in run(world.files.list("/srv/a/*.gz", 10))] == ["/srv/a/2.gz", "/srv/a/1.gz"]
    assert [seen.path for seen in run(world.files.list("/srv/a/**/*.gz", 1))] == ["/srv/a/1.gz"]
    assert run(world.files.list("/srv/a/*.sql", 10)) == ()
    with pytest.raises(CannotSee):
        run(world.files.list("/srv/b/*.gz", 10))


def test_a_packed_file() -> None:
    whole = run(LIT.files.unpack("/srv/a.gz", 3, SECOND))
    assert whole is not None
    assert (whole.head, whole.tail, whole.size, whole.trouble) == (b"ins", b"ert", 6, "")
    cut = scene(files={"a": SceneFile(gzip.compress(b"insert")[:-4], AT), "b": SceneFile(b"plain", AT)})
    broken = run(cut.files.unpack("a", 3, SECOND))
    assert broken is not None
    assert broken.trouble
    assert run(cut.files.unpack("b", 3, SECOND)) is None


def test_a_reason_in_a_scene_is_raised() -> None:
    silent = CannotSee(Reason.TIMEOUT, say("silent"))
    with pytest.raises(CannotSee) as seen:
        run(scene(icmp={"a": silent}).icmp.ping("a", timedelta(seconds=1)))
    assert seen.value is silent


def test_the_clock_of_a_scene_stands_still() -> None:
    assert scene(now=AT).clock.now() == AT


def test_the_real_world_is_bound_to_what_the_estate_allows(tmp_path: Path) -> None:
    world = real_world(allow=(), root=tmp_path)
    assert world.root == tmp_path
    assert abs(world.clock.now() - datetime.now(UTC)) < SECOND
    for look in (*LOOKS[:6], LOOKS[-1]):
        with pytest.raises(CannotSee) as seen:
            run(awaited(look(world)))
        assert seen.value.reason == Reason.DENIED
    assert hands().guard.permits("127.0.0.1")


def test_servers_of_a_scene_answer_what_is_in_it() -> None:
    agent: dict[str, int | str] = {"1.3.6.1.1": "up", "1.3.6.1.2": 7, "1.3.61": 8}
    world = scene(
        pages={"https://a.example/": Answer(200, {}, b"ready", "10.0.0.1"), "POST https://a.example/": STATE_GONE},
        mysql={"DSN": {"SHOW GRANTS": ({"Grants": "all"},)}},
        redis={"a.example:6379": {"PING": "PONG", "CONFIG GET save": PermissionError("NOPERM")}},
        s3={"list_objects_v2": S3Answer({"all": 1}), "list_objects_v2 kosme": S3Answer({}, "NoSuchBucket")},
        sftp={"a.example:22": {"/drop/a": SceneFile(b"whole", AT)}},
        snmp={"a.example:161": agent},
    )

    async def look() -> None:
        assert (await world.http.read(Page("https://a.example/"), SECOND)).body == b"ready"
        with pytest.raises(CannotSee):
            await world.http.read(Page("https://a.example/", method="POST"), SECOND)
        assert (await world.mysql.rows(DSN, ["SHOW GRANTS FOR x"], SECOND))[0][0]["Grants"] == "all"
        said = await world.redis.ask(RedisDoor("a.example", 6379), [("PING",), ("CONFIG", "GET", "save")], SECOND)
        assert said[0] == "PONG"
        assert isinstance(said[1], PermissionError)
        door = S3Door()
        assert (await world.s3.ask(door, "list_objects_v2", {"Bucket": "kosme"}, SECOND)).code == "NoSuchBucket"
        assert (await world.s3.ask(door, "list_objects_v2", {"Bucket": "kibo"}, SECOND)).data == {"all": 1}
        async with world.sftp.files(SshDoor("a.example", 22, "audit", ""), SECOND) as files:
            assert await files.head("/drop/a", 2) == b"wh"
        snmp = SnmpDoor("a.example")
        assert await world.snmp.get(snmp, ["1.3.6.1.2", "1.9"], SECOND) == {"1.3.6.1.2": 7, "1.9": None}
        assert await world.snmp.walk(snmp, "1.3.6", SECOND) == {"1.3.6.1.1": "up", "1.3.6.1.2": 7}

    run(look())
