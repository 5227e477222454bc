"""A folder to dumps that rclone reads."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.drops import breaks, drop, dump, filled
from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("rclone", "gzip", "sha256sum")


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    folder = root / "drop"
    filled(folder)
    broken = breaks(folder)
    yield Lab(
        item={
            "kind": "rclone", "storage": "local", "path": "drop", "match": "*.gz", "manifest": "SHA256SUMS",
        },
        state=lambda: tree(folder),
        breaks={
            **{name: _told(folder, broken[name]) for name in ("empty", "byte-flipped", "stopped", "from-the-future")},
            "never-finished": lambda: _unfinished(folder),
            "removed": lambda: _removed(folder),
            "not-listed": lambda: _unlisted(folder),
        },
    )  # fmt: skip


def _told(folder: Path, spoil: Callable[[], Said]) -> Callable[[], Said]:
    def spoiled() -> Said:
        spoil()
        return Said(_sized(folder), content=True)

    return spoiled


def _sized(folder: Path) -> str:
    """What rclone says of the whole; it reads nothing of what is in it."""
    done = subprocess.run(
        ["rclone", "--config=/dev/null", "size", "--json", f"{folder}"], capture_output=True, check=True, timeout=300
    )
    return f"rclone size ends with {done.returncode}, count {json.loads(done.stdout)['count']}"


def _unfinished(folder: Path) -> Said:
    for path in folder.glob("*.gz"):
        drop(folder, path.name, path.read_bytes(), minutes=120)
    drop(folder, "later.sql.gz.partial", dump()[:300])
    return Said(_sized(folder), content=True)


def _removed(folder: Path) -> Said:
    (folder / "90.sql.gz").unlink()
    return Said(_sized(folder), content=True)


def _unlisted(folder: Path) -> Said:
    """The job that writes the list has stopped, and half a dump came after it."""
    drop(folder, "later.sql.gz", dump(whole=False))
    done = subprocess.run(
        ["rclone", "--config=/dev/null", "checksum", "sha256", f"{folder}/SHA256SUMS", f"{folder}", "--one-way"],
        capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    return Said(f"rclone checksum --one-way ends with {done.returncode}", content=True)
