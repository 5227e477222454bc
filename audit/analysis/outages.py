"""The spans of one subject to its outages with their brackets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from audit.analysis.availability import DOWN, UP, Piece, goodness, timeline
from audit.analysis.spans import REACH, cut
from audit.analysis.windows import Period, counted, outside
from audit.model.history import Outage, Span, Window
from audit.model.measurement import State
from audit.model.watching import Counting

HOUR = timedelta(hours=1)
NOTHING = timedelta(0)


@dataclass(slots=True)
class _Row:
    """Bad spans one after the other with nothing good among them."""

    before: Span | None
    """The last good one."""
    bad: list[Span] = field(default_factory=list)
    after: Span | None = None
    """The first good one that follows."""


def outages(
    subject: str,
    spans: Sequence[Span],
    windows: Iterable[Window],
    start: datetime,
    end: datetime,
    now: datetime,
    counts: Counting | None,
    applicants_per_hour: float | None = None,
) -> tuple[Outage, ...]:
    """Every outage that touches [start, end), newest first, with its whole brackets.

    Bad measurements with only unknown time between them are one outage: nothing says that it ended. That unknown time
    is not in its `shortest`. It has ended only where something good was measured after it. What is bad in a declared
    maintenance window begins no outage and makes none longer; what is good there ends one.
    """
    maintenance = counted(windows)
    pieces = timeline(spans, counts)
    found = [
        _outage(subject, row, spans, pieces, maintenance, now, applicants_per_hour)
        for row in _rows(spans, maintenance, counts)
    ]
    touching = (one for one in found if one.first_bad < end and max(one.known_until, one.last_bad) >= start)
    return tuple(sorted(touching, key=lambda one: one.first_bad, reverse=True))


def _rows(spans: Iterable[Span], maintenance: Sequence[Period], counts: Counting | None) -> list[_Row]:
    rows: list[_Row] = []
    row = _Row(None)
    for span in spans:
        good = goodness(span, counts)
        if good is None:
            continue
        if good == UP:
            if row.bad:
                row.after = span
                rows.append(row)
            row = _Row(span)
            continue
        parts = (cut(span, *period) for period in outside(span.first, span.last + REACH * span.every, maintenance))
        row.bad.extend(part for part in parts if part is not None)
    return [*rows, row] if row.bad else rows


def _outage(
    subject: str,
    row: _Row,
    spans: Sequence[Span],
    pieces: Sequence[Piece],
    maintenance: Sequence[Period],
    now: datetime,
    applicants_per_hour: float | None,
) -> Outage:
    first, last = row.bad[0], row.bad[-1]
    worst = next((span for span in row.bad if span.state is State.DOWN), first)
    began, ended = first.first, last.last
    first_good = _answered(row.after, spans, now) if row.after is not None else None
    known_until = first_good or _silent(last, spans, now)
    inside = [
        (max(piece.start, before), min(piece.end, after), piece.good)
        for before, after in outside(began, ended, maintenance)
        for piece in _among(pieces, before, after)
    ]
    bad = sum((after - before for before, after, good in inside if good is not None), NOTHING)
    down = sum((after - before for before, after, good in inside if good == DOWN), NOTHING)
    last_good = row.before.last if row.before is not None else None
    exposure = None
    if applicants_per_hour is not None:
        # At least those who came while it was surely down, at most all between the last and the next good answer.
        most = known_until - (last_good or began)
        exposure = (applicants_per_hour * (down / HOUR), applicants_per_hour * (most / HOUR))
    return Outage(
        subject=subject,
        state=worst.state,
        reason=worst.reason,
        detail=worst.detail,
        last_good=last_good,
        first_bad=began,
        last_bad=ended,
        first_good=first_good,
        ended=row.after is not None,
        known_until=known_until,
        applicant_hours=exposure,
        unknown=ended - began - bad,
    )


def _among(pieces: Sequence[Piece], start: datetime, end: datetime) -> Iterator[Piece]:
    """The pieces that touch [start, end)."""
    number = max(bisect_right(pieces, start, key=lambda piece: piece.start) - 1, 0)
    while number < len(pieces) and pieces[number].start < end:
        if pieces[number].end > start:
            yield pieces[number]
        number += 1


def _answered(good: Span, spans: Sequence[Span], now: datetime) -> datetime:
    """By when it surely answered: a look that was good only when it was repeated proves that only by the next look."""
    if good.state is not State.DEGRADED:
        return good.first
    if good.count > 1:
        return good.first + (good.last - good.first) / (good.count - 1)
    number = bisect_right(spans, good.first, key=lambda span: span.first)
    following = (span.first for span in spans[number : number + 1])
    return max(min(good.first + good.every, now, *following), good.first)


def _silent(last: Span, spans: Sequence[Span], now: datetime) -> datetime:
    """Where measuring ended after the last bad measurement, or this very moment."""
    number = bisect_right(spans, last.last, key=lambda span: span.first)
    follower = spans[number].first if number < len(spans) else now
    return max(min(last.last + REACH * last.every, follower, now), last.last)
