"""A graph with what happens to it, an instant with a length in, what that costs people and money, by system, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import Final
from zoneinfo import ZoneInfo

from audit.analysis.touched import touched
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.harm import Reckoning
from audit.model.hazards import Happening
from audit.model.holding import holding
from audit.model.meaning import Harm, Season, Span, Stop
from audit.model.proven import Proven
from audit.model.seasons import seasons
from audit.model.timeline import Clockwork

NOTHING: Final = Proven()
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
    known: Proven = NOTHING
    """What was measured, with which the hours were reckoned."""

    @property
    def surely(self) -> tuple[str, ...]:
        """The systems that stop in any case."""
        return tuple(one.system.ref for one in self.costs if one.stop.surely and one.stop.to == 1)


def impact(
    graph: Graph,
    happenings: Sequence[Happening],
    at: datetime,
    hours: float | None = None,
    known: Proven = NOTHING,
) -> Impact:
    """What it costs when all this happens at once at an instant.

    How long each system is away follows from the inventory; with `hours` each that stops is away until then, or until
    a standby took over from it, or from what it leans on. `known` is what drills and switches measured: it goes before
    what is declared.
    """
    if hours is None:
        both = Clockwork(graph, took=known.took, drills=known.restored).after(*happenings)
    else:
        both = holding(graph, happenings, hours, known.took)
    found = list(touched(both))
    if hours is not None:
        found = [lasting for one in found if (lasting := _until(one, hours)) is not None]
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
        known=known,
    )  # fmt: skip


def _worst(cost: Cost) -> tuple[float, float, float, float, int, str]:
    """Most people first, then most hours of waiting; what nothing bounds before what has an end."""
    exposure, waiting = cost.harm.exposure, cost.harm.waiting
    return (-_end(exposure), -exposure.least, -_end(waiting), -waiting.least, cost.system.grade, cost.system.ref)


def _end(span: Span) -> float:
    return inf if span.most is None else span.most


def _until(stop: Stop, hours: float) -> Stop | None:
    """The same stop, over after so many hours at most; None where it does not come to it."""
    if stop.falls.least >= hours:
        return None
    begins = Span(stop.falls.least, hours if stop.falls.most is None else min(stop.falls.most, hours))
    least, most = (hours, None) if stop.back is None else (stop.back.least, stop.back.most)
    ends = sorted((min(least, hours), hours if most is None else min(most, hours)))
    return replace(stop, falls=begins, back=Span(ends[0], ends[1]))
