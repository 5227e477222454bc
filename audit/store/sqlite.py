"""The path of a file in, the store that it is out."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection as Raw
from typing import IO, Final

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError

from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.store.memory import Store
from audit.store.schema import prepare
from audit.store.trouble import stop_for, unusable


def open_sqlite(path: str, *, writing: bool) -> Store:
    """Open a file as a store; only a store that is opened for writing is made where there is none."""
    file, name = Path(path).absolute(), line(path)
    if not writing and not file.exists():
        raise Stop(Exit.USAGE, say("there is no store {store}; `haechi run ESTATE` makes one", store=name))
    if file.is_dir():
        raise unusable(name, say("it is a folder; name a file in it"))
    with ExitStack() as stack:
        if writing:
            stack.enter_context(_locked(file, name))
        writable = os.access(file if file.exists() else file.parent, os.W_OK)
        if writing and not writable:
            raise unusable(name, say("it is not writable"))
        engine = create_engine(address_of(file, writable=writable))
        stack.callback(engine.dispose)
        event.listen(engine, "connect", _settle)
        event.listen(engine, "begin", _begin)
        try:
            with engine.begin() as connection:
                prepare(connection, name, writing=writing)
            if writing:
                # Only now that the file is known to be a store: the kind of journal is written into it for good.
                engine.dispose()
                event.listen(engine, "connect", _keep_journal)
                engine.connect().close()
        except DBAPIError as broken:
            raise stop_for(broken, name) from broken
        return Store(engine, name, stack.pop_all(), lambda: _holder(file))


def _settle(raw: Raw, record: object) -> None:
    # By itself the driver begins no transaction before tables are made: a run that is killed there would leave some.
    raw.isolation_level = None
    raw.execute("PRAGMA busy_timeout = 5000")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _keep_journal(raw: Raw, record: object) -> None:
    raw.execute("PRAGMA journal_mode = WAL")


def address_of(file: Path, *, writable: bool) -> URL:
    """Where SQLAlchemy finds a file."""
    if writable:
        return URL.create("sqlite", database=str(file))
    # A file that nobody can write to, such as one on a medium of evidence, needs no journal; with a journal beside it
    # somebody else writes to it, and it has to be read.
    query = {"mode": "ro", "uri": "true"}
    if not file.with_name(file.name + "-wal").exists():
        query["immutable"] = "1"
    return URL.create("sqlite", database=file.as_uri(), query=query)


# Not flock(): it can only be asked by taking the lock, and a run that begins at that moment would be refused.
_WHOLE: Final = struct.pack("@hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
"""struct flock of <fcntl.h>: a lock to write the whole file."""
_FREE: Final = struct.pack("@h", fcntl.F_UNLCK)


def _lock_file(file: Path) -> Path:
    return file.with_name(file.name + ".lock")


@contextmanager
def _locked(file: Path, name: str) -> Iterator[None]:
    """The lock of a file that is going to be written; the system takes it back from a process that was killed."""
    try:
        descriptor = os.open(_lock_file(file), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    except OSError as broken:
        raise unusable(name, line(broken.strerror or str(broken))) from broken
    with os.fdopen(descriptor, "r+") as lock:
        if not _take(lock):
            who = _named(_lock_file(file))
            raise Stop(
                Exit.LOCKED, say("the store {store} is locked by {who}; wait for it to end", store=name, who=who)
            )
        try:
            lock.truncate(0)
            # Not through the buffer: what a full disk refuses would be refused again when the file is closed.
            os.pwrite(lock.fileno(), f"{os.getpid()}\n".encode(), 0)
        except OSError as broken:
            raise unusable(name, line(str(broken.strerror))) from broken
        yield


def _take(lock: IO[str]) -> bool:
    try:
        fcntl.fcntl(lock, fcntl.F_OFD_SETLK, _WHOLE)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _holder(file: Path) -> str:
    """Who holds the lock; empty where nobody does."""
    path = _lock_file(file)
    try:
        with path.open("r") as lock:
            answer = fcntl.fcntl(lock, fcntl.F_OFD_GETLK, _WHOLE)
        return str(_named(path)) if answer[:2] != _FREE else ""
    except OSError:
        return ""


def _named(path: Path) -> Message:
    since = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    number = path.read_text("utf-8", "replace").strip()[:20] or "?"
    return say("process {number} since {time}", number=number, time=since)
