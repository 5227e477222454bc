"""What was measured or rolled up to the entries of an append-only journal, of which each proves all before it.

A row holds one entry as it was written, or many that were written one after the other and were later put together to
save room: the entries themselves, so that the chain of their hashes, stay what they were. Entries that grew too old
leave a row without content behind, which keeps the chain whole.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from audit.store.tables import JOURNAL

MEASUREMENTS: Final = "measurements"
STRETCHES: Final = "stretches"
START: Final = bytes(32)
"""The link before the first entry."""
SMALL: Final = 200
"""Measurements; rows with fewer of them are put together."""
_LARGE: Final = 20_000
"""Measurements; rows with as many of them are not made larger."""
_LENGTH: Final = Struct("<I")
_MOST: Final = 1 << 30
_HEAD: Final = select(JOURNAL.c.number, JOURNAL.c.link).order_by(JOURNAL.c.number.desc()).limit(1)
_INSERT: Final = insert(JOURNAL)
_CONTENTS: Final = select(JOURNAL.c.number, JOURNAL.c.content).where(
    JOURNAL.c.kind == MEASUREMENTS,
    JOURNAL.c.number > bindparam("after"),
    JOURNAL.c.first < bindparam("end"),
    JOURNAL.c.last >= bindparam("start"),
    JOURNAL.c.content != b"",
)
_ROWS: Final = select(JOURNAL).order_by(JOURNAL.c.number)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one write brought."""

    kind: str
    payload: bytes
    first: int
    last: int
    measured: int


def append(connection: Connection, entry: Entry) -> int:
    """Write one entry behind all others; the number that it got."""
    number, previous = head(connection)
    connection.execute(
        _INSERT,
        {
            "number": number + 1,
            "entries": 1,
            "kind": entry.kind,
            "first": entry.first,
            "last": entry.last,
            "measured": entry.measured,
            "previous": previous,
            "link": linked(previous, entry.kind, entry.payload),
            "content": framed([entry.payload], level=1),
        },
    )
    return number + 1


def head(connection: Connection) -> tuple[int, bytes]:
    """The number of the newest entry with its link."""
    newest = connection.execute(_HEAD).first()
    return (newest.number, bytes(newest.link)) if newest is not None else (0, START)


def linked(previous: bytes, kind: str, payload: bytes) -> bytes:
    """The link of an entry."""
    return hashlib.sha256(b"%b%b\0%b" % (previous, kind.encode(), payload)).digest()


def contents(connection: Connection, start: int, end: int, after: int = 0) -> Iterator[bytes]:
    """The contents of all rows that speak of some time in [start, end), in their order, or of those after an entry."""
    given = {"start": start, "end": end, "after": after}
    for row in connection.execute(_CONTENTS.order_by(JOURNAL.c.number), given):
        yield bytes(row.content)


def payloads(content: bytes) -> Iterator[bytes]:
    """The entries of the content of a row; ValueError where it is damaged."""
    unpacker = zlib.decompressobj()
    try:
        whole = unpacker.decompress(content, _MOST)
    except zlib.error as broken:
        raise ValueError("cannot be inflated") from broken
    place = 0
    while place < len(whole):
        length = int.from_bytes(whole[place : place + _LENGTH.size], "little")
        place += _LENGTH.size + length
        if place > len(whole):
            raise ValueError("shorter than it says")
        yield whole[place - length : place]


def framed(entries: Sequence[bytes], *, level: int) -> bytes:
    """The content of a row of these entries."""
    return zlib.compress(b"".join(_LENGTH.pack(len(entry)) + entry for entry in entries), level)


def put_together(connection: Connection, after: int, until: int) -> None:
    """Join neighbouring rows of few measurements among those in (after, until]."""
    small = select(JOURNAL.c.number, JOURNAL.c.entries, JOURNAL.c.measured).where(
        JOURNAL.c.number > after,
        JOURNAL.c.number <= until,
        JOURNAL.c.kind == MEASUREMENTS,
        JOURNAL.c.measured < SMALL,
        JOURNAL.c.content != b"",
    )
    group: list[int] = []
    total = 0
    for row in connection.execute(small.order_by(JOURNAL.c.number)).all():
        total += row.measured
        if group and (row.number - row.entries != group[-1] or total > _LARGE):
            _join(connection, group)
            group, total = [], row.measured
        group.append(row.number)
    _join(connection, group)


def _join(connection: Connection, numbers: Sequence[int], *, emptied: bool = False) -> None:
    """One row in place of neighbouring ones."""
    if len(numbers) < 2 and not emptied:
        return
    rows = connection.execute(_ROWS.where(JOURNAL.c.number.between(numbers[0], numbers[-1]))).all()
    entries = () if emptied else [entry for row in rows for entry in payloads(bytes(row.content))]
    connection.execute(delete(JOURNAL).where(JOURNAL.c.number.between(numbers[0], numbers[-1] - 1)))
    connection.execute(
        update(JOURNAL)
        .where(JOURNAL.c.number == numbers[-1])
        .values(
            entries=sum(row.entries for row in rows),
            first=min(row.first for row in rows),
            last=max(row.last for row in rows),
            measured=sum(row.measured for row in rows),
            previous=bytes(rows[0].previous),
            content=b"" if emptied else framed(entries, level=6),
        )
    )


def drop(connection: Connection, before: int, until: int) -> int:
    """Empty the rows of measurements up to an entry that speak of nothing from `before` on.

    The end of the latest time that any of them spoke of; 0 where there was none.
    """
    old = (JOURNAL.c.kind == MEASUREMENTS, JOURNAL.c.number <= until, JOURNAL.c.last < before)
    wanted = (JOURNAL.c.number, JOURNAL.c.entries, JOURNAL.c.last, func.length(JOURNAL.c.content).label("size"))
    group: list[Any] = []
    latest = 0
    for row in connection.execute(select(*wanted).where(*old).order_by(JOURNAL.c.number)).all():
        if row.size:
            latest = max(latest, row.last + 1)
        if group and row.number - row.entries != group[-1].number:
            _empty(connection, group)
            group = []
        group.append(row)
    _empty(connection, group)
    return latest


def _empty(connection: Connection, group: Sequence[Any]) -> None:
    if len(group) > 1 or any(row.size for row in group):
        _join(connection, [row.number for row in group], emptied=True)


def check(connection: Connection) -> Iterator[tuple[Entry | None, str]]:
    """Walk the chain: every entry of another kind than measurements, everything that is not as it was written."""
    number, link = 0, START
    for row in connection.execution_options(yield_per=100).execute(_ROWS):
        name = f"entry {row.number} of the journal"
        if row.number - row.entries != number or bytes(row.previous) != link:
            yield None, f"{name} does not follow on entry {number}"
        link, found = bytes(row.previous), 0
        try:
            for payload in payloads(bytes(row.content)) if row.content else ():
                link, found = linked(link, row.kind, payload), found + 1
                if row.kind != MEASUREMENTS:
                    yield Entry(row.kind, payload, row.first, row.last, row.measured), ""
        except ValueError:
            found = -1
        if row.content and (found != row.entries or link != bytes(row.link)):
            yield None, f"{name} is not what was written"
        elif not row.content and row.kind != MEASUREMENTS:
            yield None, f"{name} was emptied"
        number, link = row.number, bytes(row.link)
