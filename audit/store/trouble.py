"""What a database complains about in, the Stop that a command ends with out."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from sqlalchemy.exc import DBAPIError

from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say

UNREADABLE: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, zlib.error)
"""What reading values ends with that this program did not write."""
_SQLITE: Final[Mapping[int, Message]] = MappingProxyType(
    {
        sqlite3.SQLITE_FULL: say("the disk is full"),
        sqlite3.SQLITE_READONLY: say("it is not writable"),
        sqlite3.SQLITE_CANTOPEN: say("it cannot be opened"),
        sqlite3.SQLITE_PERM: say("it may not be opened"),
        sqlite3.SQLITE_NOTADB: say("it is no database"),
        sqlite3.SQLITE_CORRUPT: say("it is damaged; bring back a copy of it"),
        sqlite3.SQLITE_IOERR: say("the disk does not read or write; perhaps it is full"),
        sqlite3.SQLITE_TOOBIG: say("a value is too large"),
    }
)
_POSTGRESQL: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "53": say("the server is out of disk, memory or connections"),
        "42501": say("this user may not do that"),
        "25006": say("the server is read-only"),
        "28": say("the server refused this user"),
        "3D": say("there is no such database"),
        "57": say("the server ended the connection"),
    }
)


def stop_for(broken: DBAPIError, name: str) -> Stop:
    """The Stop for an error of the database; `name` is the store's address without a password."""
    original = broken.orig
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            says = say("the store {store} is locked by another program; try again when it has ended", store=name)
            return Stop(Exit.LOCKED, says)
        stop = unusable(name, _SQLITE.get(code) or line(str(original)))
        return Stop(stop.code, *stop.says, _mended(name)) if code == sqlite3.SQLITE_CORRUPT else stop
    state = getattr(original, "sqlstate", None) or ""
    why = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    if why is None and not state:
        why = say("the server cannot be reached")
    return unusable(name, why or line(str(original).partition("\n")[0]))


def damaged(name: str) -> Stop:
    """The Stop for a store of which the content cannot be read."""
    return Stop(Exit.STORAGE, say("the store {store} is damaged; bring back a copy of it", store=name), _mended(name))


def _mended(name: str) -> Message:
    return say("`haechi verify {store}` names what was altered; `haechi bundle merge` brings back the runs of bundles",
               store=name)  # fmt: skip


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Whatever the database complains about is a Stop."""
    try:
        yield
    except DBAPIError as broken:
        raise stop_for(broken, name) from broken
    except UnicodeDecodeError as broken:  # of what SQLite says of a damaged file, in which bytes of that file stand
        raise damaged(name) from broken


@contextmanager
def understanding(name: str) -> Iterator[None]:
    """Values that cannot be read back were not written by this program, which is a Stop."""
    try:
        yield
    except UNREADABLE as broken:
        raise damaged(name) from broken


def unusable(name: str, why: str | Message) -> Stop:
    """The Stop for a store that cannot be used."""
    return Stop(Exit.STORAGE, say("cannot use the store {store}: {why}", store=name, why=why))
