"""The systems that stop, with when and for how long, to what that costs people and money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from audit.model.demand import Deadline
from audit.model.estate import Estate, System
from audit.model.meaning import Harm, Season, Span, Stop
from audit.model.message import Message, say
from audit.model.seasons import steps

AN_HOUR: Final = 1_100_000.0
"""Applicant-hours that one hour of a standstill costs, as the ministry for small firms reckoned it in 2025."""
USUAL: Final = timedelta(days=1)
"""In how long before a deadline those come of whom the inventory does not say it."""
ASSUMED: Final[tuple[Message, ...]] = (
    say("exposure, waiting, missed deadlines are three figures: adding them would count people twice"),
    say("people of two systems may be the same people; nothing tells, and each system counts its own"),
    say("who comes while a system is away waits until it is back; the queue after that is not counted"),
    say("the calendar multiplies how many come; outside of its seasons they come evenly"),
    say("the manual way takes its share in the best case, and nothing in the worst: nobody knows until it is needed"),
    say("of those who come before a deadline only they miss it who cannot apply until it is over"),
    say("a system that goes on at less than its capacity counts with the share that is missing"),
)


@dataclass(frozen=True, slots=True)
class Outage:
    """How long one system is away, in hours from the event: for certain, and at most."""

    system: System
    surely: tuple[float, float] | None
    """From, to; None where it may not stop at all."""
    perhaps: tuple[float, float | None]
    """From, to; None where nothing bounds it."""
    share: float = 1.0
    """Of its capacity, which is missing."""


def harm(estate: Estate, stops: Iterable[Stop | tuple[System, Span]], at: datetime, seasons: Iterable[Season]) -> Harm:
    """What all of these stops together cost; `at` is the instant of the event, a pair is a system with its hours away.

    Programmes among them count nothing by themselves: their people are those of their systems.
    """
    return Reckoning(estate, at, seasons).of(stops)


class Reckoning:
    """One instant of one estate, by which many losses are weighed: what the calendar says is worked out once."""

    def __init__(self, estate: Estate, at: datetime, seasons: Iterable[Season]) -> None:
        self._estate = estate
        self._at = at
        self._steps = steps(seasons, estate.about.timezone, at)
        self._known: dict[tuple[float, float, float, float], float] = {}

    def of(self, stops: Iterable[Stop | tuple[System, Span]]) -> Harm:
        """What they cost together."""
        exposure, waiting, missed = _Sum(), _Sum(), _Sum()
        delayed: dict[str, _Sum] = {}
        lost: dict[str, _Sum] = {}
        silent: list[str] = []
        for stop in stops:
            outage = self.outage(stop)
            if outage is None:
                continue
            system = outage.system
            if system.users is None and system.applicants is None:
                silent.append(system.ref)
            exposure.take(_evenly(float(system.users or 0), outage))
            waiting.take(self._waiting(outage))
            missed.take(self._missed(outage))
            if system.funds is not None:
                flow = system.funds.flow
                each = float(flow.per_second * 3600)
                delayed.setdefault(flow.currency, _Sum()).take(_evenly(each * (1 - system.funds.lost), outage))
                lost.setdefault(flow.currency, _Sum()).take(_evenly(each * system.funds.lost, outage))
                penalty = system.funds.penalty
                if penalty is not None:
                    each = float(penalty.per_second * 3600)
                    lost.setdefault(penalty.currency, _Sum()).take(_evenly(each, outage))
        return Harm(
            exposure.span, waiting.span, missed.span, _spans(delayed), _spans(lost), tuple(dict.fromkeys(silent))
        )

    def outage(self, stop: Stop | tuple[System, Span]) -> Outage | None:
        """The hours of one stop; None for what is no system."""
        if isinstance(stop, tuple):
            system, hours = stop
            return Outage(system, (0.0, hours.least), (0.0, hours.most))
        found = self._estate.index.get(stop.ref)
        if not isinstance(found, System):
            return None
        begins, back = stop.falls, stop.back
        surely = None
        if stop.surely and begins.most is not None:
            # What never comes back by itself is brought back by somebody: nobody can say that it takes longer.
            least = begins.most + _hours(found.restart or timedelta(0)) if back is None else back.least
            surely = (begins.most, max(least, begins.most))
        most = back.most if back is not None else None
        if surely is not None and most is not None:
            surely = (min(surely[0], most), min(surely[1], most))
        return Outage(found, surely, (begins.least, most), 1.0 - stop.to if stop.to < 1 else 1.0)

    def extended(self, stops: Iterable[Stop | tuple[System, Span]]) -> tuple[Deadline, ...]:
        """The deadlines that pass meanwhile, but move by a rule: nobody misses them."""
        found = (outage for stop in stops if (outage := self.outage(stop)) is not None)
        return tuple(
            one
            for outage in found
            for one in outage.system.deadlines
            if one.extends is not None and _passes(_hours(one.at - self._at), *outage.perhaps)
        )

    def _waiting(self, outage: Outage) -> Span:
        system, least = outage.system, 0.0
        under_way = float(system.in_flight or 0)
        flow = system.applicants.per_hour if system.applicants is not None else 0.0
        if outage.surely is not None:
            begin, end = outage.surely
            taken, until = 0.0, 0.0
            if system.manual is not None:
                taken = system.manual.capacity
                until = begin + _hours(system.manual.most) if system.manual.most is not None else end
            least = under_way * (end - begin) + flow * self._held(begin, end, taken, min(until, end))
        begin, last = outage.perhaps
        if last is None:
            return _shared(Span(least, None if under_way or flow else 0.0), outage.share)
        return _shared(
            Span(least, under_way * (last - begin) + flow * self._held(begin, last, 0.0, begin)), outage.share
        )

    def _held(self, begin: float, end: float, taken: float, until: float) -> float:
        """Hours that all wait who come from `begin` to `end`, if one came an hour; `taken` are served until `until`."""
        key = (begin, end, taken, until)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = sum(
                max(demand - (taken if start < until else 0.0), 0.0) * ((end - start) ** 2 - (end - stop) ** 2) / 2
                for start, stop, demand in self._pieces(begin, end, until)
            )
        return known

    def _pieces(self, begin: float, end: float, until: float) -> Iterable[tuple[float, float, float]]:
        turns = sorted(
            {begin, end, *(turn for turn in (until, *(one for one, _ in self._steps)) if begin < turn < end)}
        )
        for start, stop in pairwise(turns):
            demand = next((one for turn, one in reversed(self._steps) if turn <= start), 1.0)
            yield start, stop, demand

    def _missed(self, outage: Outage) -> Span:
        least = most = 0.0
        for one in outage.system.deadlines:
            if one.extends is not None:
                continue
            when = _hours(one.at - self._at)
            most += _cut_off(one, when, *outage.perhaps)[0]
            if outage.surely is not None:
                people, hours = _cut_off(one, when, *outage.surely)
                least += max(people - _by_hand(outage.system, people, hours), 0.0)
        return _shared(Span(least, most), outage.share)


class _Sum:
    """A figure that grows; what nothing bounds once stays so."""

    def __init__(self) -> None:
        self._least = 0.0
        self._most: float | None = 0.0

    def take(self, more: Span) -> None:
        self._least += more.least
        self._most = None if self._most is None or more.most is None else self._most + more.most

    @property
    def span(self) -> Span:
        return Span(self._least, self._most)


def _evenly(each: float, outage: Outage) -> Span:
    """So much an hour, over the outage."""
    least = outage.surely[1] - outage.surely[0] if outage.surely is not None else 0.0
    begin, end = outage.perhaps
    most = each * (end - begin) if end is not None else None if each else 0.0
    return _shared(Span(each * least, most), outage.share)


def _shared(span: Span, share: float) -> Span:
    if share == 1.0:
        return span
    most = 0.0 if share == 0.0 else None if span.most is None else span.most * share
    return Span(span.least * share, most)


def _passes(when: float, begin: float, end: float | None) -> bool:
    """Whether a deadline passes while the system is away."""
    return begin < when and (end is None or when <= end)


def _cut_off(deadline: Deadline, when: float, begin: float, end: float | None) -> tuple[float, float]:
    """The people who come while the system is away and find it back too late, with the hours in which they come."""
    if when < 0 or not _passes(when, begin, end):
        return 0.0, 0.0
    window = _hours(deadline.window if deadline.window is not None else USUAL)
    hours = when - max(begin, when - window)
    return deadline.people * (hours / window if window else 1.0), hours


def _by_hand(system: System, people: float, hours: float) -> float:
    """How many of them the manual way takes in the best case."""
    manual = system.manual
    if manual is None:
        return 0.0
    if system.applicants is None:
        return people * manual.capacity
    inside = hours if manual.most is None else min(hours, _hours(manual.most))
    return manual.capacity * system.applicants.per_hour * inside


def _spans(sums: Mapping[str, _Sum]) -> Mapping[str, Span]:
    return MappingProxyType({currency: one.span for currency, one in sorted(sums.items())})


def _hours(length: timedelta) -> float:
    return length.total_seconds() / 3600
