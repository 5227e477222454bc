"""Real restic repositories restored in a drill: good, a part of it, damaged, locked away."""

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
from checks.backup import restic as kinds
from checks.backup.drills import restic as module
from checks.backup.drills.restic import restored
from checks.backup.restic import Restic
from tests.real.lab import tree
from tests.real.scratch import scratch_for
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]
PASSWORD = "planted-restic-drill"
SIZE = 60_000
KNOWN = ("check", "ls", "restore", "snapshots", "stats")


@dataclass(frozen=True)
class Repository:
    """A repository in a folder with its source beside it."""

    program: Path
    folder: Path

    def run(self, *words: str) -> None:
        subprocess.run(
            [self.program, "-q", "--no-cache", "-r", self.folder / "repo", "-p", self.folder / "password", *words],
            check=True, timeout=300, stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip

    def drill(self, *paths: Path, **terms: Any) -> Brought:
        written = {"id": "nightly", "kind": "restic", "at": "busan", "repository": "repo", "paths": [*map(str, paths)]}
        copy = Restic.model_validate({**written, "password": {"file": "password"}})
        brought = drill(restored, copy, self.folder, self.folder / "scratch", **terms)
        assert brought.left == ()
        assert PASSWORD not in repr(brought)
        return brought

    def spoil(self) -> None:
        """One byte in the middle of the largest pack."""
        pack = max((self.folder / "repo" / "data").rglob("*"), key=lambda path: path.stat().st_size)
        content = bytearray(pack.read_bytes())
        content[len(content) // 2] ^= 0xFF
        pack.chmod(0o600)
        pack.write_bytes(content)


@pytest.fixture(scope="session")
def made(need: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """One snapshot of some files with odd names, their manifest, a marker with a time in it."""
    folder = tmp_path_factory.mktemp("drill-restic")
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "password").chmod(0o600)
    source = folder / "source"
    (source / "deep").mkdir(parents=True)
    names = ("one", "-two", "three [*?] four", "deep/five", "deep/.hidden", "six\\", "seven")
    for name in names:
        (source / name).write_bytes(os.urandom(SIZE))
    (source / "marker").write_text("2026-11-20T01:02:03+09:00\n")
    sums = [f"{hashlib.sha256((source / name).read_bytes()).hexdigest()}  {name}\n" for name in names[:5]]
    (source / "SHA256SUMS").write_text("".join(sums))
    (source / "link").symlink_to("/etc/passwd")
    os.link(source / "one", source / "again")
    repository = Repository(need("restic"), folder)
    repository.run("init")
    repository.run("backup", str(source))
    return repository


@pytest.fixture
def repository(made: Repository, tmp_path: Path) -> Repository:
    """The same, for a test to spoil."""
    shutil.copytree(made.folder, tmp_path / "drill", symlinks=True)
    return Repository(made.program, tmp_path / "drill")


def test_a_good_repository_is_brought_back_whole(made: Repository) -> None:
    before = tree(made.folder / "repo")
    brought = made.drill(canary={"file": "source/marker", "newest": "true"})
    assert brought.failed == {}
    assert [check.name for check in brought.restored.checks] == [
        "restic restore --verify", "files", "manifest", "canary",
    ]  # fmt: skip
    assert (brought.restored.integrity, brought.restored.share, brought.restored.files) == (5, 1.0, 10)
    assert brought.restored.bytes > 8 * SIZE
    assert brought.newest.isoformat() == "2026-11-19T16:02:03+00:00"
    assert {part.name for part in brought.parts} == {"preflight", "restore", "verify"}
    assert all(part.took > 0 for part in brought.parts)
    assert tree(made.folder / "repo") == before


def test_a_share_comes_round_to_every_file(made: Repository) -> None:
    seen = 0.0
    for turn in range(4):
        brought = made.drill(share=0.25, turn=turn, canary={"file": "source/marker"})
        assert brought.failed == {}
        assert brought.restored.share < 1
        assert {check.name for check in brought.restored.checks} >= {"files", "canary"}
        seen += brought.restored.share
    assert seen >= 1


def test_a_flipped_byte_fails_the_drill(repository: Repository) -> None:
    repository.spoil()
    brought = repository.drill()
    assert "restic restore --verify" in brought.failed
    assert brought.restored.integrity == 1


def test_an_index_that_is_gone_fails_the_drill(repository: Repository) -> None:
    for path in (repository.folder / "repo" / "index").iterdir():
        path.unlink()
    assert repository.drill().failed


def test_a_file_that_its_own_manifest_misses_fails_the_drill(repository: Repository) -> None:
    (repository.folder / "source" / "seven").unlink()
    with (repository.folder / "source" / "SHA256SUMS").open("a") as file:
        file.write(f"{'0' * 64}  seven\n")
    repository.run("backup", str(repository.folder / "source"))
    assert (
        "seven: named by its manifest, not restored"
        in repository.drill(repository.folder / "source").failed["manifest"]
    )


def test_a_source_that_was_spoiled_before_the_backup_fails_by_its_manifest(repository: Repository) -> None:
    (repository.folder / "source" / "-two").write_bytes(os.urandom(SIZE))
    repository.run("backup", str(repository.folder / "source"))
    brought = repository.drill(repository.folder / "source")
    assert brought.failed.keys() == {"manifest"}
    assert brought.restored.integrity == 1


@pytest.mark.parametrize(
    ("canary", "says"),
    [
        ({"file": "source/nowhere"}, "0 restored files"),
        ({"file": "source/marker", "expect": "another"}, "not the expected value"),
        # The link leads to a file of this machine: that is no restored file.
        ({"file": "source/link"}, "0 restored files"),
    ],
)
def test_a_canary_that_does_not_hold_fails_the_drill(made: Repository, canary: dict[str, Any], says: str) -> None:
    brought = made.drill(canary=canary)
    assert says in brought.failed["canary"]
    assert brought.restored.integrity == 3


def test_an_older_point_by_its_id(made: Repository, repository: Repository) -> None:
    first = repository.drill().restored.point.id
    repository.run("backup", str(made.folder / "source"))
    assert repository.drill().restored.point.id != first
    assert repository.drill(wanted=first[:8]).restored.point.id == first
    with pytest.raises(CannotSee) as gap:
        repository.drill(wanted="ffff")
    assert gap.value.reason is Reason.INCOMPLETE


def test_each_start_derives_a_key_so_that_there_are_few(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "restic").write_text(f'#!/bin/sh\necho "$@" >>{asked}\nexec {repository.program} "$@"\n')
    (tmp_path / "bin" / "restic").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    def starts(source: Path, **terms: Any) -> list[str]:
        asked.write_text("")
        assert repository.drill(source, **terms).failed == {}
        lines = [line.split() for line in asked.read_text().splitlines()]
        return sorted(next(word for word in words[1:] if word in KNOWN) for words in lines if words[0] != "version")

    source = repository.folder.parent / "source"
    shutil.move(repository.folder / "source", source)
    repository.run("backup", str(source))
    assert starts(source) == ["ls", "restore", "snapshots"]
    assert starts(source, share=0.5) == ["ls", "restore", "snapshots"]
    (source / "seven").write_bytes(os.urandom(SIZE))
    repository.run("backup", str(source))
    # What the newest holds is now held against an earlier one.
    assert starts(source) == ["ls", "ls", "restore", "snapshots"]


def test_what_shrank_is_not_what_is_restored(repository: Repository) -> None:
    source = repository.folder / "source"
    repository.run("backup", str(source))
    whole = repository.drill(source).restored.point
    for name in ("one", "again", "-two", "seven", "six\\", "deep/five"):
        (source / name).unlink()
    repository.run("backup", str(source))
    brought = repository.drill(source)
    assert (brought.failed, brought.restored.point.id, brought.restored.files) == ({}, whole.id, 10)


def test_a_wrong_password_is_no_drill(repository: Repository) -> None:
    (repository.folder / "password").write_text("planted-wrong\n")
    with pytest.raises(CannotSee) as gap:
        repository.drill()
    assert gap.value.reason is Reason.DENIED
    assert list((repository.folder / "scratch").glob("[!.]*")) == []


def test_an_empty_repository_is_no_drill(made: Repository, tmp_path: Path) -> None:
    shutil.copy(made.folder / "password", tmp_path / "password")
    empty = Repository(made.program, tmp_path)
    empty.run("init")
    with pytest.raises(CannotSee) as gap:
        empty.drill()
    assert gap.value.reason is Reason.INCOMPLETE


def test_more_than_may_be_restored(made: Repository) -> None:
    with pytest.raises(CannotSee) as gap:
        made.drill(most=SIZE)
    assert gap.value.reason is Reason.DENIED


def test_a_dump_among_the_files_is_loaded_and_asked(need: Callable[[str], Path], repository: Repository) -> None:
    need("postgres")
    (repository.folder / "source" / "night.sql").write_text(
        "--\n-- PostgreSQL database dump\n--\nCREATE TABLE loan (id integer);\n"
        "INSERT INTO loan SELECT generate_series(1, 500);\n--\n-- PostgreSQL database dump complete\n--\n"
    )
    repository.run("backup", str(repository.folder / "source"))
    item = {
        "kind": "restic", "repository": "repo", "password": {"file": "password"},
        "paths": [str(repository.folder / "source")],
    }  # fmt: skip
    with scratch_for(repository.folder) as scratch:
        for count, proven in ((500, True), (501, False)):
            canary = {"query": "SELECT count(*) FROM loan", "at-least": str(count)}
            drilled = scratch.drill(item, {"canary": canary}, only=(kinds, module))
            found = drilled.state
            assert found is not None, drilled.unseen
            assert (found.proven, found.integrity) == (proven, 5 if proven else 4)
            assert found.rpo is not None
        assert PASSWORD not in (repository.folder / "drilled.db").read_bytes().decode("latin-1")


def test_a_share_of_more_files_than_can_be_listed(
    need: Callable[[str], Path], tmp_path: Path, made: Repository
) -> None:
    shutil.copy(made.folder / "password", tmp_path / "password")
    large = Repository(need("restic"), tmp_path)
    for number in range(12_500):
        path = tmp_path / "source" / f"year-{number % 30}" / f"{number:0>220}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % number)
    large.run("init")
    large.run("backup", str(tmp_path / "source"))
    brought = large.drill(share=0.2)
    assert brought.failed == {}
    assert 0 < brought.restored.share < 0.5
    assert 0 < (brought.restored.files or 0) < 6_250
    whole = large.drill()
    assert (whole.failed, whole.restored.files) == ({}, 12_500)
    assert [check.name for check in whole.restored.checks] == ["restic restore --verify", "size"]
