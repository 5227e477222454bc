"""An estate as a graph to what a report tells of its losses: the worst ones, their spread, their end, their cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo

from audit.analysis.contributions import paid
from audit.analysis.impact import MONTHS
from audit.analysis.meaning_spread import spread
from audit.analysis.recovery import curve, recovery
from audit.analysis.touched import touched
from audit.analysis.unknowns import unknowns
from audit.model.concentration import concentrations
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.harm import Reckoning
from audit.model.hazards import Happening, hazards
from audit.model.meaning import Bar, Matrix, Meaning, Recovery, Span, State, Stop
from audit.model.net import net
from audit.model.nirs import CURVE
from audit.model.numbered import Net
from audit.model.policy import GRADE_WEIGHT
from audit.model.proven import Proven
from audit.model.seasons import seasons
from audit.model.timeline import Both, Clockwork
from audit.model.turns import losses_in_turn

NOTHING: Final = Proven()
EVENTS: Final = 24
"""So many of the worst losses are followed through time."""
MANY: Final = 4_000
"""Above so many systems only a third of them is."""
COLUMNS: Final = 12
ROWS: Final = 40
PLACES: Final = ("site", "fire")
UNKNOWNS: Final = 60
Measure = Literal["users", "applicants", "grade"]
MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {"users": "users", "applicants": "applicants", "grade": "grade"}
)


@dataclass(frozen=True, slots=True)
class _Followed:
    """One loss with what it does."""

    event: Happening
    both: Both
    stops: Mapping[str, Stop]
    slower: frozenset[str]
    """The systems that go on without something that they have otherwise."""
    bar: Bar
    weight: float


def meaning(graph: Graph, at: datetime, known: Proven = NOTHING) -> Meaning:
    """All of it at one instant. Time: one look at every loss, then the worst ones hour by hour.

    `known` is what drills and switches measured: it goes before what is declared.
    """
    today = at.astimezone(ZoneInfo(graph.estate.about.timezone)).date()
    reckoning = Reckoning(graph.estate, at, seasons(graph.estate, today, MONTHS))
    clockwork = Clockwork(graph, took=known.took, drills=known.restored)
    followed = [_follow(event, clockwork, reckoning, weight) for event, weight in _worst(graph)]
    dark = unknowns(graph)
    place = next((one for one in followed if one.event.kind in PLACES), None)
    return Meaning(
        at=at,
        pareto=tuple(one.bar for one in followed),
        matrix=_matrix(graph, followed[:COLUMNS], reckoning),
        worst=spread(place.event, place.both) if place is not None else None,
        recovery=_recovery(place.both) if place is not None else None,
        shares=tuple(one.shares for one in concentrations(graph)),
        paid=paid(graph),
        unknowns=tuple(row.unknown for row in dark.rows if row.unknown.moves > 0 and row.kind != "time")[:UNKNOWNS],
        seasons=seasons(graph.estate, today),
        beside=CURVE,
        measure=MEASURES.get(dark.stakes.basis, "grade"),
    )


def _worst(graph: Graph) -> Sequence[tuple[Happening, float]]:
    """The losses that stop most by the weight of the grades, for the pessimist, with that weight; worst first."""
    events = {one.ref: one for one in hazards(graph)}
    known = net(graph, "pessimistic", tuple(events.values()))
    weights = _weights(graph, known)
    refs = {known.number[ref]: ref for ref in events}
    found = [(sum(weights[node] for node in down), refs[hit]) for hit, down in losses_in_turn(known, refs)]
    ranked = sorted((one for one in found if one[0] > 0), key=lambda one: (-one[0], one[1]))
    count = EVENTS if sum(1 for _ in graph.estate.systems()) <= MANY else EVENTS // 3
    return [(events[ref], weight) for weight, ref in ranked[:count]]


def _weights(graph: Graph, known: Net) -> Sequence[float]:
    weights = [0.0] * len(known.names)
    for _, system in graph.estate.systems():
        weights[known.number[system.ref]] = float(GRADE_WEIGHT[system.grade])
    return weights


def _follow(event: Happening, clockwork: Clockwork, reckoning: Reckoning, weight: float) -> _Followed:
    both = clockwork.after(event)
    found = tuple(touched(both))
    harm = reckoning.of(found)
    index = both.most.graph.estate.index
    away = {one.ref: one for one in found if one.to == 1 and isinstance(index.get(one.ref), System)}
    count = Span(float(sum(one.surely for one in away.values())), float(len(away)))
    bar = Bar(event.ref, event.name, harm.exposure, harm.waiting, count)
    return _Followed(event, both, away, frozenset(one.ref for one in found if one.to < 1), bar, weight)


def _recovery(both: Both) -> Recovery:
    """With the curve of the pessimist, over all that stops in his view."""
    view = both.most
    index = view.graph.estate.index
    ends = [view.back(ref) for ref in view.stopped() if isinstance(index.get(ref), System)]
    return replace(recovery(both), floor=curve([end for end in ends if end < inf], len(ends)))


def _matrix(graph: Graph, followed: Sequence[_Followed], reckoning: Reckoning) -> Matrix | None:
    """The systems that the losses touch most, the highest grade first."""
    touched: dict[str, tuple[int, int]] = {}
    for _, system in graph.estate.systems():
        often = sum(system.ref in one.stops or system.ref in one.slower for one in followed)
        if often:
            touched[system.ref] = (system.grade, -often)
    order = sorted(touched, key=lambda ref: (touched[ref], ref))
    rows = tuple((ref, tuple(_cell(one, ref, reckoning) for one in followed)) for ref in order[:ROWS])
    more = sum(1 for _ in graph.estate.systems()) - len(rows)
    return Matrix(tuple(one.event.ref for one in followed), rows, more) if rows else None


def _cell(one: _Followed, ref: str, reckoning: Reckoning) -> tuple[State, Span | None]:
    stop = one.stops.get(ref)
    if stop is None:
        return ("degraded" if ref in one.slower else "up"), None
    outage = reckoning.outage(stop)
    if outage is None:
        return "unknown", None
    least = outage.surely[1] - outage.surely[0] if outage.surely is not None else 0.0
    begin, end = outage.perhaps
    away = Span(least, max(end - begin, least) if end is not None else None)
    return ("down" if stop.surely else "unknown"), away
