"""Snapshots of a real etcd are restored by the drill: whole, with a flipped byte, without the canary."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.backup.drills import etcd
from checks.backup.etcd import Etcd
from tests.real.lab import tree
from tests.real.labs.etcd import NEEDS, lab
from tests.real.scratch import scratch_for
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], Path]) -> Path:
    for program in NEEDS:
        need(program)
    folder = tmp_path_factory.mktemp("etcd")
    with lab(folder):
        return folder / "snapshots"


@pytest.fixture
def snapshots(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "snapshots")
    return tmp_path / "snapshots"


def restored(snapshots: Path, key: str = "more", **more: object) -> Brought:
    copy = Etcd.model_validate({"id": "it", "kind": "etcd", "at": "busan", "path": "snapshots/*.db"})
    canary = {"key": key, "expect": "1"}
    with scratch_for(snapshots.parent) as space:
        scratch = space.folder
        return drill(etcd.restored, copy, snapshots.parent, scratch, canary=canary, **more)  # type: ignore[arg-type]


def test_a_whole_snapshot_is_proven(snapshots: Path) -> None:
    before = tree(snapshots)
    brought = restored(snapshots)
    assert brought.failed == {}
    assert [check.name for check in brought.restored.checks] == ["restore", "start", "keys", "canary"]
    assert (brought.restored.integrity, brought.restored.point.id) == (5, "2.db")
    assert {part.name for part in brought.parts} >= {"preflight", "restore", "start", "verify"}
    assert (tree(snapshots), brought.left) == (before, ())


def test_a_flipped_byte_fails(snapshots: Path) -> None:
    content = bytearray((snapshots / "2.db").read_bytes())
    content[content.rindex(b"x" * 200) + 100] ^= 0x01
    (snapshots / "2.db").write_bytes(content)
    assert set(restored(snapshots, wanted="2.db").failed) == {"restore"}


def test_a_canary_that_is_not_there_fails_at_level_four(snapshots: Path) -> None:
    brought = restored(snapshots, key="nobody")
    assert set(brought.failed) == {"canary"}
    assert brought.restored.integrity == 4
