"""A system of an estate to the smallest sets of losses, or of events, that stop it, with how likely that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp
from typing import Final, Literal

from audit.analysis.faults.bounds import at_least_of, several_of
from audit.analysis.faults.ways import Ways, largest
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hazards import Happening, hazards
from audit.model.meaning import Span
from audit.model.net import Net, falls, net
from audit.model.standbys import View

By = Literal["component", "hazard"]
READ: Final = 300
"""Of the smallest sets, at the least, among which the worst are looked for."""
VIEWS: Final[tuple[View, View]] = ("optimistic", "pessimistic")
PAIRED: Final = 500
"""Sets whose pairs are reckoned up for a lower limit."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Losses that together, no fewer of them, stop the system."""

    losses: tuple[str, ...]
    surely: bool
    """Whether it stops in the optimistic view too."""
    a_year: float | None
    """How likely all of them happen within one year; None where the inventory does not say how often."""
    systems: int
    """How many systems stop with it, at least."""
    applicants: float
    """How many people an hour find those closed, at least."""


@dataclass(frozen=True, slots=True)
class SystemCuts:
    """What is known of one system."""

    ref: str
    by: By
    asked: int
    order: int
    """The order that could be told."""
    surely: tuple[int, ...]
    """How many sets of 0, 1, ... losses there are in the optimistic view."""
    perhaps: tuple[int, ...]
    """The same in the pessimistic view, in which smaller sets may stand for larger ones of the other."""
    cuts: tuple[Cut, ...]
    """The likeliest first, then the smallest, of those the ones that stop the most."""
    a_year: Span
    """How likely it stops within one year by what has a probability; `most` is None where something has none."""
    neglected: float
    """The part of `most` that sets of more than `order` events may hold."""
    silent: int
    """Of how many of the events that it may hang on the inventory does not say how often they happen."""


def cuts_of(graph: Graph, ref: str, order: int, top: int, by: By) -> SystemCuts:
    """The sets of at most `order` losses of what is named, or of events: fires, feeds, suppliers, makers, ..."""
    happening = hazards(graph) if by == "hazard" else ()
    events = [one.ref for one in happening] if by == "hazard" else None
    optimistic, pessimistic = (net(graph, view, happening) for view in VIEWS)
    unsure, reached = largest(pessimistic, order, [ref], events=events)
    sure, lower = largest(optimistic, reached, [ref], events=events)
    if lower < reached:
        unsure, reached = largest(pessimistic, lower, [ref], events=events)
    likely = likely_of(happening or hazards(graph))
    every = dict.fromkeys(
        one
        for found in (sure, unsure)
        for one in (*found.sets(ref, max(READ, top)), *_likeliest(found, ref, likely, top))
    )
    systems = {optimistic.number[one.ref]: one for _, one in graph.estate.systems()}
    cuts = [_cut(systems, optimistic, ref, one, likely) for one in every]
    least, _, _ = _limits(sure, ref, likely, reached)
    _, most, neglected = _limits(unsure, ref, likely, reached)
    silent = len(set(unsure.names) - likely.keys())
    return SystemCuts(
        ref=ref,
        by=by,
        asked=order,
        order=reached,
        surely=sure.orders(ref),
        perhaps=unsure.orders(ref),
        cuts=tuple(sorted(cuts, key=_rank)[:top]),
        a_year=Span(least, None if silent else most),
        neglected=neglected,
        silent=silent,
    )


def likely_of(happening: Iterable[Happening]) -> Mapping[str, float]:
    """Each event of which it is told how often it happens to how likely it does within a year."""
    return {one.ref: 1 - exp(-one.a_year) for one in happening if one.a_year is not None}


def _likeliest(found: Ways, ref: str, likely: Mapping[str, float], most: int) -> list[tuple[str, ...]]:
    return [one for _, one in found.likeliest(ref, likely, most)] if likely else []


def _cut(
    systems: Mapping[int, System], optimistic: Net, ref: str, losses: tuple[str, ...], likely: Mapping[str, float]
) -> Cut:
    down = frozenset(falls(optimistic, [optimistic.number[name] for name in losses]))
    stopped = [systems[number] for number in sorted(down & systems.keys())]
    return Cut(
        losses=losses,
        surely=optimistic.number[ref] in down,
        a_year=_product(likely[name] for name in losses) if all(name in likely for name in losses) else None,
        systems=len(stopped),
        applicants=sum(_people(one) for one in stopped),
    )


def _product(parts: Iterable[float]) -> float:
    found = 1.0
    for part in parts:
        found *= part
    return found


def _people(system: System) -> float:
    return system.applicants.per_hour if system.applicants is not None else 0.0


def _rank(cut: Cut) -> tuple[float, int, bool, float, int, tuple[str, ...]]:
    return -(cut.a_year or 0.0), len(cut.losses), not cut.surely, -cut.applicants, -cut.systems, cut.losses


def _limits(found: Ways, ref: str, likely: Mapping[str, float], order: int) -> tuple[float, float, float]:
    """Certain limits of the probability by what has one, with what larger sets than `order` hold of the upper one."""
    weights = [likely.get(name, 0.0) for name in found.names]
    sets = found.families.likeliest(found.taken[ref], weights, PAIRED)
    least = at_least_of(((weight, members) for weight, members in sets if weight > 0), weights)
    neglected = several_of([weight for weight in weights if weight > 0], order + 1)
    return least, min(1.0, found.total(ref, likely) + neglected), neglected
