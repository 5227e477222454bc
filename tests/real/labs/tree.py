"""A folder to a tree of files with its list of checksums, sent by rsync."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("rsync", "sha256sum")


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    source, there = root / "source", root / "mirror"
    for number in range(12):
        path = source / f"year-{number % 3}" / f"loan-{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"loan {number}\n" * 500)
    (source / ".settings").write_text("currency: KRW\n")
    sent(source, there)
    yield Lab(
        item={"kind": "tree", "path": "mirror", "marker": "ENDED", "verify": "all"},
        state=lambda: tree(root),
        breaks={
            "byte-flipped": lambda: _flipped(source, there),
            "file-removed": lambda: _removed(there),
            "hidden-removed": lambda: _hidden_removed(there),
            "half-sent": lambda: _half(there),
            "run-not-ended": lambda: _not_ended(there),
            "stopped": lambda: _stopped(there),
            "unlisted": lambda: _unlisted(there),
            "emptied": lambda: _emptied(there),
            "list-removed": lambda: _unlist(source, there),
        },
    )


def sent(source: Path, there: Path) -> None:
    """What a nightly job does: list, send, say that it came to its end."""
    began = datetime.now(UTC)
    names = sorted(str(path.relative_to(source)) for path in source.rglob("*") if path.is_file())
    with (source / "SHA256SUMS").open("wb") as sums:
        subprocess.run(["sha256sum", *names], cwd=source, stdout=sums, check=True, timeout=300)
    subprocess.run(["rsync", "-a", f"{source}/", there], check=True, timeout=300)
    (there / "ENDED").write_text(f"{began.isoformat()}\n")


def _checked(there: Path, *words: str) -> str:
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", *words, "SHA256SUMS"],
        cwd=there, capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    return f"sha256sum --check {' '.join(words)} ends with {done.returncode}".replace("  ", " ")


def _compared(source: Path, there: Path) -> str:
    done = subprocess.run(
        ["rsync", "-ani", "--omit-dir-times", "--exclude=ENDED", f"{source}/", there],
        capture_output=True,
        check=True,
        timeout=300,
        text=True,
    )
    return f"rsync -ani names {len(done.stdout.splitlines())} differences"


def _flipped(source: Path, there: Path) -> Said:
    path = there / "year-1" / "loan-4.txt"
    content, times = bytearray(path.read_bytes()), path.stat().st_mtime_ns
    content[100] ^= 0xFF
    path.write_bytes(bytes(content))
    os.utime(path, ns=(times, times))
    said = _compared(source, there)
    return Said(said, content=said.endswith(" 0 differences"))


def _removed(there: Path) -> Said:
    (there / "year-2" / "loan-5.txt").unlink()
    return Said(_checked(there, "--ignore-missing"), content=True)


def _hidden_removed(there: Path) -> Said:
    (there / ".settings").unlink()
    return Said(_checked(there, "--ignore-missing"), content=True)


def _half(there: Path) -> Said:
    half = there / "year-0" / ".~tmp~"
    half.mkdir()
    (half / "loan-0.txt").write_text("loan")
    return Said(_checked(there), content=True)


def _not_ended(there: Path) -> Said:
    (there / "ENDED").unlink()
    return Said(_checked(there), content=True)


def _stopped(there: Path) -> Said:
    at = datetime.fromtimestamp(time.time() - 10800, UTC)
    (there / "ENDED").write_text(f"{at.isoformat()}\n")
    return Said(_checked(there), content=True)


def _unlisted(there: Path) -> Said:
    (there / "year-0" / "loan-99.txt").write_text("not listed")
    return Said(_checked(there), content=True)


def _emptied(there: Path) -> Said:
    shutil.rmtree(there)
    there.mkdir()
    done = subprocess.run(["rsync", f"{there}/"], capture_output=True, check=False, timeout=300)
    return Said(f"rsync lists it with {done.returncode}", content=True)


def _unlist(source: Path, there: Path) -> Said:
    (source / "SHA256SUMS").unlink()
    (there / "SHA256SUMS").unlink()
    return Said(_compared(source, there), content=True)
