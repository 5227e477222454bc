"""A real group of Redis is switched over by its Sentinels as two people signed, while a canary is written into it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from audit.app.switching import make, planned
from audit.app.switching.perform import WARM
from audit.app.switching_record import recorded
from audit.model.exit import Exit, Stop
from audit.model.switching import SwitchState
from tests.app.switching.people import People, people
from tests.house.test_house import ROOT
from tests.real import sentinels
from tests.real.around import planted
from tests.real.children import wait_until
from tests.real.daemons import run
from tests.real.redises import WORD

pytestmark = pytest.mark.real
REF = "kibo/guarantee/cache"
WRITER = "planted-writer-word"
MAY = ("~haechi:*", "-@all", "+rpush", "+expire", "+lrange", "+del", "+ping")


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], Path]) -> Iterator[sentinels.Group]:
    for program in (*sentinels.NEEDS, "ssh-keygen"):
        need(program)
    with (
        sentinels.group(tmp_path_factory.mktemp("sentinel"), replicas=1, patience=30.0) as found,
        planted({"LAB_SENTINEL": WORD, "LAB_WRITER": WRITER}),
    ):
        for server in found.servers:
            server.limit()
            server.cli("ACL", "SETUSER", "haechi", "on", f">{WRITER}", *MAY)
        yield found


def estate(root: Path, group: sentinels.Group, two: People) -> Path:
    host, port = group.doors[0]
    writer = {"key": "haechi:switch", "user": "haechi", "password": {"env": "LAB_WRITER"}}
    item = {
        "id": "cache", "kind": "sentinel", "to": "busan", "mode": "hot", "host": host, "port": port,
        "group": group.name, "user": "audit", "password": {"env": "LAB_SENTINEL"}, "switch": writer,
    }  # fmt: skip
    whole = {
        "estate": {"id": "lab", "allow": ["127.0.0.0/8"], "signers": str(two.list)},
        "sites": [{"id": "daejeon"}, {"id": "busan"}],
        "institutions": [{"id": "kibo", "systems": [
            {"id": "guarantee", "grade": 1, "at": ["daejeon"], "rpo": "1h", "rto": "5m", "failover": [item]},
        ]}],
    }  # fmt: skip
    path = root / "estate.yaml"
    path.write_text(yaml.safe_dump(whole, sort_keys=False))
    return path


def cleared(group: sentinels.Group, key: str) -> bool:
    """Whether a key is gone from whoever is the primary now; False also where that takes no write."""
    port = str(group.primary().port)
    return run("redis-cli", "-e", "-p", port, "DEL", key).returncode == 0 and not group.primary().cli("KEYS", key)


def switched(root: Path, group: sentinels.Group) -> SwitchState:
    """One switch, as two people signed it; a second one by the same paper is refused."""
    two = people(root / "people")
    path, store = estate(root, group, two), str(root / "haechi.db")
    wait_until(group.settled, "the group")
    found = planned(path, "cache", store=store)
    assert found.exit is Exit.READY, [str(one.why) for one in found.conditions if not one.held]
    assert found.authorization.order.content == f"SENTINEL FAILOVER {group.name}"
    before = group.primary()
    file = root / f"authorization-{found.authorization.nonce[:6]}.yaml"
    file.write_text(found.authorization.text())
    two.sign(file, "kim", "lee")
    state = make(path, "cache", file, confirm=lambda allowed: REF, store=store).state
    wait_until(lambda: group.primary() is not before, "the new primary")
    after = group.primary()
    assert (state.left.rpartition(":")[2], state.taken.rpartition(":")[2]) == (str(before.port), str(after.port))
    assert timedelta(0) <= state.outage < timedelta(seconds=60)
    assert state.acknowledged >= WARM + 2
    assert after.cli("KEYS", "haechi:*") == ""
    assert recorded(store, REF)[-1] == state
    kept = b"".join(one.read_bytes() for one in root.glob("haechi.db*"))
    assert REF.encode() in kept
    assert all(word.encode() not in kept for word in (WORD, WRITER))
    with pytest.raises(Stop, match="was used at"):
        make(path, "cache", file, confirm=lambda allowed: REF, store=store)
    return state


def test_what_it_loses_is_told_and_what_keeps_it_from_that_holds(tmp_path: Path, group: sentinels.Group) -> None:
    people(tmp_path / "people", "kim", "lee")
    first = switched(tmp_path, group)
    # The old primary goes on taking writes until a Sentinel comes to it: nobody has them afterwards.
    (canary,) = (one for one in first.checks if one.name == "canary")
    assert canary.held is (first.lost == 0)
    assert first.proven is (first.lost == 0)
    assert (first.rpo > timedelta(0)) is (first.lost > 0)
    for server in group.servers:
        server.cli("CONFIG", "SET", "min-replicas-to-write", "1")
    second = switched(tmp_path, group)
    assert (second.lost, second.rpo) == (0, timedelta(0))
    assert second.proven, (second.trouble, second.checks)
    assert second.taken == first.left


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_one_that_a_signal_ends_keeps_its_record(tmp_path: Path, group: sentinels.Group, number: int) -> None:
    two = people(tmp_path / "people", "kim", "lee")
    path, store = estate(tmp_path, group, two), tmp_path / "haechi.db"
    wait_until(group.settled, "the group")
    file = tmp_path / "authorization.yaml"
    file.write_text(planned(path, "cache", store=str(store)).authorization.text())
    two.sign(file, "kim", "lee")
    words = ("switch", "make", str(path), "cache", "--authorization", str(file), "--store", str(store), "--lang", "en")
    with subprocess.Popen(
        [sys.executable, "-m", "audit", *words, "--confirm", REF], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            assert child.stderr is not None
            said = ""
            while "sending" not in said:
                line = child.stderr.readline()
                assert line, said
                said += line
            child.send_signal(number)
            ends = Exit.INTERRUPTED if number == signal.SIGTERM else -number
            assert child.wait(180) == ends, said + child.stderr.read()
        finally:
            child.kill()
    (state,) = recorded(str(store))
    assert not state.proven
    wait_until(group.settled, "the group")
    if number == signal.SIGTERM:
        assert "broken off after the request" in state.trouble
        assert state.acknowledged >= 10
        assert group.primary().cli("KEYS", "haechi:*") == ""
    else:
        assert "nothing tells how it ended" in state.trouble
        (key,) = group.primary().cli("KEYS", "haechi:*").split()
        assert 0 < int(group.primary().cli("TTL", key)) <= 86_400
        # What was asked for may begin only now: until the new primary counts its replica, it takes no write.
        wait_until(lambda: cleared(group, key), "the key")
    # The lock went with whoever held it; the authorization is used up, also where the store goes too.
    for _ in ("with the store", "without it"):
        with pytest.raises(Stop, match="was used at"):
            make(path, "cache", file, confirm=lambda allowed: REF, store=str(store))
        for gone in tmp_path.glob("haechi.db*"):
            gone.unlink()


def test_a_canary_that_may_not_be_written_leaves_the_group_alone(tmp_path: Path, group: sentinels.Group) -> None:
    two = people(tmp_path / "people", "kim", "lee")
    path, store = estate(tmp_path, group, two), str(tmp_path / "haechi.db")
    wait_until(group.settled, "the group")
    before = group.primary()
    found = planned(path, "cache", store=store)
    file = tmp_path / "authorization.yaml"
    file.write_text(found.authorization.text())
    two.sign(file, "kim", "lee")
    with planted({"LAB_WRITER": "wrong"}), pytest.raises(Stop, match="canary cannot be written") as stop:
        make(path, "cache", file, confirm=lambda allowed: REF, store=store)
    assert stop.value.code is Exit.NOT_VERIFIED
    assert "wrong" not in "".join(stop.value.lines)
    assert group.primary() is before
    assert recorded(store) == ()
