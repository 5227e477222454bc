"""A folder to a restic repository of a job that runs, with the ways in which it can be broken behind restic's back."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("restic", "setpriv")
PASSWORD: Final = "planted-restic-word"
_UNPRIVILEGED: Final = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
"""What makes root obey the modes of files."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with its source and the file of its password, each in one folder."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "repository"

    @property
    def source(self) -> Path:
        return self.root / "source"

    def run(self, *words: str, before: tuple[str, ...] = (), fine: tuple[int, ...] = (0,)) -> str:
        """What restic printed."""
        done = subprocess.run(
            [*before, "restic", "--no-cache", "-r", str(self.folder), "-p", str(self.root / "password"), *words],
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.root), "TZ": "UTC", "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode in fine, done.stderr
        return done.stdout + done.stderr

    def backup(self, *words: str, minutes: float = 0) -> None:
        """One run of the job, so many minutes ago."""
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        self.run("backup", "-q", "--host", "db1", "--time", f"{at:%Y-%m-%d %H:%M:%S}", *(words or (str(self.source),)))

    def listed(self) -> str:
        """What the list says, without dates."""
        lines = [line for line in self.run("snapshots", "--no-lock").splitlines() if line.strip()]
        return f"restic snapshots: {lines[-1]}"

    def checked(self) -> str:
        """The verdict of restic's own check."""
        return f"restic check: {self.run('check', '--no-lock').strip().splitlines()[-1]}"

    def largest(self) -> Path:
        """The pack that holds most."""
        packs = [path for path in (self.folder / "data").rglob("*") if path.is_file()]
        return max(packs, key=lambda path: path.stat().st_size)


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """A repository with two snapshots of the last hour."""
    repository = Repository(root)
    (root / "password").write_text(PASSWORD + "\n")
    (root / "password").chmod(0o600)
    (root / "source" / "letters").mkdir(parents=True)
    for number in range(4):
        (root / "source" / f"ledger-{number}").write_bytes(os.urandom(20_000))
        (root / "source" / "letters" / f"letter-{number}").write_bytes(os.urandom(40_000))
    repository.run("init")
    for minutes in (50, 1):
        repository.backup(minutes=minutes)
    broken = Broken(repository)
    yield Lab(
        item={
            "kind": "restic",
            "repository": "repository",
            "password": {"file": "password"},
            "verify": "subset",
            "parts": 1,
            "every": "50m",
        },
        state=lambda: tree(repository.folder),
        breaks={
            "bytes-flipped": broken.flipped,
            "source-unreadable": broken.unreadable,
            "source-empty": broken.empty,
            "other-folder": broken.other_folder,
            "from-the-future": broken.future,
            "index-removed": broken.index_removed,
            "key-removed": broken.key_removed,
        },
    )


@dataclass(frozen=True, slots=True)
class Broken:
    """Each way to break it, with what restic says afterwards."""

    repository: Repository

    def flipped(self) -> Said:
        pack = self.repository.largest()
        content = bytearray(pack.read_bytes())
        for place in (len(content) // 2, len(content) // 2 + 1):
            content[place] ^= 0xFF
        pack.chmod(0o600)
        pack.write_bytes(content)
        return Said(self.repository.checked(), content=True)

    def unreadable(self) -> Said:
        """A folder is closed to the job, which makes a snapshot all the same; its exit code is seen by nobody."""
        source = self.repository.source
        closed = source / "letters"
        closed.chmod(0)
        try:
            said = self.repository.run(
                "backup", "--host", "db1", str(source), before=_UNPRIVILEGED if os.getuid() == 0 else (), fine=(3,)
            )
        finally:
            closed.chmod(0o755)
        assert "permission denied" in said
        return Said(self.repository.listed(), content=True)

    def empty(self) -> Said:
        """The file system that is backed up is not mounted: its mount point is an empty folder."""
        self.repository.source.rename(self.repository.root / "elsewhere")
        self.repository.source.mkdir()
        self.repository.backup()
        return Said(self.repository.listed(), content=True)

    def other_folder(self) -> Said:
        """Somebody backs up something else by hand, after which the newest snapshot is young."""
        other = self.repository.root / "other"
        other.mkdir()
        (other / "notes").write_bytes(os.urandom(500_000))
        self.repository.backup(str(other))
        return Said(self.repository.listed(), content=True)

    def future(self) -> Said:
        self.repository.backup(minutes=-3 * 24 * 60)
        return Said(self.repository.listed(), content=True)

    def index_removed(self) -> Said:
        for path in (self.repository.folder / "index").iterdir():
            path.unlink()
        return Said(self.repository.listed(), content=True)

    def key_removed(self) -> Said:
        for path in (self.repository.folder / "keys").iterdir():
            path.unlink()
        said = self.repository.run("snapshots", "--no-lock", fine=(1,))
        return Said(f"restic snapshots: {said.strip().splitlines()[-1]}", content=False)
