"""A folder to a borg repository of a job that runs, with the ways in which it can be broken behind borg's back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.real.children import wait_until
from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("borg",)
PASSWORD: Final = "planted-borg-word"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with its source, each in one folder."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "repository"

    @property
    def source(self) -> Path:
        return self.root / "source"

    def environment(self, **more: str) -> Mapping[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.root / "home"), "TZ": "UTC",
            "LC_ALL": "C.UTF-8", "BORG_PASSPHRASE": PASSWORD, "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes", **more,
        }  # fmt: skip

    def run(self, *words: str, fine: tuple[int, ...] = (0,), **more: str) -> str:
        """What borg printed."""
        done = subprocess.run(
            ["borg", *words], env=self.environment(**more), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode in fine, done.stderr
        return done.stdout + done.stderr

    def backup(self, *, minutes: float = 0) -> None:
        """One run of the job, so many minutes ago."""
        at = f"{datetime.now(UTC) - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}"
        self.run("create", "--timestamp", at, f"{self.folder}::web-{at}", str(self.source))

    def listed(self, folder: Path | None = None) -> str:
        """What the list says, without dates."""
        lines = self.run("list", "--short", str(folder or self.folder)).splitlines()
        count = sum(line.startswith("web-") for line in lines)
        return f"borg list: {count} archives, exit code 0"


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """A repository with two archives of the last hour."""
    repository = Repository(root)
    (root / "source" / "letters").mkdir(parents=True)
    for number in range(4):
        (root / "source" / f"ledger-{number}").write_bytes(os.urandom(20_000))
        (root / "source" / "letters" / f"letter-{number}").write_bytes(os.urandom(40_000))
    repository.run("init", "-e", "repokey", str(repository.folder))
    for minutes in (50, 1):
        repository.backup(minutes=minutes)
    broken = Broken(repository)
    yield Lab(
        item={
            "kind": "borg",
            "repository": "repository",
            "passphrase": {"env": "LAB_BORG_WORD"},
            "verify": "data",
            "every": "50m",
        },
        state=lambda: tree(repository.folder),
        breaks={
            "bytes-flipped": broken.flipped,
            "segment-removed": broken.segment_removed,
            "stopped-in-another-zone": broken.stopped,
            "checkpoint": broken.checkpoint,
            "source-empty": broken.empty,
            "from-the-future": broken.future,
            "index-removed": broken.index_removed,
            "key-removed": broken.key_removed,
            "source-encrypted": broken.encrypted,
        },
        environment={"LAB_BORG_WORD": PASSWORD},
    )


@dataclass(frozen=True, slots=True)
class Broken:
    """Each way to break it, with what borg says afterwards."""

    repository: Repository

    def _largest(self) -> Path:
        segments = [path for path in (self.repository.folder / "data").rglob("*") if path.is_file()]
        return max(segments, key=lambda path: path.stat().st_size)

    def _committed(self) -> int:
        """The number of the newest transaction: its index is the last file of it that gets its name."""
        names = self.repository.folder.glob("index.*")
        return max((int(path.suffix[1:]) for path in names if path.suffix[1:].isdigit()), default=0)

    def flipped(self) -> Said:
        segment = self._largest()
        content = bytearray(segment.read_bytes())
        content[len(content) // 2] ^= 0xFF
        segment.write_bytes(content)
        return Said(self.repository.listed(), content=True)

    def segment_removed(self) -> Said:
        self._largest().unlink()
        return Said(self.repository.listed(), content=True)

    def encrypted(self) -> Said:
        """Somebody encrypts every file in its place; the job goes on."""
        source = self.repository.source
        for minutes in (0.6, 0.4, 0.2):
            (source / "ledger-0").write_bytes(os.urandom(3_000))
            self.repository.backup(minutes=minutes)
        for path in (path for path in source.rglob("*") if path.is_file()):
            path.write_bytes(os.urandom(path.stat().st_size))
        self.repository.backup()
        return Said(self.repository.listed(), content=True)

    def stopped(self) -> Said:
        """The job stopped five hours ago; whoever reads the list in Korea takes its times for those of the world."""
        repository = self.repository
        repository.run("delete", str(repository.folder), "--glob-archives", "web-*")
        repository.backup(minutes=300)
        said = repository.run("list", "--json", str(repository.folder), TZ="Asia/Seoul")
        found = re.search(r'"start": "([^"]+)"', said)
        assert found is not None
        ahead = datetime.fromisoformat(found[1]).replace(tzinfo=UTC) - datetime.now(UTC)
        assert timedelta(hours=3, minutes=55) < ahead < timedelta(hours=4)
        return Said("TZ=Asia/Seoul borg list --json: start is 4 h ahead of UTC, without a zone", content=True)

    def checkpoint(self) -> Said:
        """A backup is ended in its middle: what it left is an archive, hidden from the list."""
        repository = self.repository
        before = self._committed()
        target = f"{repository.folder}::web-{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
        command = ["borg", "create", "--checkpoint-interval", "1", target, "-"]
        with subprocess.Popen(
            command, env=repository.environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as child:  # fmt: skip
            assert child.stdin is not None
            feed = child.stdin

            def kept() -> bool:
                feed.write(os.urandom(4_000_000))
                feed.flush()
                # Whoever asks borg itself while another one writes may be told of what is half there.
                return self._committed() > before

            try:
                wait_until(kept, "a checkpoint")
            finally:
                child.send_signal(signal.SIGKILL)
                child.wait(10)
        repository.run("break-lock", str(repository.folder))
        names = repository.run("list", "--short", "--consider-checkpoints", str(repository.folder))
        assert ".checkpoint" in names, names
        return Said(repository.listed(), content=True)

    def empty(self) -> Said:
        """The file system that is backed up is not mounted: its mount point is an empty folder."""
        self.repository.source.rename(self.repository.root / "elsewhere")
        self.repository.source.mkdir()
        self.repository.backup()
        return Said(self.repository.listed(), content=True)

    def future(self) -> Said:
        self.repository.backup(minutes=-3 * 24 * 60)
        return Said(self.repository.listed(), content=True)

    def index_removed(self) -> Said:
        """borg itself is asked about a second one: it writes a new index into what it is only to list."""
        for path in self.repository.folder.glob("index.*"):
            path.unlink()
        second = self.repository.root / "second"
        shutil.copytree(self.repository.folder, second)
        said = self.repository.listed(second)
        assert list(second.glob("index.*"))
        return Said(said, content=True)

    def key_removed(self) -> Said:
        config = self.repository.folder / "config"
        config.write_text(config.read_text().partition("key = ")[0])
        said = self.repository.run("list", str(self.repository.folder), fine=(2,))
        assert "No key" in said
        return Said("borg list: No key entry found in the config of the repository", content=False)
