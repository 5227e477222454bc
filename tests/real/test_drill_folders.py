"""Real folders, file servers and jobs restored in a drill: as they are, with something taken out of them."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from audit.contract import Drill
from audit.model.technology import Copy
from audit.model.verdict import CannotSee, Reason
from checks.backup.borgmatic import Borgmatic
from checks.backup.drills import borgmatic, rclone, sftp, tree
from checks.backup.rclone import Rclone
from checks.backup.sftp import SftpDrop
from checks.backup.tree import FileTree
from tests.real.around import secrets_of
from tests.real.drops import listed, sshd
from tests.real.lab import Lab
from tests.real.lab import tree as state
from tests.real.labs import borgmatic as borgmatic_lab
from tests.real.labs import rclone as rclone_lab
from tests.real.labs import sftp as sftp_lab
from tests.real.labs import tree as tree_lab
from tests.real.scratch import scratch_for
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]
Need = Callable[[str], Path]


@contextmanager
def drilling(lab: Lab, kind: type[Copy], found: Drill, root: Path) -> Iterator[Callable[..., Brought]]:
    def run(*, more: dict[str, Any] | None = None, **terms: Any) -> Brought:
        copy = kind.model_validate({"id": "it", "at": "busan", **lab.item, **(more or {})})
        before = lab.state()
        brought = drill(found, copy, root, scratch.folder, **terms)
        assert brought.left == ()
        assert lab.state() == before
        return brought

    with secrets_of(lab), scratch_for(root) as scratch:
        yield run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "lab").mkdir()
    return tmp_path / "lab"


def needed(need: Need, names: tuple[str, ...]) -> None:
    for name in names:
        need(name)


def test_a_tree_is_brought_back(need: Need, root: Path) -> None:
    needed(need, tree_lab.NEEDS)
    with tree_lab.lab(root) as lab, drilling(lab, FileTree, tree.restored, root) as run:
        brought = run(canary={"file": "year-1/loan-4.txt"})
        assert brought.failed == {}
        assert (brought.restored.integrity, brought.restored.share, brought.restored.files) == (5, 1.0, 15)
        shares = []
        for turn in range(4):
            part = run(share=0.25, turn=turn)
            assert part.failed == {}
            shares.append(part.restored.share)
        assert sum(shares) == pytest.approx(1)
        # A look that reads another thirtieth each day may not have come by; what is brought back is held against all.
        lab.breaks["byte-flipped"]()
        assert "another sha256" in run().failed["manifest"]


@pytest.mark.parametrize("broken", ["file-removed", "hidden-removed", "half-sent", "run-not-ended", "emptied"])
def test_a_tree_with_something_missing_is_not_proven(need: Need, root: Path, broken: str) -> None:
    needed(need, tree_lab.NEEDS)
    with tree_lab.lab(root) as lab, drilling(lab, FileTree, tree.restored, root) as run:
        lab.breaks[broken]()
        with suppress(CannotSee):
            assert run().failed


def test_a_tree_on_a_server_is_brought_back(need: Need, root: Path, tmp_path: Path) -> None:
    needed(need, (*tree_lab.NEEDS, *sftp_lab.NEEDS))
    with tree_lab.lab(root) as lab, sshd(tmp_path / "ssh") as server:
        there = {"server": {"host": "127.0.0.1", **{k: v for k, v in server.item.items() if k != "kind"}}}
        with drilling(lab, FileTree, tree.restored, root) as run:
            brought = run(more={**there, "path": str(root / "mirror")})
            assert (brought.failed, brought.restored.integrity, brought.restored.files) == ({}, 3, 13)
            assert run(more={**there, "path": str(root / "mirror")}, share=0.3).restored.share < 1


def test_a_file_of_a_server_is_brought_back(need: Need, root: Path) -> None:
    needed(need, sftp_lab.NEEDS)
    with sftp_lab.lab(root) as lab, drilling(lab, SftpDrop, sftp.restored, root) as run:
        brought = run()
        assert brought.failed == {}
        assert brought.restored.integrity >= 3
        assert brought.restored.point.id == "newest.sql.gz"
        lab.breaks["byte-flipped"]()
        assert run(wanted="newest.sql.gz").failed
        lab.breaks["another-host"]()
        with pytest.raises(CannotSee) as gap:
            run()
        assert gap.value.reason is Reason.DENIED


def test_the_repository_of_a_job_is_brought_back(need: Need, root: Path) -> None:
    needed(need, borgmatic_lab.NEEDS)
    with borgmatic_lab.lab(root) as lab, drilling(lab, Borgmatic, borgmatic.restored, root) as run:
        brought = run()
        assert (brought.failed, brought.restored.integrity, brought.restored.files) == ({}, 3, 8)
        lab.breaks["bytes-flipped"]()
        assert run().failed


def test_a_file_that_rclone_reaches_is_brought_back(need: Need, root: Path) -> None:
    needed(need, rclone_lab.NEEDS)
    with rclone_lab.lab(root) as lab, drilling(lab, Rclone, rclone.restored, root) as run:
        # Text that is no dump, as servers are for other tests; as long as the dumps, or it would be doubted.
        (root / "drop" / "newest.sql.gz").write_bytes(gzip.compress(os.urandom(30_000).hex().encode()))
        listed(root / "drop")
        brought = run()
        assert (brought.failed, brought.restored.integrity, brought.restored.bytes) == ({}, 3, 60_000)
        assert {check.name for check in brought.restored.checks} == {"fetch", "sha256", "unpack"}
        lab.breaks["byte-flipped"]()
        assert "sha256" in run(wanted="newest.sql.gz").failed


def test_a_folder_that_rclone_reaches_is_brought_back(need: Need, root: Path) -> None:
    needed(need, rclone_lab.NEEDS)
    night = root / "drop" / "night"
    night.mkdir(parents=True)
    for number in range(12):
        (night / f"loan [{number}]").write_bytes(os.urandom(500))
    (night / "marker").write_text("12\n")
    lab = Lab({"kind": "rclone", "storage": "local", "path": "drop", "point": "folder"}, lambda: state(root), {})
    with drilling(lab, Rclone, rclone.restored, root) as run:
        brought = run(canary={"file": "marker", "at-least": 12})
        assert (brought.failed, brought.restored.files, brought.restored.integrity) == ({}, 13, 5)
        # Without a sum of anything nothing tells whether it is what it was.
        assert run().restored.integrity == 1
        shares = [run(share=0.34, turn=turn).restored.share for turn in range(3)]
        assert sum(shares) == pytest.approx(1)


def test_no_secret_is_left_in_the_environment(root: Path) -> None:
    assert not any("planted" in value for value in os.environ.values())
