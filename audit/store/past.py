"""The rolled up hours of one series with the entries that are not rolled up yet to its stretches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, func, or_, select

from audit.analysis.spans import within
from audit.model.history import Stretch
from audit.store.condensing import stretch_from
from audit.store.journal import MEASUREMENTS, contents
from audit.store.marks import DAY, HOUR, Bucket, Marks, read_marks, unrolled
from audit.store.packing import instant
from audit.store.rolling import made, whole
from audit.store.series import Series
from audit.store.tables import JOURNAL, STRETCH

_FEW: Final = 20_000
"""Measurements that are not rolled up yet; so few are read for every series at once."""
_STORED: Final = select(STRETCH.c.length, STRETCH.c.start, STRETCH.c.part, STRETCH.c.content).where(
    STRETCH.c.series == bindparam("series"),
    or_(
        (STRETCH.c.length == HOUR) & (STRETCH.c.start > bindparam("from_hour")) & (STRETCH.c.start < bindparam("end")),
        (STRETCH.c.length == DAY) & (STRETCH.c.start > bindparam("from_day")) & (STRETCH.c.start < bindparam("end")),
    ),
)
_TOP: Final = select(func.max(JOURNAL.c.number), func.count()).where(JOURNAL.c.kind == MEASUREMENTS)
_WAITING: Final = select(func.coalesce(func.sum(JOURNAL.c.measured), 0)).where(
    or_(JOURNAL.c.number > bindparam("rolled"), JOURNAL.c.last >= bindparam("edge")), JOURNAL.c.kind == MEASUREMENTS
)


class Past:
    """Reads stretches; what is not rolled up yet is read once for all series, as long as nothing new was written."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._state: object = None
        self._buckets: Mapping[Bucket, None] = {}
        self._known: dict[Bucket, dict[int, Stretch]] = {}
        self._asked: set[int] = set()
        self._few = False

    def stretches(self, connection: Connection, series: int, start: int, end: int) -> tuple[Stretch, ...]:
        """The stretches of one series that reach into [start, end), in order, their spans cut to it."""
        marks = self._look(connection)
        given = {"series": series, "from_hour": start - HOUR, "from_day": start - DAY, "end": end}
        found: dict[Bucket, list[Stretch]] = defaultdict(list)
        for row in connection.execute(_STORED, given):
            if not self._made_anew(row.start, row.part, marks):
                found[row.start, row.length].append(stretch_from(bytes(row.content), row.start, row.length))
        for bucket in self._buckets:
            if bucket[0] < end and sum(bucket) > start:
                stretch = self._waiting(connection, bucket, series, marks)
                if stretch is not None:
                    found[bucket].append(stretch)
        for hour, length in [bucket for bucket in found if bucket[1] == HOUR]:
            day = (hour - hour % DAY, DAY)
            if day in found:
                found[day] += found.pop((hour, length))
        done = (
            whole(parts, instant(bucket[0]), timedelta(microseconds=bucket[1]))
            for bucket, parts in sorted(found.items())
        )
        ends = instant(start), instant(end)
        cut = (
            stretch
            if ends[0] <= stretch.start and stretch.start + stretch.length <= ends[1]
            else replace(stretch, spans=tuple(within(stretch.spans, *ends)))
            for stretch in done
        )
        return tuple(stretch for stretch in cut if stretch.spans)

    def _look(self, connection: Connection) -> Marks:
        marks = read_marks(connection)
        state = (marks, *connection.execute(_TOP).one())
        if state != self._state:
            self._state, self._buckets = state, dict.fromkeys(unrolled(connection, marks))
            self._known, self._asked = {}, set()
            given = {"rolled": marks.rolled, "edge": marks.edge}
            self._few = connection.execute(_WAITING, given).scalar_one() <= _FEW
        return marks

    def _made_anew(self, start: int, part: int, marks: Marks) -> bool:
        """Whether what is stored is read from the journal again: not all was rolled up, or it was broken off."""
        if start < marks.dropped:
            return marks.rolled > 0 and part == marks.rolled
        day = start - start % DAY
        return (start, HOUR) in self._buckets or (day, DAY) in self._buckets

    def _waiting(self, connection: Connection, bucket: Bucket, series: int, marks: Marks) -> Stretch | None:
        """The stretch of a series that is not rolled up yet."""
        known = self._known.get(bucket)
        if known is not None:
            return known.get(series)
        self._asked.add(series)
        after = marks.rolled if bucket[0] < marks.dropped else 0
        content: Sequence[bytes] = list(contents(connection, bucket[0], sum(bucket), after))
        if self._few or len(self._asked) > 1:
            known = self._known[bucket] = dict(made(content, bucket, self._series.name))
            return known.get(series)
        return next((stretch for _, stretch in made(content, bucket, self._series.name, only=series)), None)
