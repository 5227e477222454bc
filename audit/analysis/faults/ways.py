"""An estate as a graph to the minimal sets of losses that stop each of its systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from audit.analysis.faults.families import NONE, SURE, Families
from audit.model.estate import System
from audit.model.graph import AT_ONCE, NOTHING, Graph
from audit.model.needs import All, AnyOf, Grace, KOf, Need, SumOf
from audit.model.single import inside_out
from audit.model.switching import RANK
from audit.model.technology import Failover

View = Literal["optimistic", "pessimistic"]
"""`optimistic` counts every failover that takes over at once, `pessimistic` those alone that have really switched."""


@dataclass(frozen=True)
class Ways:
    """For each node the minimal sets of losses that take it down, of at most so many losses."""

    families: Families
    names: tuple[str, ...]
    """What can be lost, by variable; a fire compartment is `site#compartment`."""
    taken: Mapping[str, int]
    """Each node to its family."""

    def orders(self, ref: str) -> tuple[int, ...]:
        """How many sets of 0, 1, ... losses take a node, itself not counted among them."""
        return self.families.counts(self.taken[ref])

    def sets(self, ref: str, most: int) -> list[tuple[str, ...]]:
        """The first sets, the smallest first, each sorted."""
        found = self.families.likeliest(self.taken[ref], [0.01] * len(self.names), most)
        return sorted((tuple(sorted(self.names[number] for number in one)) for _, one in found), key=_size)


def _size(one: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return len(one), one


def counted(view: View) -> Callable[[Failover], bool]:
    """Whether a failover counts as a second place."""
    real = RANK.index("real-switch")

    def of(switch: Failover) -> bool:
        if switch.mode not in AT_ONCE:
            return False
        return view == "optimistic" or any(RANK.index(one.realism) >= real for one in switch.drills)

    return of


def ways(graph: Graph, order: int, view: View, most: int = 4_000_000) -> Ways:
    """The least solution of: a node is taken by its own loss, by a fire in its compartment, by a need that is unmet.

    A need that is unmet while everything is up is no consequence of a loss. A system with a failover that counts needs
    one of its places or that of the failover. Circles of needs are solved by going round until nothing is added.
    TooLarge beyond `most` nodes of the diagram.
    """
    needs = _needs(graph, counted(view))
    order_of_all = inside_out(needs)
    fires = _fires(graph)
    names = tuple(dict.fromkeys((*reversed(order_of_all), *(fire for found in fires.values() for fire in found))))
    number = {name: position for position, name in enumerate(names)}
    families = Families(order, most)
    taken = {name: families.single(number[name]) for name in names}
    for name, found in fires.items():
        for fire in found:
            taken[name] = families.either(taken[name], families.single(number[fire]))
    solver = _Solver(graph, families, taken)
    changed = True
    while changed:
        changed = False
        for name in order_of_all:
            found_now = taken[name]
            for need in needs.get(name, ()):
                if graph.met(need, NOTHING):
                    found_now = families.either(found_now, solver.unmet(need))
            if found_now != taken[name]:
                taken[name], changed = found_now, True
    own = {ref: families.without(taken[ref], families.single(number[ref])) for ref in needs}
    return Ways(families, names, own)


def _needs(graph: Graph, counts: Callable[[Failover], bool]) -> Mapping[str, tuple[Need, ...]]:
    found = dict(graph.needs)
    for _, system in graph.estate.systems():
        there = tuple(switch.to for switch in system.failover if counts(switch))
        if system.at and there:
            found[system.ref] = (*system.needs, AnyOf.model_construct(any=(*system.at, *there)))
    return found


def _fires(graph: Graph) -> Mapping[str, tuple[str, ...]]:
    """Each room that shares its fire compartment with another to that compartment."""
    found: dict[str, tuple[str, ...]] = {}
    for site in graph.estate.sites:
        for room in site.rooms:
            if room.compartment is not None and len(graph.burns(room.ref)) > 1:
                found[room.ref] = (f"{site.ref}#{room.compartment}",)
    return found


class _Solver:
    """What leaves a need unmet, as far as it is known by now."""

    def __init__(self, graph: Graph, families: Families, taken: Mapping[str, int]) -> None:
        self._graph = graph
        self._families = families
        self._taken = taken

    def unmet(self, need: Need) -> int:
        if isinstance(need, str):
            return self._taken.get(need, NONE)
        if isinstance(need, All):
            return self._any([self.unmet(one) for one in need.all])
        if isinstance(need, AnyOf):
            return self._families.at_least(len(need.any), tuple(self.unmet(one) for one in need.any))
        if isinstance(need, Grace):
            return self.unmet(need.on)
        if isinstance(need, KOf):
            return self._families.at_least(len(need.of) - need.k + 1, tuple(self.unmet(one) for one in need.of))
        return self._short(need)

    def _any(self, parts: Sequence[int]) -> int:
        found = NONE
        for part in parts:
            found = self._families.either(found, part)
        return found

    def _short(self, need: SumOf) -> int:
        """The losses after which the sum is too small."""
        amounts = [(self._taken.get(ref, NONE), self._graph.amount(ref, need.sum)) for ref in need.of]
        known: dict[tuple[int, float], int] = {}

        def from_(place: int, left: float) -> int:
            if left < need.at_least:
                return SURE
            if place == len(amounts):
                return NONE
            key = (place, left)
            if key not in known:
                part, amount = amounts[place]
                lost = self._families.both(part, from_(place + 1, left - amount)) if amount else NONE
                known[key] = self._families.either(from_(place + 1, left), lost)
            return known[key]

        return from_(0, sum(amount for _, amount in amounts))


def systems_taken(graph: Graph, lost: Sequence[str], view: View) -> tuple[System, ...]:
    """The systems that stop when all of `lost` is lost, in the order of the inventory."""
    needs = _needs(graph, counted(view))
    down = set(lost)
    for name in lost:
        site, _, compartment = name.partition("#")
        down |= {
            room.ref
            for one in graph.estate.sites
            if one.ref == site
            for room in one.rooms
            if compartment and room.compartment == compartment
        }
    changed = True
    while changed:
        changed = False
        for name, own in needs.items():
            if name not in down and any(not graph.met(need, down) and graph.met(need, NOTHING) for need in own):
                down.add(name)
                changed = True
    return tuple(system for _, system in graph.estate.systems() if system.ref in down)
