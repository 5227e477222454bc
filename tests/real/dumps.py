"""A database with rows becomes its dumps in every format, for the labs of files to break."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.programs import find
from tests.real.archives import Archiving, archiving

PROGRAMS: Final = ("postgres", "initdb", "pg_dump", "pg_restore", "gzip")
_ROWS: Final = """
create table ledger as select g as id, md5(g::text) as note from generate_series(1, 20000) g;
create database empty
"""


@contextmanager
def dumped() -> Iterator[Archiving]:
    """A server with a database `postgres` that has rows, a database `empty` that has none."""
    with archiving(lambda _: "archive_command = '/bin/true'") as primary:
        primary.server.sql(_ROWS)
        yield primary


def dump(primary: Archiving, path: Path, form: str, database: str = "postgres") -> None:
    """One dump, `form` as pg_dump names it."""
    where = ("-h", "127.0.0.1", "-p", str(primary.server.port), "-U", "postgres")
    made = primary.folder / f"made.{form}"
    primary.server.run("pg_dump", *where, f"-F{form}", "-f", str(made), database)
    primary.run("mv", str(made), str(path))


def packed(path: Path) -> Path:
    """The same file, packed by gzip, in its place."""
    subprocess.run(["gzip", "-f", str(path)], check=True, timeout=300)
    return path.with_name(f"{path.name}.gz")


def ends(*words: str, patience: float = 120) -> int:
    """The code with which a native tool ends; -1 where it did not end within so many seconds."""
    program = find(words[0])
    assert program is not None
    try:
        return subprocess.run([str(program), *words[1:]], capture_output=True, timeout=patience, check=False).returncode
    except subprocess.TimeoutExpired:
        return -1
