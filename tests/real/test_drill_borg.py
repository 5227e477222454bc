"""Real borg repositories restored in a drill: good, a part of it, damaged, repaired with zeros, locked away."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audit.model.verdict import CannotSee, Reason
from checks.backup.borg import Borg
from checks.backup.drills.borg import restored
from tests.real.lab import tree
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]
PASSPHRASE = "planted-borg-drill"
SIZE = 90_000


@dataclass(frozen=True)
class Repository:
    """A repository in a folder with its source beside it."""

    program: Path
    folder: Path

    def run(self, *words: str, codes: tuple[int, ...] = (0,)) -> None:
        environment = {
            "PATH": os.defpath, "BORG_BASE_DIR": str(self.folder / "base"), "BORG_PASSPHRASE": PASSPHRASE, "TZ": "UTC",
            "BORG_CHECK_I_KNOW_WHAT_I_AM_DOING": "YES", "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
        }  # fmt: skip
        done = subprocess.run(
            [self.program, *words], env=environment, cwd=self.folder, timeout=300,
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode in codes, done.stderr

    def drill(self, **terms: Any) -> Brought:
        written = {"id": "nightly", "kind": "borg", "at": "busan", "repository": "repo"}
        copy = Borg.model_validate({**written, "passphrase": {"file": "passphrase"}})
        brought = drill(restored, copy, self.folder, self.folder / "scratch", **terms)
        assert brought.left == ()
        assert PASSPHRASE not in repr(brought)
        return brought

    @property
    def segment(self) -> Path:
        """The largest file of the stored data."""
        return max((self.folder / "repo" / "data").rglob("*"), key=lambda path: path.stat().st_size)


@pytest.fixture(scope="session")
def made(need: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """One archive of some files with odd names, their manifest, a marker."""
    folder = tmp_path_factory.mktemp("drill-borg")
    (folder / "passphrase").write_text(PASSPHRASE + "\n")
    (folder / "passphrase").chmod(0o600)
    source = folder / "source"
    (source / "deep").mkdir(parents=True)
    names = ("one", "-two", "three [*?] four", "deep/five", "deep/.hidden", "six\\", "seven")
    for name in names:
        (source / name).write_bytes(os.urandom(SIZE))
    (source / "marker").write_text("ledger-7\n")
    sums = [f"{hashlib.sha256((source / name).read_bytes()).hexdigest()}  {name}\n" for name in names[:5]]
    (source / "SHA256SUMS").write_text("".join(sums))
    (source / "link").symlink_to("/etc/passwd")
    os.link(source / "one", source / "again")
    repository = Repository(need("borg"), folder)
    repository.run("init", "--encryption=repokey-blake2", "repo")
    repository.run("create", "repo::ledger-2026-11-20", "source")
    return repository


@pytest.fixture
def repository(made: Repository, tmp_path: Path) -> Repository:
    """The same, for a test to spoil."""
    shutil.copytree(made.folder, tmp_path / "drill", symlinks=True)
    return Repository(made.program, tmp_path / "drill")


def test_a_good_repository_is_brought_back_whole(made: Repository) -> None:
    before = tree(made.folder / "repo")
    brought = made.drill(canary={"file": "source/marker", "expect": "ledger-7"})
    assert brought.failed == {}
    assert [check.name for check in brought.restored.checks] == ["borg extract", "files", "manifest", "canary"]
    assert (brought.restored.integrity, brought.restored.share, brought.restored.files) == (5, 1.0, 10)
    assert brought.restored.bytes > 8 * SIZE
    assert {part.name for part in brought.parts} == {"preflight", "restore", "verify"}
    assert tree(made.folder / "repo") == before


def test_a_share_comes_round_to_every_file(made: Repository) -> None:
    seen = 0.0
    for turn in range(3):
        brought = made.drill(share=0.34, turn=turn)
        assert brought.failed == {}
        assert brought.restored.share < 1
        seen += brought.restored.share
    assert seen >= 1


def test_a_flipped_byte_fails_the_drill(repository: Repository) -> None:
    content = bytearray(repository.segment.read_bytes())
    content[len(content) // 2] ^= 0xFF
    repository.segment.write_bytes(content)
    brought = repository.drill()
    assert "borg extract" in brought.failed
    assert brought.restored.integrity == 1


def test_zeros_in_the_place_of_lost_data_fail_the_drill(repository: Repository) -> None:
    segment = repository.segment
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 0xFF
    segment.write_bytes(content)
    repository.run("check", "--repair", "repo", codes=(0, 1))
    brought = repository.drill()
    assert "zeros stand where data was lost" in brought.failed["health"]
    assert brought.restored.integrity == 1


def test_a_wrong_passphrase_is_no_drill(repository: Repository) -> None:
    (repository.folder / "passphrase").write_text("planted-wrong\n")
    with pytest.raises(CannotSee) as gap:
        repository.drill()
    assert gap.value.reason is Reason.DENIED
    assert list((repository.folder / "scratch").glob("[!.]*")) == []


def test_a_checkpoint_alone_fails_the_drill(repository: Repository) -> None:
    repository.run("rename", "repo::ledger-2026-11-20", "ledger-2026-11-20.checkpoint")
    brought = repository.drill()
    assert brought.failed.keys() == {"complete point"}
    assert brought.restored.bytes == 0


def test_an_archive_by_its_name(repository: Repository) -> None:
    repository.run("create", "repo::ledger-2026-11-21", "source/one")
    assert repository.drill(wanted="ledger-2026-11-20").restored.files == 10
