"""A folder to dumps that zstd packed, without a manifest."""

from __future__ import annotations

import gzip
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.drops import drop, dump
from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("zstd",)


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    folder = root / "drop"
    folder.mkdir()
    for minutes in (130, 90, 50):
        drop(folder, f"{minutes}.sql.zst", packed(dump()), minutes=minutes)
    newest = drop(folder, "newest.sql.zst", packed(dump()), minutes=20)

    def wrote(content: bytes) -> Said:
        times = newest.stat().st_mtime_ns
        newest.write_bytes(content)
        os.utime(newest, ns=(times, times))
        code = subprocess.run(
            ["zstd", "-q", "--test", newest], capture_output=True, check=False, timeout=300
        ).returncode
        return Said(f"zstd --test: ends with {code}", content=code == 0)

    def flipped() -> Said:
        content = bytearray(newest.read_bytes())
        content[len(content) // 2] ^= 0x01
        return wrote(bytes(content))

    yield Lab(
        item={"kind": "files", "path": f"{folder}/*.sql.zst"},
        state=lambda: tree(folder),
        breaks={
            "half-a-dump": lambda: wrote(packed(dump(whole=False))),
            "cut": lambda: wrote(newest.read_bytes()[: newest.stat().st_size // 2]),
            "flipped": flipped,
        },
    )


def packed(content: bytes) -> bytes:
    """What gzip packed, packed by zstd."""
    plain = gzip.decompress(content)
    return subprocess.run(["zstd", "-q", "-c"], input=plain, capture_output=True, check=True, timeout=300).stdout
