"""An estate as a graph to what two losses at once stop that neither stops alone, the worst of them first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappush, heapreplace
from typing import Final

from audit.analysis.faults.falling import KINDS, By, Weakness
from audit.analysis.pairing_groups import Groups, apart, weights
from audit.inventory.collecting import collecting_later
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hazards import hazards
from audit.model.net import net

MOST: Final = 4_000_000
"""Pairs that are looked at, some 800 MB and half a minute at worst; the least of the groups are left out beyond."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every pair, or the worst of them."""

    worst: tuple[Weakness, ...]
    count: int
    """How many there are in all, among what was looked at."""
    left_out: tuple[str, ...] = ()
    """The nodes of which a choice between others was not looked at, as too many pairs take it."""


def pairs(graph: Graph, by: By = "component", top: int = 20, most: int = MOST) -> Pairs:
    """The worst `top` minimal sets of two losses that stop a system: by weight of the grades, then by applicants.

    Two losses stop together what neither stops alone only by a group of which each takes a part. So each group is asked
    for the pairs that take too much of it; what falls on from there is what falls with the owner of the group alone,
    and with the groups of which that takes the rest.
    """
    with collecting_later():
        return _pairs(graph, by, top, most)


def _pairs(graph: Graph, by: By, top: int, most: int) -> Pairs:
    events = None if by == "component" else [one for one in hazards(graph) if by == "hazard" or one.kind in KINDS[by]]
    systems = tuple(system for _, system in graph.estate.systems())
    names: dict[str, int] = {}
    sure = Groups(net(graph, "optimistic", events or ()), events, systems, names)
    unsure = Groups(net(graph, "pessimistic", events or ()), events, systems, names)
    left_out = dict.fromkeys((*sure.look_for(most), *unsure.look_for(most)))
    found = unsure.owners()
    best = _Best(systems, tuple(names), top)
    # Whatever falls for the optimist falls for the pessimist too: beside the two, or with one of them alone.
    more = [unsure.weight(name) - sure.weight(name) for name in range(len(names))]
    # Of what was left out one view may know more than the other: then nothing is skipped, both are told as found.
    partial = sure.owners() if left_out else None

    def surely(key: int) -> frozenset[int]:
        pair = apart(key)
        owners = sure.owners_of(pair) if partial is None else partial.get(key, ())
        return sure.stopped(pair, sure.beside(pair, owners))

    for key, owners in found.items():
        one, other = pair = apart(key)
        beside = unsure.beside(pair, owners)
        weight = sum([fall.weight for fall in beside]) + more[one] + more[other]
        if partial is None and best.is_above(weight) and unsure.with_a_system(owners):
            best.count += 1
        else:
            best.offer(pair, surely(key), unsure.stopped(pair, beside))
    for key in sure.pairs_beyond(found):
        best.offer(apart(key), surely(key), frozenset())
    return Pairs(best.worst(), best.count, tuple(left_out))


class _Best:
    """The worst so far."""

    def __init__(self, systems: Sequence[System], names: Sequence[str], top: int) -> None:
        self._systems, self._names, self._top = systems, names, top
        self._weights = weights(systems)
        self._flows = [one.applicants.per_hour if one.applicants is not None else None for one in systems]
        self._heap: list[tuple[float, float, _Backward, Weakness]] = []
        self.count = 0

    def is_above(self, weight: int) -> bool:
        """Whether nothing of that weight can be among them any more."""
        return len(self._heap) == self._top and weight < self._heap[0][0]

    def offer(self, pair: tuple[int, int], surely: frozenset[int], perhaps: frozenset[int]) -> None:
        """One more pair with the systems that stop in each view, by number, if any."""
        if not surely and not perhaps:
            return
        self.count += 1
        weight = sum(map(self._weights.__getitem__, surely | perhaps))
        if self.is_above(weight):
            return
        certain, maybe = sorted(surely), sorted(perhaps - surely)
        people = sum(flow for one in (*certain, *maybe) if (flow := self._flows[one]) is not None)
        losses = tuple(sorted(self._names[one] for one in pair))
        if len(self._heap) == self._top and (weight, people, _Backward(losses)) < self._heap[0][:3]:
            return
        refs = tuple(tuple(self._systems[one].ref for one in some) for some in (certain, maybe))
        row = (weight, people, _Backward(losses), Weakness(losses, refs[0], refs[1], people))
        if len(self._heap) < self._top:
            heappush(self._heap, row)
        else:
            heapreplace(self._heap, row)

    def worst(self) -> tuple[Weakness, ...]:
        return tuple(row[3] for row in sorted(self._heap, key=lambda row: (-row[0], -row[1], row[3].losses)))


@dataclass(frozen=True, slots=True)
class _Backward:
    """Names of which the last in order is the least: of two that weigh the same, the first is told first."""

    names: tuple[str, ...]

    def __lt__(self, other: _Backward) -> bool:
        return self.names > other.names
