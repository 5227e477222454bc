"""Snapshots of etcd to what their probe makes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from audit.contract import CannotSee, Output, Reason, say
from audit.model.backup import BackupState
from audit.world.scene import SceneFile, scene
from checks.backup.etcd import Etcd, snapshots
from tests.checks.bolt import change, living, snapshot, store

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SOUND = snapshot(store(living(20)))
MEMBER = b"91bc3c398fb3c146"


def look(*contents: bytes, status: Any = None, **more: Any) -> BackupState:
    files = {
        f"/e/{number}.db": SceneFile(content, NOW - timedelta(hours=9 - number))
        for number, content in enumerate(contents, 1)
    }
    none = CannotSee(Reason.NO_TOOL, say("no etcdctl"))
    world = scene(now=NOW, files=files, command={"etcdctl": status or none, "etcdutl": none})
    copy = Etcd.model_validate({"id": "e", "kind": "etcd", "at": "b", "path": "/e/*.db", **more})
    seen = anyio.run(snapshots.look, copy, world)
    assert isinstance(seen, BackupState)
    return seen


def doubt(*contents: bytes, **more: Any) -> str:
    return look(*contents, **more).points[-1].doubt


class TestOfItself:
    def test_a_whole_one(self) -> None:
        seen = look(SOUND, SOUND)
        assert (seen.integrity, seen.errors, seen.encrypted, seen.size) == (2, (), False, len(SOUND))

    def test_one_byte_is_enough(self) -> None:
        broken = bytearray(SOUND)
        broken[3000] ^= 1
        seen = look(SOUND, bytes(broken))
        assert seen.newest is not None
        assert (seen.newest.id, len(seen.errors)) == ("1.db", 1)

    @pytest.mark.parametrize("content", [b"", SOUND[:-100], b"PK" * 3000])
    def test_what_does_not_count(self, content: bytes) -> None:
        assert look(content).newest is None

    @pytest.mark.parametrize("status", [None, Output(0, "{}", "")])
    def test_without_a_checksum_nothing_is_verified(self, status: Output | None) -> None:
        seen = look(SOUND[:-32], status=status)
        assert seen.newest is not None
        assert seen.absent["errors"].reason is Reason.INCOMPLETE

    def test_what_the_tool_cannot_read_is_none(self) -> None:
        assert "cannot read it: Error: bad" in doubt(SOUND[:-32], status=Output(1, "", "Error: bad\n"))

    def test_a_form_that_is_not_known_is_not_called_sound(self) -> None:
        content = bytearray(store(living(20)))
        content[16 + 8 : 16 + 12] = (7).to_bytes(4, "little")
        seen = look(snapshot(bytes(content)))
        assert seen.newest is not None
        assert (seen.integrity, seen.absent["errors"].reason) == (1, Reason.INCOMPLETE)

    @settings(max_examples=60, deadline=None)
    @given(some.lists(some.tuples(some.integers(0, len(SOUND) - 33), some.integers(0, 255)), max_size=12))
    def test_bytes_of_somebody_else_break_nothing(self, changed: list[tuple[int, int]]) -> None:
        content = bytearray(SOUND[:-32])
        content[16:20] = b"\xed\xda\x0c\xed"
        for at, value in changed:
            content[at if at < 16 or at > 19 else 20] = value
        look(snapshot(bytes(content)))


class TestAgainstEarlierOnes:
    def test_no_key_is_left(self) -> None:
        gone = [*living(20), *(change(22, f"key{number}".encode(), None) for number in range(20))]
        assert doubt(SOUND, snapshot(store(gone))) == "it holds no key"
        assert look(snapshot(store(gone)), **{"may-be-empty": "true"}).newest is not None

    def test_much_fewer_than_days_ago(self) -> None:
        few = snapshot(store(living(9)))
        assert doubt(SOUND, few, few) == "it holds 9 keys, an earlier one 20"
        assert look(SOUND, few, few).newest == look(SOUND).newest
        assert not doubt(SOUND, snapshot(store([*living(9), change(50, b"key1", 3)])), **{"may-shrink": "60 %"})

    def test_forgotten_changes_are_no_loss(self) -> None:
        busy = snapshot(store([*living(20), *(change(22 + number, b"key1", 3) for number in range(200))]))
        forgot = living(20)
        forgot[1] = change(230, b"key1", 3)
        assert not doubt(busy, snapshot(store(sorted(forgot))))

    def test_a_count_of_changes_that_goes_back(self) -> None:
        late = snapshot(store([*living(20), change(30, b"key1", 3)]))
        assert doubt(late, SOUND).endswith("an old one, or of a cluster that was put back")
        assert doubt(SOUND, late, SOUND).endswith("it is 1.db once more")
        assert doubt(late, snapshot(store(living(20, name=b"other")))).endswith("it is of another cluster")

    @pytest.mark.parametrize("how", [{"member": MEMBER}, {"index": 3}])
    def test_the_first_one_after_a_restore_counts(self, how: dict[str, Any]) -> None:
        late = snapshot(store([*living(20), change(30, b"key1", 3)]))
        assert not doubt(late, snapshot(store(living(20), **how)))

    def test_a_stranger(self) -> None:
        other = snapshot(store(living(30, first=90, name=b"other"), member=MEMBER))
        assert doubt(SOUND, other).startswith("it is of another cluster")

    def test_a_broken_one_before_tells_nothing_of_it(self) -> None:
        assert not doubt(SOUND, bytes(20) + SOUND[20:], SOUND)
