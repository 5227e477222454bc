"""A folder to dumps of a PostgreSQL database, each of them a folder with a file for each table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.dumps import PROGRAMS, dump, dumped, ends
from tests.real.lab import Lab, Said, tree

NEEDS: Final = PROGRAMS


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """`root` is not used: it may be closed to the user who runs the server."""
    with dumped() as primary:
        folder = primary.folder / "dumps"
        primary.run("mkdir", str(folder))
        dump(primary, folder / "monday", "d")
        yield Lab(
            item={"kind": "files", "path": f"{folder}/*/toc.dat", "timezone": "UTC", "timeout": "10s"},
            state=lambda: tree(folder),
            breaks={
                "table-removed": lambda: _removed(folder / "monday"),
                "table-cut": lambda: _cut(folder / "monday"),
                "table-emptied": lambda: _emptied(folder / "monday"),
            },
        )


def _largest(folder: Path) -> Path:
    return max(folder.glob("*.dat.gz"), key=lambda path: path.stat().st_size)


def _said(folder: Path) -> Said:
    code = ends("pg_restore", "--list", str(folder))
    return Said(f"pg_restore --list: ends with {code}", content=code == 0)


def _removed(folder: Path) -> Said:
    _largest(folder).unlink()
    return _said(folder)


def _emptied(folder: Path) -> Said:
    """The power failed before the rows were on the disk: the name is there, the length is none."""
    _largest(folder).write_bytes(b"")
    code = ends("pg_restore", "--file=/dev/null", str(folder))
    return Said(f"pg_restore of all of it: ends with {code}", content=code == 0)


def _cut(folder: Path) -> Said:
    path = _largest(folder)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return _said(folder)
