"""Measurements of one subject from one vantage to the stretches of one state that they make."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from types import MappingProxyType
from typing import Final

from audit.model.history import LATENCY_STEPS, Span, Stretch
from audit.model.measurement import MISSED, Measurement, State

REACH: Final = 2
"""For so many cadences a measurement speaks where no other one follows."""
SLOWEST: Final = timedelta(hours=1)
"""Of a slower cadence a measurement speaks for no longer than of this one: two looks a month prove no month."""
INSTANT: Final = timedelta(microseconds=1)
_Order = tuple[datetime, datetime, str, str, timedelta, int, int, str]
_Waiting = tuple[datetime, _Order, int, Span]
_AFTER_ALL: Final = datetime.max.replace(tzinfo=UTC)


def spans_of(measurements: Iterable[Measurement]) -> tuple[Span, ...]:
    """The spans in order; in which order the measurements come, or whether one comes twice, does not matter."""
    return merged(sorted(map(_alone, frozenset(measurements)), key=_order))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order of their start, each joined to the one before wherever the two could have been one.

    Where one begins inside another, as what came late or was looked at among looks that were missed, it is what speaks
    from there on to its own end.
    """
    done: list[Span] = []
    waiting: list[_Waiting] = []
    for span in spans:
        while waiting and waiting[0][0] <= span.first:
            _add(done, waiting, heappop(waiting)[-1])
        _add(done, waiting, span)
    while waiting:
        _add(done, waiting, heappop(waiting)[-1])
    return tuple(done)


def _add(done: list[Span], waiting: list[_Waiting], span: Span) -> None:
    """Put a span behind the others; what of the last one lies behind it has to wait for its turn."""
    if done:
        before = done[-1]
        if _same(before, span) and span.first - before.last <= REACH * before.every:
            done[-1] = _both(before, span)
            return
        if span.first < before.last:
            head, tail = cut(before, before.first, span.first), cut(before, span.last + INSTANT, _AFTER_ALL)
            done.pop()
            if head is not None:
                done.append(head)
            if tail is not None:
                heappush(waiting, (tail.first, _order(tail), id(tail), tail))
    done.append(span)


def joined(stretches: Iterable[Stretch]) -> tuple[Span, ...]:
    """The spans of stretches, joined where a span was cut at the end of a stretch; several may be of one time."""
    return merged(sorted((span for stretch in stretches for span in stretch.spans), key=_order))


def rolled(measurements: Iterable[Measurement], start: datetime, length: timedelta) -> Stretch:
    """What the measurements say of one hour or day; those of other times are left out, rows of missed looks are cut."""
    end = start + length
    inside = [one for one in frozenset(measurements) if _began(one) < end and (one.until or _began(one)) >= start]
    spans = (cut(_alone(one), start, end) for one in inside)
    # What was missed was not looked at, so it was neither late nor mistaken.
    looks = [one for one in inside if one.reason != MISSED and _began(one) >= start]
    classes = Counter(bisect_left(LATENCY_STEPS, one.latency) for one in looks if one.latency is not None)
    return Stretch(
        start=start,
        length=length,
        spans=merged(sorted(filter(None, spans), key=_order)),
        latencies=MappingProxyType(dict(sorted(classes.items()))),
        late=max((one.lateness.total_seconds() for one in looks), default=0.0),
        error=max((one.error for one in looks), default=0.0),
    )


def combined(stretches: Iterable[Stretch], start: datetime, length: timedelta) -> Stretch:
    """Hours to the day that they make; stretches that begin at another time are left out."""
    parts = [part for part in stretches if start <= part.start < start + length]
    classes: Counter[int] = Counter()
    for part in parts:
        classes.update(part.latencies)
    return Stretch(
        start=start,
        length=length,
        spans=joined(parts),
        latencies=MappingProxyType(dict(sorted(classes.items()))),
        late=max((part.late for part in parts), default=0.0),
        error=max((part.error for part in parts), default=0.0),
    )


def within(spans: Iterable[Span], start: datetime, end: datetime) -> Iterator[Span]:
    """What of the spans was measured from `start` on and before `end`."""
    for span in spans:
        part = cut(span, start, end)
        if part is not None:
            yield part


def cut(span: Span, start: datetime, end: datetime) -> Span | None:
    """The part of a span whose measurements lie in [start, end), None where there is none.

    When exactly they began is not kept: they are taken to have come evenly from the first to the last.
    """
    if span.first >= end or span.last < start:
        return None
    if start <= span.first and span.last < end:
        return span
    most = max(span.count - 1, 0)
    step = max((span.last - span.first) / most if most else span.every, INSTANT)
    # A step is rounded to a microsecond: the numbers of the first and the last one are held to what there were.
    before = min(max(-((span.first - start) // step), 0), most)
    behind = most if span.last < end else min((end - INSTANT - span.first) // step, max(most - 1, 0))
    if behind < before:
        return None
    first = max(span.last if 0 < most == before else span.first + before * step, start)
    last = span.last if span.last < end else span.first + behind * step
    return replace(span, first=first, last=max(first, last), count=behind - before + 1)


def _began(one: Measurement) -> datetime:
    """From when on it speaks: of what was missed, `at` is only when that was noticed."""
    return one.due if one.reason == MISSED or one.until is not None else one.at


def _alone(one: Measurement) -> Span:
    first = _began(one)
    last = max(one.until or first, first)
    count = (last - first) // max(one.every, INSTANT) + 1
    every = min(one.every, SLOWEST)
    return Span(one.state, one.reason, first, last, count, every, one.good, one.tried, one.detail)


def _order(span: Span) -> _Order:
    return (span.first, span.last, span.state, span.reason, span.every, span.good, span.tried, span.detail)


def _same(one: Span, other: Span) -> bool:
    return (
        one.state is other.state
        and one.reason == other.reason
        and one.every == other.every
        # By a quorum, one half of the addresses is down but more than that is up: such spans must stay apart.
        and (one.state is not State.PARTIAL or (2 * one.good > one.tried) == (2 * other.good > other.tried))
    )


def _both(before: Span, after: Span) -> Span:
    worst = after if after.good < before.good else before
    return Span(
        before.state, before.reason, before.first, max(before.last, after.last), before.count + after.count,
        before.every, worst.good, worst.tried, before.detail,
    )  # fmt: skip
