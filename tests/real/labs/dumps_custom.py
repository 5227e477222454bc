"""A folder to dumps of a PostgreSQL database in the custom format."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.archives import Archiving
from tests.real.dumps import PROGRAMS, dump, dumped, ends
from tests.real.lab import Lab, Said, tree

NEEDS: Final = PROGRAMS


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """`root` is not used: it may be closed to the user who runs the server."""
    with dumped() as primary:
        folder = primary.folder / "dumps"
        primary.run("mkdir", str(folder))
        for name in ("monday", "tuesday"):
            dump(primary, folder / f"{name}.dump", "c")
        newest = folder / "tuesday.dump"
        _dated(folder / "monday.dump", -1)
        yield Lab(
            item={"kind": "files", "path": f"{folder}/*.dump", "timezone": "UTC", "timeout": "10s"},
            state=lambda: tree(folder),
            breaks={
                "cut": lambda: _cut(newest),
                "byte-flipped": lambda: _flipped(newest),
                "empty": lambda: _empty(primary, newest),
                "from-the-future": lambda: _future(newest),
            },
        )


def _said(path: Path) -> Said:
    code = ends("pg_restore", "--list", str(path))
    return Said(f"pg_restore --list: ends with {code}", content=code == 0)


def _cut(path: Path) -> Said:
    os.truncate(path, path.stat().st_size * 2 // 3)
    return _said(path)


def _flipped(path: Path) -> Said:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff\xff")
    return _said(path)


def _empty(primary: Archiving, path: Path) -> Said:
    """The script was pointed at another database: pg_dump has no complaint."""
    for name in ("monday", "tuesday"):
        dump(primary, path.with_name(f"{name}.dump"), "c", "empty")
    code = ends("pg_restore", "--file=/dev/null", str(path))
    return Said(f"pg_dump ends with 0; pg_restore of all of it: ends with {code}", content=code == 0)


def _future(path: Path) -> Said:
    """As a server with a wrong clock writes it: the year stands in its header."""
    _dated(path, 1)
    return _said(path)


def _dated(path: Path, years: int) -> None:
    content = bytearray(path.read_bytes())
    content[42] += years
    # 29 February is a day of few years.
    content[32] = min(content[32], 28)
    path.write_bytes(content)
