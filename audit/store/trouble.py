"""What a database complains about in, the Stop that a command ends with out."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy.exc import DBAPIError

from audit.model.clean import line
from audit.model.exit import Exit, Stop

_SQLITE: Final[Mapping[int, str]] = MappingProxyType(
    {
        sqlite3.SQLITE_FULL: "the disk is full",
        sqlite3.SQLITE_READONLY: "it is not writable",
        sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
        sqlite3.SQLITE_PERM: "it may not be opened",
        sqlite3.SQLITE_NOTADB: "it is no database",
        sqlite3.SQLITE_CORRUPT: "it is damaged; bring back a copy of it",
        sqlite3.SQLITE_IOERR: "the disk does not read or write; perhaps it is full",
        sqlite3.SQLITE_TOOBIG: "a value is too large",
    }
)
_POSTGRESQL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "53": "the server is out of disk, memory or connections",
        "42501": "this user may not do that",
        "25006": "the server is read-only",
        "28": "the server refused this user",
        "3D": "there is no such database",
        "57": "the server ended the connection",
    }
)


def stop_for(broken: DBAPIError, name: str) -> Stop:
    """The Stop for an error of the database; `name` is the store's address without a password."""
    original = broken.orig
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Stop(Exit.LOCKED, f"the store {name} is locked by another program; try again when it has ended")
        return Stop(Exit.STORAGE, f"cannot use the store {name}: {_SQLITE.get(code) or line(str(original))}")
    state = getattr(original, "sqlstate", None) or ""
    why = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    if why is None:
        why = "the server cannot be reached" if not state else line(str(original).partition("\n")[0])
    return Stop(Exit.STORAGE, f"cannot use the store {name}: {why}")
