"""Backups of a real MariaDB are restored by the drill: a full one, a chain, one with flipped bytes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.backup.drills import mariabackup
from checks.backup.mariabackup import Mariabackup
from tests.real.lab import tree
from tests.real.labs.mariabackup import NEEDS, lab
from tests.real.scratch import scratch_for
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], Path]) -> Path:
    for program in NEEDS:
        need(program)
    folder = tmp_path_factory.mktemp("maria")
    with lab(folder):
        pass
    return folder / "backups"


@pytest.fixture
def backups(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "backups")
    return tmp_path / "backups"


def restored(backups: Path, least: int = 1, **more: object) -> Brought:
    copy = Mariabackup.model_validate(
        {"id": "it", "kind": "mariabackup", "at": "busan", "path": "backups/*", "timezone": "UTC"}
    )
    canary = {"query": "SELECT count(*) FROM ledger", "database": "app", "at-least": least}
    with scratch_for(backups.parent) as space:
        scratch = space.folder
        return drill(mariabackup.restored, copy, backups.parent, scratch, canary=canary, **more)  # type: ignore[arg-type]


def test_a_whole_backup_is_proven(backups: Path) -> None:
    before = tree(backups)
    brought = restored(backups, 500)
    assert brought.failed == {}
    assert [check.name for check in brought.restored.checks] == ["prepare", "start", "CHECK TABLE", "canary"]
    assert (brought.restored.integrity, brought.restored.point.id) == (5, "3-full")
    assert {part.name for part in brought.parts} >= {"preflight", "restore", "start", "verify"}
    assert (tree(backups), brought.left) == (before, ())


def test_an_incremental_backup_is_brought_back_upon_its_full_one(backups: Path) -> None:
    brought = restored(backups, 500, wanted="2-more")
    assert brought.failed == {}
    assert brought.restored.integrity == 5


def test_flipped_bytes_fail(backups: Path) -> None:
    with (backups / "3-full" / "app" / "ledger.ibd").open("r+b") as file:
        file.seek(16384 * 3 + 200)
        found = file.read(1)
        file.seek(16384 * 3 + 200)
        file.write(bytes([found[0] ^ 0xFF]))
    brought = restored(backups, wanted="3-full")
    assert brought.failed
    assert brought.restored.integrity == 1


def test_a_canary_that_is_not_there_fails_at_level_four(backups: Path) -> None:
    brought = restored(backups, 1_000_000)
    assert set(brought.failed) == {"canary"}
    assert brought.restored.integrity == 4
