"""The address of a store in, the open database behind it out, locked where somebody is going to write."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Engine

from audit.model.exit import Exit, Stop
from audit.model.message import Message, say


class Purpose(Enum):
    """What a database is opened for. There may be one run, one watch at a time; they do not wait for each other."""

    RUN = 1
    WATCH = 2

    def locked(self, name: str, who: str | Message) -> Stop:
        """The Stop for whoever comes second."""
        if self is Purpose.RUN:
            says = say("the store {store} is locked by {who}; wait for it to end", store=name, who=who)
        else:
            says = say("another watch writes to {store}: {who}", store=name, who=who)
        return Stop(Exit.LOCKED, says)


@dataclass(frozen=True, slots=True)
class Database:
    """An open database with its tables."""

    engine: Engine
    """Of a transaction that writes, take the execution option `immediate`: it waits for its turn at its begin."""
    name: str
    """The address for people; holds no password."""
    version: str
    """Of its tables; older than this program's only where it is read."""
    lock: ExitStack
    """Closes it, gives back the lock."""
    holder: Callable[[], str]
    """Who holds the lock of the purpose now; empty where nobody does."""
    holds: Callable[[], bool]
    """Whether this very lock is surely still held."""
    intact: Callable[[], None]
    """Stop(STORAGE) where the database is no longer the one that was opened."""
    size: Callable[[], int]
    """Bytes that it takes."""


def open_database(url: str, purpose: Purpose, *, writing: bool, making: bool = True) -> Database:
    """A path or `sqlite:///PATH` (a file), or `postgresql://...`; a store that is opened for writing is locked.

    Without `making`, a file that is not there is not made even then.

    Stop(LOCKED) where another one holds the lock, Stop(STORAGE) where it cannot be read or written, Stop(USAGE) where
    the address means nothing.
    """
    scheme, colon, rest = url.partition("://")
    if not colon or scheme == "sqlite":
        from audit.store.sqlite import open_sqlite

        path = url if not colon else rest.removeprefix("/")
        if not path:
            raise Stop(Exit.USAGE, say("{store} names no file; expected a path such as haechi.db", store=repr(url)))
        return open_sqlite(path, purpose, writing=writing, making=making)
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        from audit.store.postgresql import open_postgresql

        return open_postgresql("postgresql+psycopg://" + rest, purpose, writing=writing)
    raise Stop(Exit.USAGE, say("unknown kind of store; expected a path, sqlite:///PATH or postgresql://HOST/DATABASE"))
