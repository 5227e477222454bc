"""The address of a store in, the append-only memory behind it out."""

from __future__ import annotations

from audit.store.database import Purpose, open_database
from audit.store.memory import Store


def open_store(url: str, *, writing: bool) -> Store:
    """A path or `sqlite:///PATH` (a file), or `postgresql://...`; a store that is opened for writing is locked.

    Stop(LOCKED) where another one writes, Stop(STORAGE) where it cannot be read or written, Stop(USAGE) where the
    address means nothing. Leave it with `with` or `leave()`.
    """
    opened = open_database(url, Purpose.RUN, writing=writing)
    return Store(opened.engine, opened.name, opened.lock, opened.holder)
