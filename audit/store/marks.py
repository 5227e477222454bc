"""How far a journal was rolled up to the hours or days that still have to be read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Connection, or_, select

from audit.store.journal import MEASUREMENTS
from audit.store.tables import JOURNAL, MARK
from audit.store.writing import put

HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
"""Microseconds."""
Bucket = tuple[int, int]
"""Start of an hour or day with its length, microseconds."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How far a journal was rolled up; times are microseconds since 1970."""

    rolled: int = 0
    """Up to this entry, all that spoke of a time before `edge` is in the stretches."""
    edge: int = 0
    dropped: int = 0
    """Of times before this, entries are missing; what comes late is a part of its own beside what was rolled up."""
    days: int = 0
    """Before this, hours were joined to days."""


def read_marks(connection: Connection) -> Marks:
    """The marks as they stand."""
    found: Mapping[str, int] = {row.name: row.value for row in connection.execute(select(MARK))}
    return Marks(**found)


def put_marks(connection: Connection, marks: Marks) -> None:
    """Set the marks."""
    put(connection, MARK, [{"name": name, "value": value} for name, value in asdict(marks).items()])


def unrolled(connection: Connection, marks: Marks) -> tuple[Bucket, ...]:
    """The hours of which the stretches do not say everything yet, in order; days where hours were joined to days."""
    wanted = select(JOURNAL.c.number, JOURNAL.c.first, JOURNAL.c.last).where(
        JOURNAL.c.kind == MEASUREMENTS,
        JOURNAL.c.content != b"",
        or_(JOURNAL.c.number > marks.rolled, JOURNAL.c.last >= marks.edge),
    )
    found: set[Bucket] = set()
    for number, first, last in connection.execute(wanted):
        # What is known is in the stretches; a row that is new may speak of any time.
        first = first if number > marks.rolled else max(first, marks.edge)
        start = first - first % HOUR
        while start <= last:
            day = start - start % DAY
            bucket = (day, DAY) if day + DAY <= marks.days else (start, HOUR)
            found.add(bucket)
            start = bucket[0] + bucket[1]
    return tuple(sorted(found))
