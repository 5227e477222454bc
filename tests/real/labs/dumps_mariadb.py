"""A folder to packed dumps of a MariaDB database as statements."""

from __future__ import annotations

import gzip
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.real.dumps import ends
from tests.real.lab import Lab, Said, tree
from tests.real.mariadbs import PROGRAMS, Mariadb, started

NEEDS: Final = (*PROGRAMS, "mariadb-dump", "gzip")


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """`root` is not used: the pattern names its folder in full."""
    with started(1) as (server,), tempfile.TemporaryDirectory(prefix="haechi-dumps-") as made:
        folder = Path(made)
        server.sql("create database empty")
        newest = folder / "monday.sql.gz"
        _dump(server, newest, "app")
        yield Lab(
            item={"kind": "files", "path": f"{folder}/*.sql.gz", "timeout": "10s"},
            state=lambda: tree(folder),
            breaks={
                "cut-before-packing": lambda: _cut(newest),
                "empty": lambda: _empty(server, newest),
                "structure-alone": lambda: _structure(server, newest),
                "old-copied-anew": lambda: _touched(newest),
                "complaint-inside": lambda: _warned(server, newest),
            },
        )


def _dump(server: Mariadb, path: Path, *what: str) -> None:
    words = ["mariadb-dump", "--no-defaults", "-S", str(server.socket), "-u", "root", "--single-transaction", *what]
    said = subprocess.run(words, capture_output=True, timeout=300, check=True).stdout
    path.write_bytes(gzip.compress(said))


def _said(path: Path) -> Said:
    code = ends("gzip", "-t", str(path))
    return Said(f"gzip -t: ends with {code}", content=code == 0)


def _cut(path: Path) -> Said:
    """The connection was lost in the middle, and the script looks at the code of gzip alone."""
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content[: len(content) // 2]))
    return _said(path)


def _empty(server: Mariadb, path: Path) -> Said:
    _dump(server, path, "empty")
    return _said(path)


def _structure(server: Mariadb, path: Path) -> Said:
    """An option of last month's migration stayed in the script."""
    _dump(server, path, "--no-data", "app")
    return _said(path)


def _warned(server: Mariadb, path: Path) -> Said:
    """The script keeps both outputs of the tool in the file, and the tool warns of an option that it does not know."""
    words = f"mariadb-dump --no-defaults -S {server.socket} -u root --loose-column-statistics=0 app 2>&1"
    ended = subprocess.run(["sh", "-c", words], capture_output=True, timeout=300, check=False)
    path.write_bytes(gzip.compress(ended.stdout))
    return Said(f"mariadb-dump: ends with {ended.returncode}; {_said(path).native}", content=ended.returncode == 0)


def _touched(path: Path) -> Said:
    """The dump stopped two days ago; a script goes on to copy what it finds."""
    content = gzip.decompress(path.read_bytes())
    then = f"{datetime.now(UTC) - timedelta(days=2):%Y-%m-%d %H:%M:%S}".encode()
    path.write_bytes(gzip.compress(re.sub(rb"(?<=-- Dump completed on ).*", then, content)))
    return _said(path)
