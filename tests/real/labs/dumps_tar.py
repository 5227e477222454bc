"""A folder to dumps of a PostgreSQL database in the tar format."""

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
        dump(primary, folder / "monday.tar", "t")
        yield Lab(
            item={"kind": "files", "path": f"{folder}/*.tar", "timezone": "UTC", "timeout": "10s"},
            state=lambda: tree(folder),
            breaks={
                "cut": lambda: _cut(folder / "monday.tar"),
                "empty": lambda: _empty(primary, folder / "monday.tar"),
            },
        )


def _cut(path: Path) -> Said:
    """Not even a look at all of it would end: pg_restore goes round in what is left."""
    os.truncate(path, path.stat().st_size // 2)
    code = ends("pg_restore", "--list", str(path), patience=5)
    return Said(f"pg_restore --list: ends with {code}", content=code == 0)


def _empty(primary: Archiving, path: Path) -> Said:
    dump(primary, path, "t", "empty")
    code = ends("pg_restore", "--file=/dev/null", str(path))
    return Said(f"pg_dump ends with 0; pg_restore of all of it: ends with {code}", content=code == 0)
