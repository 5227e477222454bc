"""The entries of a journal to the stretches of each hour or day, which are kept when the entries are dropped.

Each hour is one transaction: its stretches, the entry of the journal that proves them, the mark that it is done. A
process that is killed leaves whole hours behind, and to roll up an hour twice makes the same stretches.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from struct import Struct
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, update

from audit.analysis.spans import combined, merged, rolled
from audit.model.history import Stretch
from audit.model.measurement import Measurement
from audit.store.condensing import condensed, stretch_from
from audit.store.journal import MEASUREMENTS, STRETCHES, Entry, append, contents, drop, head, payloads, put_together
from audit.store.marks import DAY, HOUR, Bucket, Marks, put_marks, read_marks, unrolled
from audit.store.packing import Packed, instant, micros
from audit.store.tables import JOURNAL, SERIES, STRETCH
from audit.store.tallying import stretches, tallied
from audit.store.writing import put

Transaction = Callable[[], AbstractContextManager[Connection]]
GRACE: Final = timedelta(minutes=5)
"""So long after its end an hour is rolled up: what comes later still is added then."""
HOURS: Final = timedelta(days=2)
"""How long hours are kept, before they are joined to days: latencies are told of the last two days alone by hours, and
a day is read as quickly as an hour. Spans are the same in both."""
_AT_ONCE: Final = 50_000
"""Measurements that are held in memory."""
_PROOF: Final = Struct("<qqq32s")
"""Length, start, part of stretches with their hash."""
_SERIES_AT_ONCE: Final = 500


def made(
    content: Sequence[bytes], bucket: Bucket, name_of: Callable[[int], tuple[str, str]], only: int | None = None
) -> Iterator[tuple[int, Stretch]]:
    """The stretch of each series, or of one, that the contents of rows make."""
    tallies, odd = tallied(_all(content), *bucket, (lambda series: True) if only is None else only.__eq__)
    yield from stretches(tallies, *bucket)
    start, length = instant(bucket[0]), timedelta(microseconds=bucket[1])
    for some in _groups(content, sorted(odd)):
        found: dict[int, list[Measurement]] = defaultdict(list)
        for packed in _all(content):
            for series, measurement in packed.measurements(name_of, some.__contains__):
                found[series].append(measurement)
        for series, measurements in found.items():
            stretch = rolled(measurements, start, length)
            if stretch.spans:
                yield series, stretch


def _groups(content: Sequence[bytes], odd: Sequence[int]) -> Iterator[frozenset[int]]:
    """So many series at once as can be held in memory."""
    if odd:
        total = sum(packed.count for packed in _all(content))
        width = max(len(odd) * _AT_ONCE // max(total, _AT_ONCE), 1)
        for place in range(0, len(odd), width):
            yield frozenset(odd[place : place + width])


def whole(parts: Iterable[Stretch], start: datetime, length: timedelta) -> Stretch:
    """One stretch of parts that may lie among one another."""
    known = tuple(parts)
    if len(known) == 1 and (known[0].start, known[0].length) == (start, length):
        return known[0]
    spans = sorted((span for part in known for span in part.spans), key=lambda span: (span.first, span.last))
    return replace(combined(known, start, length), spans=merged(spans))


def _all(content: Iterable[bytes]) -> Iterator[Packed]:
    for row in content:
        yield from map(Packed, payloads(row))


@dataclass(frozen=True, slots=True)
class Rolling:
    """One rolling up of a journal."""

    reading: Transaction
    writing: Transaction
    name_of: Callable[[int], tuple[str, str]]

    def run(self, now: datetime, raw: timedelta) -> int:
        """Roll up what is over, put small rows together, drop what is older than `raw`; how many stretches it made."""
        edge = micros(now - GRACE) // HOUR * HOUR
        limit = micros(now - HOURS) // DAY * DAY
        with self.reading() as connection:
            marks = read_marks(connection)
            marks = marks if marks.days else replace(marks, days=limit)
            top, _ = head(connection)
            buckets = unrolled(connection, marks)
        done = sum(self._roll(bucket, marks) for bucket in buckets if sum(bucket) <= edge or bucket[0] < marks.dropped)
        after = marks.rolled
        marks = self._finish(replace(marks, rolled=top, edge=edge), after)
        with self.writing() as connection:
            put_together(connection, after, top)
        with self.writing() as connection:
            latest = drop(connection, min(micros(now - raw), edge), top)
            marks = replace(marks, dropped=max(marks.dropped, latest))
            put_marks(connection, marks)
        for day in range(marks.days, limit, DAY):
            marks = self._join(day, marks)
        return done

    def _roll(self, bucket: Bucket, marks: Marks) -> int:
        start, length = bucket
        late = start < marks.dropped
        with self.reading() as connection:
            content = list(contents(connection, start, start + length, marks.rolled if late else 0))
        part = marks.rolled if late else 0
        rows = [
            {"series": series, "length": length, "start": start, "part": part, "content": condensed(stretch)}
            for series, stretch in sorted(made(content, bucket, self.name_of), key=itemgetter(0))
        ]
        if rows:
            with self.writing() as connection:
                put(connection, STRETCH, rows)
                append(connection, proof(length, start, part, rows))
        return len(rows)

    def _finish(self, marks: Marks, after: int) -> Marks:
        """Nothing of what was read is left to be rolled up."""
        last: dict[int, int] = {}
        with self.reading() as connection:
            for series, due in newest(connection, after):
                last[series] = max(due, last.get(series, due))
        known = update(SERIES).where(
            SERIES.c.number == bindparam("series"),
            (SERIES.c.last_due.is_(None)) | (SERIES.c.last_due < bindparam("due")),
        )
        with self.writing() as connection:
            if last:
                connection.execute(
                    known.values(last_due=bindparam("due")),
                    [{"series": series, "due": due} for series, due in last.items()],
                )
            put_marks(connection, marks)
        return marks

    def _join(self, day: int, marks: Marks) -> Marks:
        """The hours of one day become that day."""
        rows: list[dict[str, Any]] = []
        start, length = instant(day), timedelta(microseconds=DAY)
        with self.reading() as connection:
            numbers = list(connection.execute(select(SERIES.c.number).order_by(SERIES.c.number)).scalars())
            for place in range(0, len(numbers), _SERIES_AT_ONCE):
                found: dict[int, list[Stretch]] = defaultdict(list)
                wanted = _of_day(day).where(STRETCH.c.series.in_(numbers[place : place + _SERIES_AT_ONCE]))
                for row in connection.execute(wanted):
                    found[row.series].append(stretch_from(bytes(row.content), row.start, row.length))
                rows += [
                    {"series": series, "length": DAY, "start": day, "part": 0, "content": condensed(joined)}
                    for series in sorted(found)
                    for joined in (whole(found[series], start, length),)
                ]
        marks = replace(marks, days=day + DAY)
        with self.writing() as connection:
            for place in range(0, len(rows), _SERIES_AT_ONCE):
                some = [row["series"] for row in rows[place : place + _SERIES_AT_ONCE]]
                hours = STRETCH.c.start.between(day, day + DAY - 1)
                connection.execute(delete(STRETCH).where(STRETCH.c.series.in_(some), hours))
            put(connection, STRETCH, rows)
            if rows:
                append(connection, proof(DAY, day, 0, rows))
            put_marks(connection, marks)
        return marks


def newest(connection: Connection, after: int) -> Iterator[tuple[int, int]]:
    """The series of each measurement that is not rolled up yet with its due time."""
    wanted = select(JOURNAL.c.content).where(
        JOURNAL.c.number > after, JOURNAL.c.kind == MEASUREMENTS, JOURNAL.c.content != b""
    )
    for content in connection.execute(wanted).scalars():
        for packed in _all([bytes(content)]):
            yield from packed.ends()


def proof(length: int, start: int, part: int, rows: Iterable[dict[str, Any]]) -> Entry:
    """The entry of the journal that says what stretches were, in the order of their series."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(b"%d:%d:%b" % (row["series"], len(row["content"]), row["content"]))
    return Entry(STRETCHES, _PROOF.pack(length, start, part, digest.digest()), start, start + length, 0)


def proved(payload: bytes) -> tuple[int, int, int, bytes]:
    """Length, start, part, hash of such an entry; ValueError where it is none."""
    if len(payload) != _PROOF.size:
        raise ValueError("not as long as it has to be")
    length, start, part, digest = _PROOF.unpack(payload)
    return length, start, part, digest


def _of_day(day: int) -> Any:
    return select(STRETCH).where(STRETCH.c.length.in_((HOUR, DAY)), STRETCH.c.start.between(day, day + DAY - 1))
