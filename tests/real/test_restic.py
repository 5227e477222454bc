"""Real restic repositories: good, old, shrunk, corrupted, locked away, with two jobs side by side."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from audit.contract import CannotSee, Reason
from audit.model.backup import BackupState
from audit.world.build import real_world
from checks.backup.restic import Restic, snapshots

pytestmark = [pytest.mark.real, pytest.mark.lab]
PASSWORD = "planted-restic-pw"


@dataclass(frozen=True)
class Repository:
    """A repository in a folder, with the file that holds its password beside it."""

    program: Path
    folder: Path

    def run(self, *words: str) -> None:
        subprocess.run(
            [self.program, "-q", "--no-cache", "-r", self.folder / "repo", "-p", self.folder / "password", *words],
            check=True, timeout=300, stdin=subprocess.DEVNULL, capture_output=True, env={**os.environ, "TZ": "UTC"},
        )  # fmt: skip

    def backup(self, *words: str, host: str = "db1") -> None:
        self.run("backup", "--host", host, *words, str(self.folder / "source"))

    def look(self, **more: Any) -> BackupState:
        written = {"id": "nightly", "kind": "restic", "at": "busan", "repository": "repo", "password": PASSWORD_FILE}
        copy = Restic.model_validate({**written, **more})
        found = anyio.run(snapshots.look, copy, real_world(allow=(), root=self.folder))
        assert isinstance(found, BackupState)
        assert PASSWORD not in str(found.plain())
        return found

    def refusal(self, **more: Any) -> CannotSee:
        with pytest.raises(CannotSee) as gap:
            self.look(**more)
        assert PASSWORD not in str(gap.value)
        return gap.value


PASSWORD_FILE = {"file": "password"}


@pytest.fixture(scope="session")
def made(need: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with two snapshots, the newer one four hours old."""
    folder = tmp_path_factory.mktemp("restic")
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "password").chmod(0o600)
    (folder / "source").mkdir()
    for name in "abc":
        (folder / "source" / name).write_bytes(os.urandom(200_000))
    repository = Repository(need("restic"), folder)
    repository.run("init")
    for hours in (28, 4):
        at = datetime.now(UTC) - timedelta(hours=hours)
        repository.backup("--time", f"{at:%Y-%m-%d %H:%M:%S}", "--tag", "daily")
    return repository


@pytest.fixture
def repository(made: Repository, tmp_path: Path) -> Repository:
    """The same, for a test to spoil."""
    shutil.copytree(made.folder, tmp_path / "restic")
    return Repository(made.program, tmp_path / "restic")


def test_a_good_repository(made: Repository) -> None:
    before = sorted(path.as_posix() for path in (made.folder / "repo").rglob("*"))
    seen = made.look()
    assert [point.complete for point in seen.points] == [True, True]
    assert seen.newest is not None
    assert timedelta(hours=4) <= seen.clock - seen.newest.start < timedelta(hours=5)
    assert seen.newest.start.tzinfo is not None
    assert (seen.integrity, seen.encrypted, seen.location) == (1, True, "")
    assert seen.size == 600_000
    assert seen.absent["errors"].reason is Reason.INCOMPLETE
    assert sorted(path.as_posix() for path in (made.folder / "repo").rglob("*")) == before


def test_stored_data_is_verified_where_it_is_asked_for(made: Repository) -> None:
    seen = made.look(verify="subset", parts="1")
    assert (seen.integrity, seen.errors) == (2, ())


def test_the_structure_alone_verifies_no_data(made: Repository) -> None:
    seen = made.look(verify="structure")
    assert (seen.integrity, seen.errors) == (1, ())


def test_a_corrupted_pack_is_found_by_reading_and_by_nothing_else(repository: Repository) -> None:
    pack = max((repository.folder / "repo" / "data").rglob("*"), key=lambda path: path.stat().st_size)
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 0xFF
    pack.chmod(0o600)
    pack.write_bytes(content)
    assert repository.look(verify="structure").errors == ()
    seen = repository.look(verify="subset", parts=1)
    assert seen.errors
    assert seen.integrity == 1


def test_a_missing_pack(repository: Repository) -> None:
    max((repository.folder / "repo" / "data").rglob("*"), key=lambda path: path.stat().st_size).unlink()
    assert repository.look(verify="structure").errors


def test_a_shrunk_snapshot_of_the_same_set_is_not_counted(repository: Repository) -> None:
    repository.backup()
    for name in "ab":
        (repository.folder / "source" / name).unlink()
    repository.backup()
    seen = repository.look(paths=[str(repository.folder / "source")])
    assert [point.complete for point in seen.points] == [True, False]
    assert "an earlier one 600000" in seen.points[-1].doubt


def test_one_file_among_many_that_could_not_be_read(repository: Repository) -> None:
    closed = repository.folder / "source" / "closed"
    closed.write_bytes(b"one letter")
    closed.chmod(0)
    command = [
        *(("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.getuid() == 0 else ()),
        repository.program, "--no-cache", "-r", repository.folder / "repo", "-p", repository.folder / "password",
        "backup", "--json", "--host", "db1", repository.folder / "source",
    ]  # fmt: skip
    with (repository.folder / "1.log").open("wb") as log:
        done = subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, timeout=300, check=False)
    assert done.returncode == 3
    paths = [str(repository.folder / "source")]
    assert repository.look(paths=paths).points[-1].complete
    seen = repository.look(paths=paths, log="*.log")
    assert str(closed) in seen.points[-1].doubt
    assert [attempt.ok for attempt in seen.attempts] == [False]


def test_two_jobs_side_by_side_have_to_be_told_apart(repository: Repository) -> None:
    old = f"{datetime.now(UTC) - timedelta(days=2):%Y-%m-%d %H:%M:%S}"
    repository.backup("--time", old, host="db2")
    repository.backup(host="db2")
    gap = repository.refusal()
    assert gap.reason is Reason.INCOMPLETE
    assert "from-host" in str(gap)
    assert len(repository.look(**{"from-host": "db2"}).points) == 2
    assert len(repository.look(tags=["daily"]).points) == 2


def test_an_empty_repository_is_a_fact(made: Repository, tmp_path: Path) -> None:
    shutil.copy(made.folder / "password", tmp_path / "password")
    empty = Repository(made.program, tmp_path)
    empty.run("init")
    assert empty.look().points == ()


def test_a_wrong_password_is_denied(repository: Repository) -> None:
    (repository.folder / "password").write_text("planted-wrong\n")
    gap = repository.refusal()
    assert gap.reason is Reason.DENIED
    assert "planted-wrong" not in str(gap)


def test_no_repository_is_unreachable(made: Repository) -> None:
    assert made.refusal(repository="nowhere").reason is Reason.UNREACHABLE


def test_a_password_that_others_may_read_is_not_used(repository: Repository) -> None:
    (repository.folder / "password").chmod(0o644)
    assert repository.refusal().reason is Reason.DENIED


@pytest.mark.parametrize(
    "where", ["sftp:root@127.0.0.1:/x", "rest:http://127.0.0.1:8000/", "s3:http://10.1.1.1/b", "b2:x:y"]
)
def test_a_host_outside_of_allow_is_not_asked(made: Repository, where: str) -> None:
    assert made.refusal(repository=where).reason is Reason.DENIED


def test_too_little_time(made: Repository) -> None:
    assert made.refusal(timeout="1ms").reason is Reason.TIMEOUT
