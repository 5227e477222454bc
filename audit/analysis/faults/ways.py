"""Numbered nodes with what they lean on to the minimal sets of losses that take each of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from audit.analysis.faults.families import NONE, Families, deep
from audit.analysis.faults.inward import Inward, inward
from audit.analysis.faults.nodes import TooLarge
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.net import Net, falls
from audit.model.net import net as numbered_of
from audit.model.standbys import View

MOST: Final = 4_000_000
"""Nodes of the diagram, some 1.2 GB at worst, after which the order is lowered."""


@dataclass(frozen=True)
class Ways:
    """For each node that was asked for the minimal sets of losses that take it, of at most so many losses."""

    families: Families
    names: tuple[str, ...]
    """What can be lost, by variable; a fire compartment is `site#compartment`."""
    taken: Mapping[str, int]
    """Each node to the family of what takes it, its own loss not counted."""

    def orders(self, ref: str) -> tuple[int, ...]:
        """How many sets of 0, 1, ... losses take a node, itself not counted among them."""
        with self._deep():
            return self.families.counts(self.taken[ref])

    def sets(self, ref: str, most: int) -> list[tuple[str, ...]]:
        """The first sets, the smallest first, each sorted."""
        with self._deep():
            found = self.families.likeliest(self.taken[ref], [0.01] * len(self.names), most)
        return sorted((tuple(sorted(self.names[number] for number in one)) for _, one in found), key=_size)

    def likeliest(self, ref: str, likely: Mapping[str, float], most: int) -> list[tuple[float, tuple[str, ...]]]:
        """The sets of what has a probability, with theirs, the likeliest first; all others count as impossible."""
        with self._deep():
            found = self.families.likeliest(self.taken[ref], [likely.get(name, 0.0) for name in self.names], most)
        return [(weight, tuple(sorted(self.names[number] for number in one))) for weight, one in found if weight > 0]

    def total(self, ref: str, likely: Mapping[str, float]) -> float:
        """The probabilities of all sets together, which is more than that of any of them happening."""
        with self._deep():
            return self.families.total(self.taken[ref], [likely.get(name, 0.0) for name in self.names])

    def _deep(self) -> AbstractContextManager[None]:
        return deep(len(self.names))


def _size(one: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return len(one), one


def ways(
    net: Net, order: int, of: Iterable[str] | None = None, most: int = MOST, *, events: Iterable[str] | None = None
) -> Ways:
    """The sets of at most `order` losses that take each node of `of`, or each node that has a name.

    What can be lost is every node that has a name, or `events` alone, such as what can happen.

    The least solution of: a node is taken by its own loss, by what takes one that it leans on, by what takes too much
    of a group. Only what those nodes lean on is looked at. Circles are solved by going round until nothing is added.
    TooLarge beyond `most` nodes of the diagram.
    """
    wanted = {name: net.number[name] for name in (net.number if of is None else of)}
    among = set(net.number.values()) if events is None else {net.number[name] for name in events}
    return solved(net.names, inward(net, wanted.values()), Families(order, most), wanted, among)


def solved(
    names: Sequence[str], around: Inward, families: Families, wanted: Mapping[str, int], events: Container[int]
) -> Ways:
    """The same of what was turned inward already, into a diagram that is empty yet; `events` are nodes."""
    # From the outside in: what takes a node is then found above all that takes what it leans on.
    losable = [node for circle in reversed(around.circles) for node in reversed(circle) if node in events]
    solver = _Solver(around, families, {node: variable for variable, node in enumerate(losable)})
    with deep(4 * len(around.hard)):
        solver.solve()
        taken = {name: families.without(solver.taken[node], solver.own(node)) for name, node in wanted.items()}
    return Ways(families, tuple(names[node] for node in losable), taken)


class _Solver:
    """What takes each node, as far as it is known by now."""

    def __init__(self, around: Inward, families: Families, variables: Mapping[int, int]) -> None:
        self._around = around
        self._families = families
        self._variables = variables
        self.taken: dict[int, int] = {}

    def own(self, node: int) -> int:
        """The family of a node's own loss; of none where it is a group and nothing by itself."""
        variable = self._variables.get(node)
        return NONE if variable is None else self._families.single(variable)

    def solve(self) -> None:
        taken = self.taken
        for circle in self._around.circles:
            if len(circle) == 1 and circle[0] not in self._around.turning:
                taken[circle[0]] = self._now(circle[0])
                self._families.forget()
                continue
            taken.update((node, self.own(node)) for node in circle)
            changed = True
            while changed:
                changed = False
                for node in circle:
                    now = self._now(node)
                    if now != taken[node]:
                        taken[node], changed = now, True

    def _now(self, node: int) -> int:
        families, taken = self._families, self.taken
        found = [taken[one] for one in self._around.hard[node]]
        for spare, members in self._around.groups.get(node, ()):
            found.append(_lost(families, spare, [(taken[one], weight) for one, weight in members]))
        found.append(self.own(node))
        return families.any_of(found)


def _lost(families: Families, spare: float, parts: Sequence[tuple[int, float]]) -> int:
    """What takes more than a group can spare."""
    if all(weight == 1.0 for _, weight in parts):
        return families.at_least(int(spare // 1) + 1, [one for one, _ in parts])
    return families.heavier(spare, parts)


def largest(
    net: Net, order: int, of: Sequence[str], most: int = MOST, *, events: Sequence[str] | None = None
) -> tuple[Ways, int]:
    """The same of the largest order, at most `order`, at which it can be held, with that order."""
    for lower in range(order, 1, -1):
        try:
            return ways(net, lower, of, most, events=events), lower
        except TooLarge:
            continue
    return ways(net, 1, of, most, events=events), 1


def systems_taken(graph: Graph, lost: Sequence[str], view: View) -> tuple[System, ...]:
    """The systems that stop when all of `lost` is lost, in the order of the inventory."""
    numbered = numbered_of(graph, view)
    down = set(falls(numbered, [numbered.number[name] for name in lost]))
    return tuple(system for _, system in graph.estate.systems() if numbered.number[system.ref] in down)
