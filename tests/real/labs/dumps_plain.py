"""A folder to dumps as they were written, without a name that tells what they are."""

from __future__ import annotations

import gzip
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.drops import drop, dump
from tests.real.lab import Lab, Said, tree

NEEDS: Final = ()


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    folder = root / "drop"
    folder.mkdir()
    content = gzip.decompress(dump())
    for minutes in (130, 90, 50):
        drop(folder, f"{minutes}.bak", content, minutes=minutes)
    newest = drop(folder, "newest.bak", content, minutes=20)

    def wrote(changed: bytes) -> Said:
        """Somebody else's bytes, of the same length at the same date."""
        seen = newest.stat()
        newest.write_bytes(changed)
        os.utime(newest, ns=(seen.st_mtime_ns, seen.st_mtime_ns))
        same = newest.stat().st_size == seen.st_size
        return Said(f"ls: {'the same size' if same else 'another size'}, the same date", content=same)

    def refused() -> Said:
        """The job keeps what the tool printed, whatever that is."""
        line = b"mysqldump: Got error: 1045: Access denied for user 'backup'@'localhost' (using password: YES)\n"
        return wrote((line * (len(content) // len(line) + 1))[: len(content)])

    yield Lab(
        item={"kind": "files", "path": f"{folder}/*.bak"},
        state=lambda: tree(folder),
        breaks={"encrypted": lambda: wrote(random.Random(8).randbytes(len(content))), "refused": refused},
    )
