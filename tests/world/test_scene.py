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
from audit.world.build import real_world
from audit.world.scene import SceneFile, scene
from audit.world.world import Output, Page, World
from tests.world.hands import SECOND, hands, run

AT = datetime(2026, 9, 1, tzinfo=UTC)
STATE = ServiceState(samples=(Sample(address="10.0.0.1"),))
DSN = Secret("env", "DSN")

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
    lambda world: world.files.unpack("/srv/a.gz", 2, SECOND),
    lambda world: world.command.run(["restic", "snapshots", "--json"], SECOND, {}),
    lambda world: world.postgresql.rows(DSN, ["select 1 from x"], SECOND),
    lambda world: world.guard.check("a.example"),
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
