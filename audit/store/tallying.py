"""The packed measurements of an hour or day to its stretches, without a value for each measurement.

It comes to what `audit.analysis.spans.rolled` comes to, many times as fast, where measurements of a series come one
after the other. Series of which any does not are told, and left to that.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from audit.analysis.spans import REACH, SLOWEST
from audit.model.history import LATENCY_STEPS, Span, Stretch
from audit.model.measurement import MISSED, State
from audit.store.packing import Packed, instant

_SLOWEST: Final = SLOWEST // timedelta(microseconds=1)
Kind = tuple[State, str, int, bool]
"""State, reason, cadence, of answers at some addresses whether at more than half: what is alike in these joins."""


class _Run:
    """Measurements of one kind, one after the other."""

    __slots__ = ("count", "detail", "first", "good", "kind", "last", "tried")

    def __init__(self, kind: Kind, at: int, good: int, tried: int, detail: str) -> None:
        self.kind, self.first, self.last, self.count = kind, at, at, 1
        self.good, self.tried, self.detail = good, tried, detail

    def span(self) -> Span:
        state, reason, every, _ = self.kind
        return Span(
            state=state,
            reason=reason,
            first=instant(self.first),
            last=instant(self.last),
            count=self.count,
            every=timedelta(microseconds=every),
            good=self.good,
            tried=self.tried,
            detail=self.detail,
        )


class Tally:
    """What was counted of one series."""

    __slots__ = ("error", "late", "latencies", "runs")

    def __init__(self) -> None:
        self.runs: list[_Run] = []
        self.latencies: dict[int, int] = {}
        self.late: int | None = None
        self.error = 0

    def stretch(self, start: int, length: int) -> Stretch:
        return Stretch(
            start=instant(start),
            length=timedelta(microseconds=length),
            spans=tuple(run.span() for run in self.runs),
            latencies=MappingProxyType(dict(sorted(self.latencies.items()))),
            late=(self.late or 0) / 1e6,
            error=self.error / 1e6,
        )


def tallied(
    packs: Iterable[Packed], start: int, length: int, wanted: Callable[[int], bool]
) -> tuple[dict[int, Tally], set[int]]:
    """The tally of each wanted series with a measurement in the time, the series that cannot be counted so."""
    end = start + length
    found: dict[int, Tally] = {}
    odd: set[int] = set()
    for packed in packs:
        for series, at, late, state, reason, detail, good, tried, every, latency, error, row in packed.looks():
            if not wanted(series) or series in odd:
                continue
            if row or reason == MISSED:
                odd.add(series)
                continue
            if not start <= at < end:
                continue
            tally = found.get(series)
            if tally is None:
                tally = found[series] = Tally()
            every = min(every, _SLOWEST)
            kind = (state, reason, every, state is State.PARTIAL and 2 * good > tried)
            run = tally.runs[-1] if tally.runs else None
            if run is not None and at <= run.last:
                odd.add(series)
                continue
            if run is not None and run.kind == kind and at - run.last <= REACH * every:
                run.last = at
                run.count += 1
                if good < run.good:
                    run.good, run.tried = good, tried
            else:
                tally.runs.append(_Run(kind, at, good, tried, detail))
            if latency is not None:
                place = bisect_left(LATENCY_STEPS, latency / 1e6)
                tally.latencies[place] = tally.latencies.get(place, 0) + 1
            if tally.late is None or late > tally.late:
                tally.late = late
            if error > tally.error:
                tally.error = error
    return {series: tally for series, tally in found.items() if series not in odd}, odd


def stretches(tallies: dict[int, Tally], start: int, length: int) -> Iterator[tuple[int, Stretch]]:
    """The stretch of each series, in the order of their numbers."""
    for series in sorted(tallies):
        yield series, tallies[series].stretch(start, length)
