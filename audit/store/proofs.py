"""An open store of a watch to everything in it that is not as it was written, in words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, select

from audit.store import eventlog, journal
from audit.store.marks import DAY, HOUR, read_marks, unrolled
from audit.store.packing import instant
from audit.store.rolling import proved
from audit.store.tables import STRETCH

Key = tuple[int, int, int]
"""Length, start, part."""


def problems(connection: Connection) -> Iterator[str]:
    """What was changed, left out or added; what was cut off at the end of a log shows by its head alone."""
    said: dict[Key, bytes] = {}
    for entry, problem in journal.check(connection):
        if entry is None:
            yield problem
            continue
        length, start, part, digest = proved(entry.payload)
        said[length, start, part] = digest
    yield from _stretches(connection, said)
    yield from eventlog.check(connection)


def _stretches(connection: Connection, said: dict[Key, bytes]) -> Iterator[str]:
    marks = read_marks(connection)
    waiting = frozenset(unrolled(connection, marks))
    columns = (STRETCH.c.length, STRETCH.c.start, STRETCH.c.part, STRETCH.c.series, STRETCH.c.content)
    wanted = select(*columns).order_by(*columns[:4])
    rows = connection.execution_options(yield_per=1000).execute(wanted)
    seen: set[Key] = set()
    for key, group in groupby(rows, attrgetter("length", "start", "part")):
        digest = hashlib.sha256()
        for row in group:
            digest.update(b"%d:%d:%b" % (row.series, len(row.content), bytes(row.content)))
        length, start, _ = key
        seen.add(key)
        if digest.digest() != said.get(key) and (start, length) not in waiting:
            yield f"{_name(key)} is not what was rolled up"
    joined = {start for length, start, _ in said if length == DAY}
    for key in sorted(said.keys() - seen):
        length, start, part = key
        if (start, length) not in waiting and not (start - start % DAY in joined and (length == HOUR or part)):
            yield f"{_name(key)} was taken away"


def _name(key: Key) -> str:
    length, start, _ = key
    return f"the {'day' if length == DAY else 'hour'} from {instant(start).isoformat()}"
