"""The address of a store in, the append-only memory behind it out."""

from __future__ import annotations

from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store.memory import Store


def open_store(url: str, *, writing: bool) -> Store:
    """A path or `sqlite:///PATH` (a file), or `postgresql://...`; a store that is opened for writing is locked.

    Stop(LOCKED) where another one writes, Stop(STORAGE) where it cannot be read or written, Stop(USAGE) where the
    address means nothing. Leave it with `with` or `leave()`.
    """
    scheme, colon, rest = url.partition("://")
    if not colon or scheme == "sqlite":
        from audit.store.sqlite import open_sqlite

        path = url if not colon else rest.removeprefix("/")
        if not path:
            raise Stop(Exit.USAGE, say("{store} names no file; expected a path such as haechi.db", store=repr(url)))
        return open_sqlite(path, writing=writing)
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        from audit.store.postgresql import open_postgresql

        return open_postgresql("postgresql+psycopg://" + rest, writing=writing)
    raise Stop(Exit.USAGE, say("unknown kind of store; expected a path, sqlite:///PATH or postgresql://HOST/DATABASE"))
