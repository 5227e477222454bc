"""A graph with the measures of its inventory to those that are worth their money: by single points, or by harm."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import fsum
from typing import Final

from audit.analysis.budgeting_search import Choice, best_within, cheapest
from audit.analysis.budgeting_works import Goal, Single, Works
from audit.analysis.unproven import unproven
from audit.model.concentration import Basis, Stakes, stakes
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.money import Measure
from audit.model.place import Place
from audit.model.units import Money

THINGS: Final = "things"
"""Stands for a currency where each thing counts as one."""
_MOST_THINGS: Final = 200
"""Things among which the fewest are searched for; of more, all that stop something alone are to be doubled."""
_MOST_WORK: Final = 2_000_000
"""Losses that are asked about in one search, over all choices; then the best so far is taken with its bound."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is worth buying."""

    goal: Goal
    stakes: Stakes
    currency: str
    budget: float | None
    chosen: tuple[Measure, ...]
    cost: float
    before: tuple[Single, ...]
    """Single points of failure that count for the goal, the worst first."""
    after: tuple[Single, ...]
    """Those that are left when all that was chosen is done."""
    harm_before: float
    """Over all single losses what stops by each, in the measure of the stakes an hour, added up."""
    harm_after: float
    exact: bool
    """Whether nothing better is possible; else `bound` says how much better at most."""
    bound: float
    """Of the goal `spof`: the least that any complete choice costs. Of `harm`: the least harm that can be left."""
    complete: bool
    """Of the goal `spof`: whether every one is ended that any measure can end."""
    hopeless: tuple[str, ...]
    """Single points that no measure of the inventory ends."""
    other_currency: tuple[str, ...] = ()
    """Measures priced in another currency, which were left out."""

    def first_left(self, graph: Graph) -> bool:
        """Whether a single loss still stops a system of grade 1; what no measure of the inventory plans ends none."""
        index = graph.estate.index
        rows = self.before if self.currency == THINGS else self.after
        return any(isinstance(one := index.get(ref), System) and one.grade == 1 for row in rows for ref in row.stops)


def plan(graph: Graph, goal: Goal, budget: float | None, currency: str = "KRW", basis: Basis | None = None) -> Plan:
    """The best choice: the cheapest that ends every single point of grade 1 that can be ended, or the most harm.

    A thing that is doubled takes nothing any more when it alone is lost. A failover that is proven counts as a second
    place. With a goal of `spof` and a budget that is too small, what the budget ends most of is chosen instead.
    """
    measures = [one for one in graph.estate.measures if one.cost.currency == currency]
    return _best(graph, measures, goal, budget, currency, basis)


def _best(
    graph: Graph, measures: Sequence[Measure], goal: Goal, budget: float | None, currency: str, basis: Basis | None
) -> Plan:
    works = Works(graph, stakes([system for _, system in graph.estate.systems()], basis), measures, goal)
    hopeless = works.left(range(len(measures)))
    costs = [float(one.cost.amount) for one in measures]
    most = max(200, _MOST_WORK // max(1, len(works.moving)))
    complete = True
    if goal == "spof":
        found = cheapest(costs, lambda chosen: not _open(works, chosen, hopeless), _cover(works), most)
        if budget is not None and found.cost > budget:
            complete = False
            found = best_within(costs, budget, lambda chosen: float(len(_open(works, chosen, hopeless))), most)
    else:
        found = best_within(costs, budget if budget is not None else sum(costs), works.harm, most)
    return _plan(works, goal, budget, currency, found, tuple(sorted(hopeless)), measures, complete=complete)


def things(graph: Graph, goal: Goal = "spof", basis: Basis | None = None) -> Plan:
    """Where the inventory has no measures: the fewest things to double, failovers to prove, each counted as one.

    What only doubling ends has to be doubled; of the rest the fewest are searched for.
    """
    failovers = unproven(graph).failovers
    bare = Works(graph, stakes([system for _, system in graph.estate.systems()], basis), (), goal)
    every = frozenset(failovers)
    must = {ref for ref in bare.singles if bare.taken(ref, every)}
    proofs = bare.failovers_of(ref for ref in bare.singles if ref not in must)
    doubled = [_thing(ref, doubles=(ref,)) for ref in bare.singles]
    if len(proofs) + len(bare.singles) - len(must) > _MOST_THINGS:
        return replace(_best(graph, doubled, goal, None, THINGS, basis), exact=False, bound=float(len(must)))
    proving = [_thing(ref, proves=(ref,)) for ref in sorted(proofs)]
    # Of choices that are equal the later ones stay: proving what is there costs less than a second of something.
    return _best(graph, [*doubled, *proving], goal, None, THINGS, basis)


def _thing(ref: str, doubles: tuple[str, ...] = (), proves: tuple[str, ...] = ()) -> Measure:
    place = Place("", 0, 0, ref=ref)
    return Measure.model_construct(place=place, id=ref, cost=Money(Decimal(1), THINGS), doubles=doubles, proves=proves)


def _open(works: Works, chosen: Collection[int], hopeless: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The single points that are left though some measure ends them, in part or altogether."""
    left = works.left(chosen, works.moving)
    return {ref for ref, taken in left.items() if len(taken) > len(hopeless.get(ref, ()))}


def _cover(works: Works) -> list[frozenset[int]]:
    """For each single point that only doubling ends, the measures that do so: one of them has to be taken."""
    proofs = frozenset[str]().union(*works.proves)
    doubling: dict[str, list[int]] = {}
    for number, doubled in enumerate(works.doubles):
        for ref in doubled:
            doubling.setdefault(ref, []).append(number)
    found = []
    for ref in works.singles:
        ways = frozenset(doubling.get(ref, ()))
        if ways and works.taken(ref, proofs):
            found.append(ways)
    return list(dict.fromkeys(found))


def _plan(
    works: Works, goal: Goal, budget: float | None, currency: str, found: Choice,
    hopeless: tuple[str, ...], measures: Sequence[Measure], *, complete: bool,
) -> Plan:  # fmt: skip
    before, after = works.left(()), works.left(found.chosen)
    others = tuple(one.id for one in works.graph.estate.measures if one.cost.currency != currency)
    chosen = sorted((measures[number] for number in found.chosen), key=lambda one: (-float(one.cost.amount), one.id))
    return Plan(
        goal=goal, stakes=works.stakes, currency=currency, budget=budget, chosen=tuple(chosen), cost=found.cost,
        before=works.told(before), after=works.told(after),
        harm_before=fsum(map(works.weight, before.values())), harm_after=fsum(map(works.weight, after.values())),
        exact=found.exact, bound=found.bound, complete=complete, hopeless=hopeless, other_currency=others,
    )  # fmt: skip
