"""The path of a file in, the open database out."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from pathlib import Path
from sqlite3 import SQLITE_BUSY, OperationalError
from sqlite3 import Connection as Raw
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event

from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store.database import Database, Purpose
from audit.store.filelock import FileLock, identity
from audit.store.schema import prepare
from audit.store.trouble import speaking, understanding, unusable

PATIENCE: Final = 30
"""Seconds to wait for the transaction of another program, such as the findings of a whole audit."""
_TURNS: Final = 100


def open_sqlite(path: str, purpose: Purpose, *, writing: bool, making: bool = True) -> Database:
    """Open a file as a store; only where it is opened for writing with `making` one is made where there is none."""
    file, name = Path(path).absolute(), line(path)
    if not writing and not file.exists():
        if purpose is Purpose.WATCH:
            raise Stop(Exit.USAGE, say("there is no store {store}; `haechi watch ESTATE` makes one", store=name))
        raise Stop(Exit.USAGE, say("there is no store {store}; `haechi run ESTATE` makes one", store=name))
    if file.is_dir():
        raise unusable(name, say("it is a folder; name a file in it"))
    lock = FileLock(file, purpose, name)
    with ExitStack() as stack:
        if writing:
            stack.enter_context(lock.held())
        writable = os.access(file if file.exists() else file.parent, os.W_OK)
        if writing and not writable:
            raise unusable(name, say("it is not writable"))
        engine = _engine(address_of(file, writable=writable))
        stack.callback(engine.dispose)
        with speaking(name), understanding(name):
            if writing:
                first = _engine(URL.create("sqlite", database=str(file)) if making else address_of(file, writable=True))
                stack.callback(first.dispose)
                with first.execution_options(immediate=True).begin() as connection:
                    version = prepare(connection, name, purpose, writing=True)
                first.dispose()
                # Only now that the file is known to be a store: the kind of journal is written into it for good.
                event.listen(engine, "connect", _keep_journal)
                engine.connect().close()
            else:
                with engine.begin() as connection:
                    version = prepare(connection, name, purpose, writing=False)
        opened = identity(file)

        def intact() -> None:
            # A file that was taken away goes on being written to, and nobody would ever see what it holds.
            if opened is None or identity(file) != opened:
                raise unusable(name, say("the file was taken away while it was open"))

        return Database(
            engine,
            name,
            version,
            stack.pop_all(),
            holder=lock.holder,
            holds=lambda: writing and lock.holds() and identity(file) == opened,
            intact=intact,
            size=lambda: _size(file),
        )


def _engine(address: URL) -> Engine:
    engine = create_engine(address)
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", _begin)
    return engine


def _settle(raw: Raw, record: object) -> None:
    # By itself the driver begins no transaction before tables are made: a run that is killed there would leave some.
    raw.isolation_level = None
    raw.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    # Whoever first reads and then writes in one transaction would be refused, not made to wait.
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _keep_journal(raw: Raw, record: object) -> None:
    for _ in range(_TURNS):
        try:
            raw.execute("PRAGMA journal_mode = WAL")
            return
        except OperationalError as busy:
            if busy.sqlite_errorcode & 0xFF != SQLITE_BUSY:
                raise
        # SQLite does not wait here, but refuses at once where two make the file together; for a transaction it waits.
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("ROLLBACK")
    raw.execute("PRAGMA journal_mode = WAL")


def _size(file: Path) -> int:
    size = 0
    for path in (file, file.with_name(file.name + "-wal")):
        with suppress(FileNotFoundError):
            size += path.stat().st_size
    return size


def address_of(file: Path, *, writable: bool) -> URL:
    """Where SQLAlchemy finds a file that is there; where it is not, it is not made."""
    if writable:
        # By itself SQLite would make an empty file in the place of one that was taken away.
        return URL.create("sqlite", database=file.as_uri(), query={"mode": "rw", "uri": "true"})
    # A file that nobody can write to, such as one on a medium of evidence, needs no journal; with a journal beside it
    # somebody else writes to it, and it has to be read.
    query = {"mode": "ro", "uri": "true"}
    if not file.with_name(file.name + "-wal").exists():
        query["immutable"] = "1"
    return URL.create("sqlite", database=file.as_uri(), query=query)
