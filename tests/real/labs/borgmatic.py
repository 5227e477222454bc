"""A folder to a job of borgmatic that runs, with the ways in which it can be broken behind its back."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.real.lab import Lab, Said, tree
from tests.real.labs.borg import PASSWORD, Broken, Repository

NEEDS: Final = ("borg", "borgmatic")
CONFIG: Final = """
location:
    source_directories:
        - {source}/ledgers
        - {source}/letters
    repositories:
        - {repository}
storage:
    archive_name_format: 'web-{{now:%Y-%m-%dT%H:%M:%S}}'
retention:
    keep_daily: 7
consistency:
    checks:
        - name: repository
          frequency: 2 weeks
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A configuration with the repository that it fills."""

    root: Path
    repository: Repository

    @property
    def config(self) -> Path:
        return self.root / "borgmatic.yaml"

    def run(self, *words: str) -> str:
        """What borgmatic printed."""
        done = subprocess.run(
            ["borgmatic", "--no-color", "--syslog-verbosity", "-1", "-c", str(self.config), *words],
            env=self.repository.environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=300, check=True,
        )  # fmt: skip
        return done.stdout


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """A job with two archives of the last hour whose repository was checked just now."""
    repository = Repository(root)
    for name in ("ledgers", "letters"):
        (root / "source" / name).mkdir(parents=True)
        for number in range(4):
            (root / "source" / name / f"{number}").write_bytes(os.urandom(30_000))
    (root / "home").mkdir()
    job = Job(root, repository)
    job.config.write_text(CONFIG.format(source=repository.source, repository=repository.folder))
    repository.run("init", "-e", "repokey", str(repository.folder))
    repository.backup(minutes=50)
    job.run("create")
    job.run("check")
    broken = BrokenJob(job)
    yield Lab(
        item={
            "kind": "borgmatic",
            "config": str(job.config),
            "passphrase": {"env": "LAB_BORGMATIC_WORD"},
            "folders": [str(repository.source / name) for name in ("ledgers", "letters")],
            "state": str(root / "home" / ".borgmatic"),
            "verify": "data",
            "every": "50m",
        },
        state=lambda: tree(root),
        breaks={"bytes-flipped": broken.flipped, "folder-left-out": broken.left_out},
        environment={"LAB_BORGMATIC_WORD": PASSWORD},
    )


@dataclass(frozen=True, slots=True)
class BrokenJob:
    """Each way to break it, with what borgmatic says afterwards."""

    job: Job

    def flipped(self) -> Said:
        """The next check is due in two weeks."""
        Broken(self.job.repository).flipped()
        said = self.job.run("check", "--verbosity", "1")
        assert "Skipping repository check" in said
        return Said("borgmatic check: Skipping repository check due to configured frequency", content=True)

    def left_out(self) -> Said:
        """Somebody took a folder out of the configuration."""
        config = self.job.config
        config.write_text("\n".join(line for line in config.read_text().splitlines() if "letters" not in line))
        self.job.run("create")
        lines = [line for line in self.job.run("list", "--short").splitlines() if line.startswith("web-")]
        return Said(f"borgmatic create: exit code 0; borgmatic list: {len(lines)} archives", content=True)
