"""Real snapshots of one etcd through deletions, a compaction, a restore, to which of them count as backups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from audit.model.backup import BackupState
from audit.world.build import real_world
from checks.backup.etcd import Etcd, snapshots
from tests.real.daemons import done
from tests.real.labs.etcd import started

pytestmark = [pytest.mark.real, pytest.mark.lab]


def looked(folder: Path, *kept: str, **more: Any) -> BackupState:
    """What a look makes of some of the snapshots, in this order."""
    shown = folder / f"{'-'.join((*kept, *more))}.shown"
    shown.mkdir()
    for number, name in enumerate(kept, 1):
        (shown / f"{number}.db").write_bytes((folder / f"{name}.db").read_bytes())
    copy = Etcd.model_validate({"id": "e", "kind": "etcd", "at": "b", "path": f"{shown.name}/*.db", **more})
    seen = anyio.run(snapshots.look, copy, real_world(allow=(), root=folder))
    assert isinstance(seen, BackupState)
    return seen


def test_what_a_cluster_goes_through(tmp_path: Path, need: Callable[[str], Path]) -> None:
    need("etcd"), need("etcdctl")

    def ctl(address: str, *words: str) -> None:
        done("etcdctl", "--endpoints", address, *words, environment={"ETCDCTL_API": "3"})

    def took(address: str, name: str) -> None:
        ctl(address, "snapshot", "save", str(tmp_path / f"{name}.db"))

    with started(tmp_path / "first") as address:
        for number in range(12):
            ctl(address, "put", f"key{number}", "1")
        took(address, "early")
        for number in range(30):
            ctl(address, "put", "key1", str(number))
        took(address, "late")
        ctl(address, "compact", "43")
        took(address, "compacted")
        ctl(address, "del", "", "--prefix")
        took(address, "emptied")
    with started(tmp_path / "second", backup=tmp_path / "early.db") as address:
        ctl(address, "put", "key1", "after")
        took(address, "restored")
    sound = looked(tmp_path, "early", "late", "compacted")
    assert (sound.integrity, [point.doubt for point in sound.points]) == (2, ["", "", ""])
    again = looked(tmp_path, "early", "late", "restored")
    assert [point.doubt for point in again.points] == ["", "", ""]
    without = looked(tmp_path, "late", "restored")
    assert without.points[-1].complete
    assert "once more" in looked(tmp_path, "early", "late", "early").points[-1].doubt
    assert "an old one" in looked(tmp_path, "late", "early").points[-1].doubt
    assert looked(tmp_path, "emptied").newest is None
    assert looked(tmp_path, "emptied", **{"may-be-empty": True}).newest is not None
