"""A graph with what happens to it, an instant with a length in, what that costs people and money, by system, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import Final
from zoneinfo import ZoneInfo

from audit.analysis.recovery import bounded, stops
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.harm import Reckoning
from audit.model.hazards import Happening
from audit.model.meaning import Harm, Season, Span, Stop
from audit.model.needs import Degraded, members
from audit.model.seasons import seasons
from audit.model.timeline import Both, Clockwork, Timeline

MONTHS: Final = 24
"""For so long after the event the calendar is looked at."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One system that stops, or goes on at less, with what that costs."""

    system: System
    stop: Stop
    harm: Harm


@dataclass(frozen=True, slots=True)
class Impact:
    """What a loss costs."""

    hit: tuple[str, ...]
    at: datetime
    season: Season | None
    """The busy days in which it happens."""
    hours: float | None
    """The length that was asked for; None where it follows from the inventory."""
    whole: Harm
    """Of all systems together."""
    costs: tuple[Cost, ...]
    """The worst first."""
    programmes: tuple[str, ...]
    """The programmes that stop too."""
    extended: tuple[str, ...]
    """The deadlines that pass meanwhile, but move by a rule, as `system/deadline`."""

    @property
    def surely(self) -> tuple[str, ...]:
        """The systems that stop in any case."""
        return tuple(one.system.ref for one in self.costs if one.stop.surely and one.stop.to == 1)


def impact(graph: Graph, happenings: Sequence[Happening], at: datetime, hours: float | None = None) -> Impact:
    """What it costs when all this happens at once at an instant.

    How long each system is away follows from the inventory; with `hours` each that stops is away until then.
    """
    both = Clockwork(graph).after(*happenings)
    found = [*stops(both), *_degraded(graph, both)]
    if hours is not None:
        found = [lasting for one in found if (lasting := _until(one, both, hours)) is not None]
    today = at.astimezone(ZoneInfo(graph.estate.about.timezone)).date()
    calendar = seasons(graph.estate, today, MONTHS)
    reckoning = Reckoning(graph.estate, at, calendar)
    index = graph.estate.index
    costs = [Cost(item, one, reckoning.of((one,))) for one in found if isinstance(item := index[one.ref], System)]
    return Impact(
        hit=tuple(dict.fromkeys(one.ref for one in happenings)),
        at=at,
        season=next((one for one in calendar if one.start <= today), None),
        hours=hours,
        whole=reckoning.of(found),
        costs=tuple(sorted(costs, key=_worst)),
        programmes=tuple(one.ref for one in found if not isinstance(index[one.ref], System)),
        extended=tuple(
            f"{cost.system.ref}/{one.id}" for cost in costs for one in reckoning.extended((cost.stop,))
        ),
    )  # fmt: skip


def _worst(cost: Cost) -> tuple[float, float, float, float, int, str]:
    """Most people first, then most hours of waiting; what nothing bounds before what has an end."""
    exposure, waiting = cost.harm.exposure, cost.harm.waiting
    return (-_end(exposure), -exposure.least, -_end(waiting), -waiting.least, cost.system.grade, cost.system.ref)


def _end(span: Span) -> float:
    return inf if span.most is None else span.most


def _until(stop: Stop, both: Both, hours: float) -> Stop | None:
    """The same stop, over after so many hours, or once a standby took over; None where it does not come to it."""
    if stop.falls.least >= hours:
        return None
    ends = sorted(_taken_over(stop.ref, view, hours) for view in (both.least, both.most))
    begins = Span(stop.falls.least, hours if stop.falls.most is None else min(stop.falls.most, hours))
    return replace(stop, falls=begins, back=Span(ends[0], ends[1]))


def _taken_over(ref: str, view: Timeline, hours: float) -> float:
    """When a standby serves in place of what was lost, at most so many hours; so many where none does."""
    node = view.waits.number.get(ref)
    if node is None or view.falls(ref) == inf or view.course.by[node] == node:
        return hours
    return min(view.back(ref), hours)


def _degraded(graph: Graph, both: Both) -> Iterator[Stop]:
    """The systems that go on without something, with the share of their capacity that is left."""
    least, most = (frozenset(view.stopped()) | view.event.nodes for view in (both.least, both.most))
    for _, system in graph.estate.systems():
        if not system.degraded_without or system.ref in most:
            continue
        lacks = [one for one in system.degraded_without if not graph.met(one.on, most)]
        if not lacks:
            continue
        worst = min(lacks, key=lambda one: one.to)
        surely = not graph.met(worst.on, least)
        early, late = _away(worst, both.most), _away(worst, both.least) if surely else (0.0, inf)
        back = Span(late[1] if surely else 0.0, bounded(early[1])) if not surely or late[1] < inf else None
        falls = Span(min(early[0], late[0]), bounded(late[0]) if surely else None)
        yield Stop(system.ref, system.grade, surely, falls, back, to=worst.to)


def _away(lacks: Degraded, view: Timeline) -> tuple[float, float]:
    """From when until when something is missing, at the longest."""
    spans = [_gone(name, view) for name in members(lacks.on)]
    gone = [span for span in spans if span is not None]
    return min((start for start, _ in gone), default=0.0), max((end for _, end in gone), default=0.0)


def _gone(name: str, view: Timeline) -> tuple[float, float] | None:
    """From when until when one thing is away; None where it is not."""
    if name in view.waits.number:
        return (view.falls(name), view.back(name)) if view.falls(name) < inf else None
    if name not in view.event.nodes:
        return None
    # Nothing needs it for certain: then it is no part of the timeline.
    hours = view.event.out.get(name)
    return 0.0, hours if hours is not None else 0.0 if view.view == "optimistic" else inf
