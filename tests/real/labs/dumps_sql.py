"""A folder to packed dumps of a PostgreSQL database as statements."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.archives import Archiving
from tests.real.dumps import PROGRAMS, dump, dumped, ends, packed
from tests.real.lab import Lab, Said, tree

NEEDS: Final = PROGRAMS


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """`root` is not used: it may be closed to the user who runs the server."""
    with dumped() as primary:
        folder = primary.folder / "dumps"
        primary.run("mkdir", str(folder))
        newest = _made(primary, folder / "monday.sql", "postgres")
        yield Lab(
            item={"kind": "files", "path": f"{folder}/*.sql.gz", "timezone": "UTC", "timeout": "10s"},
            state=lambda: tree(folder),
            breaks={
                "cut-before-packing": lambda: _cut(newest),
                "empty": lambda: _empty(primary, newest),
                "a-page": lambda: _page(newest),
                "zeros": lambda: _zeros(newest),
            },
        )


def _made(primary: Archiving, path: Path, database: str) -> Path:
    dump(primary, path, "p", database)
    return packed(path)


def _said(path: Path) -> Said:
    code = ends("gzip", "-t", str(path))
    return Said(f"gzip -t: ends with {code}", content=code == 0)


def _cut(path: Path) -> Said:
    """The disk was full where the dump was written; what was there is packed without a fault."""
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content[: len(content) // 2]))
    return _said(path)


def _empty(primary: Archiving, path: Path) -> Said:
    path.unlink()
    return _said(_made(primary, path.with_name("tuesday.sql"), "empty"))


def _page(path: Path) -> Said:
    """The session had ended, so that what was fetched and stored is the page that asks for a password."""
    path.write_bytes(b"<!DOCTYPE html>\n<html><body><form>Please sign in</form></body></html>\n" * 50)
    return Said("curl: ends with 0, the file is there", content=True)


def _zeros(path: Path) -> Said:
    """The power failed before the blocks were written, after the length was."""
    path.write_bytes(bytes(path.stat().st_size))
    return Said("ls: the same size, the same date", content=True)
