"""An estate as a graph to what two losses at once stop that neither stops alone, the worst of them first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappush, heapreplace
from itertools import product
from typing import Final

from audit.analysis.faults.falling import KINDS, By, Weakness
from audit.inventory.collecting import collecting_later
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hazards import hazards
from audit.model.lanes import bits_of
from audit.model.net import Hitting, View, net
from audit.model.numbered import Net, falls
from audit.model.policy import GRADE_WEIGHT
from audit.model.turns import losses_in_turn

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
    views = [_View(graph, view, events, systems, names) for view in ("optimistic", "pessimistic")]
    left_out: dict[str, None] = {}
    for one in views:
        left_out |= dict.fromkeys(one.look_for(most))
    best = _Best(systems, tuple(names), top)
    sure, unsure = views
    for key in (*sure.owners, *(key for key in unsure.owners if key not in sure.owners)):
        surely, perhaps = sure.stopped(key), unsure.stopped(key)
        if surely or perhaps:
            best.offer((key >> _SHIFT, key & _SECOND), surely, perhaps)
    return Pairs(best.worst(), best.count, tuple(left_out))


_SHIFT: Final = 32
"""Two names make one key; no inventory has 2**32 of them."""
_SECOND: Final = (1 << _SHIFT) - 1


class _Best:
    """The worst so far."""

    def __init__(self, systems: Sequence[System], names: Sequence[str], top: int) -> None:
        self._systems, self._names, self._top = systems, names, top
        self._weights = [GRADE_WEIGHT[one.grade] for one in systems]
        self._flows = [one.applicants.per_hour if one.applicants is not None else None for one in systems]
        self._heap: list[tuple[float, float, _Backward, Weakness]] = []
        self.count = 0

    def offer(self, pair: tuple[int, int], surely: frozenset[int], perhaps: frozenset[int]) -> None:
        """One more pair with the systems that stop in each view, by number."""
        self.count += 1
        weight = sum(map(self._weights.__getitem__, surely | perhaps))
        if len(self._heap) == self._top and weight < self._heap[0][0]:
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


@dataclass(frozen=True, slots=True)
class _Fall:
    """What falls with one node."""

    nodes: frozenset[int]
    systems: frozenset[int]
    """Those among it, by their place in the inventory."""
    partly: frozenset[int]
    """The groups of which it takes a part, with owners that stand."""


class _View:
    """One view of the estate."""

    def __init__(
        self,
        graph: Graph,
        view: View,
        events: Sequence[Hitting] | None,
        systems: Sequence[System],
        names: dict[str, int],
    ) -> None:
        self._net = net(graph, view, events or ())
        self._system = {self._net.number[system.ref]: place for place, system in enumerate(systems)}
        self._members = _members(self._net)
        self._soft: list[list[tuple[int, int, int]]] = [[] for _ in self._net.names]
        """Node to the groups in which it counts, with their owners, with its bit there."""
        for group, members in enumerate(self._members):
            for place, (node, _) in enumerate(members):
                self._soft[node].append((group, self._net.owner[group], 1 << place))
        self._falls: dict[int, _Fall] = {}
        number = self._net.number
        hits = dict.fromkeys(number.values()) if events is None else dict.fromkeys(number[one.ref] for one in events)
        self._hits = {names.setdefault(self._net.names[hit], len(names)): hit for hit in hits}
        """What can be lost: its number among the names, which both views share, to its node."""
        self._parts: dict[int, dict[int, list[int]]] = {}
        """Group to what takes a part of it: the bits of its members to what can be lost that takes just those."""
        name = {hit: place for place, hit in self._hits.items()}
        for hit, down in losses_in_turn(self._net, hits):
            self._falls[hit] = self._fall(down, name[hit])
        self.owners: dict[int, int | list[int]] = {}
        """Pair to the owners of the groups that it takes."""

    def _fall(self, down: Iterable[int], name: int | None = None) -> _Fall:
        nodes = frozenset(down)
        soft, system = self._soft, self._system
        parts: dict[int, int] = {}
        for node in nodes:
            for group, owner, bit in soft[node]:
                if owner not in nodes:
                    parts[group] = parts.get(group, 0) | bit
        if name is not None:
            for group, bits in parts.items():
                self._parts.setdefault(group, {}).setdefault(bits, []).append(name)
        return _Fall(nodes, frozenset(system[node] for node in nodes if node in system), frozenset(parts))

    def _of(self, node: int) -> _Fall:
        if node not in self._falls:
            self._falls[node] = self._fall(falls(self._net, (node,)))
        return self._falls[node]

    def look_for(self, most: int) -> Iterator[str]:
        """Find every pair that takes a group; of too many, what is left out, beginning with what takes the least."""
        found = [(group, *both) for group, parts in self._parts.items() for both in self._together(group, parts)]
        if sum(len(some) * len(others) for _, some, others in found) > most:
            # What is left out has to be the same whatever came first.
            weight = {group: len(self._of(self._net.owner[group]).systems) for group in self._parts}
            found.sort(key=lambda one: (-weight[one[0]], one[0]))
        for group, some, others in found:
            most -= len(some) * len(others)
            if most < 0:
                yield self._owner_of(group)
                continue
            owner = self._net.owner[group]
            owners = self.owners
            for one, other in product(some, others):
                key = one << _SHIFT | other if one < other else other << _SHIFT | one
                known = owners.setdefault(key, owner)
                if known is owner:
                    continue
                if isinstance(known, list):
                    known.append(owner)
                else:
                    owners[key] = [known, owner]
        self._parts.clear()

    def _owner_of(self, group: int) -> str:
        """The nearest node with a name that falls with the owner of a group."""
        return next(iter(self._net.named(falls(self._net, (self._net.owner[group],)))), "")

    def _together(self, group: int, parts: dict[int, list[int]]) -> Iterator[tuple[list[int], list[int]]]:
        """What takes two parts that are too much together."""
        weights, spare = [weight for _, weight in self._members[group]], self._net.spare[group]
        alike = all(weight == 1.0 for weight in weights)
        rows = list(parts.items())
        for place, (bits, some) in enumerate(rows):
            for more, others in rows[place + 1 :]:
                both = bits | more
                lost = both.bit_count() if alike else sum(weights[at] for at in bits_of(both))
                if lost > spare:
                    yield some, others

    def stopped(self, key: int) -> frozenset[int]:
        """The systems that a pair stops and neither of the two alone."""
        owners = self.owners.get(key)
        if owners is None:
            return frozenset()
        one, other = self._falls[self._hits[key >> _SHIFT]], self._falls[self._hits[key & _SECOND]]
        if isinstance(owners, int):
            fall = self._falls.get(owners) or self._of(owners)
            if fall.partly.isdisjoint(one.partly) and fall.partly.isdisjoint(other.partly):
                return fall.systems - one.systems - other.systems
            owners = [owners]
        # Of what falls beside both, only that is kept together: both may be large.
        queue, nodes, partly, systems = list(owners), set[int](), set[int](), set[int]()
        for owner in queue:  # It grows meanwhile.
            if owner in nodes or owner in one.nodes or owner in other.nodes:
                continue
            fall = self._of(owner)
            nodes |= fall.nodes
            systems |= fall.systems
            if not fall.partly:
                continue
            shared = (fall.partly & one.partly) | (fall.partly & other.partly) | (fall.partly & partly)
            partly |= fall.partly
            for group in shared:
                lost = sum(weight for node, weight in self._members[group]
                           if node in nodes or node in one.nodes or node in other.nodes)  # fmt: skip
                if lost > self._net.spare[group]:
                    queue.append(self._net.owner[group])
        return frozenset(systems - one.systems - other.systems)


def _members(whole: Net) -> Sequence[Sequence[tuple[int, float]]]:
    members: list[list[tuple[int, float]]] = [[] for _ in whole.owner]
    for node, counts in enumerate(whole.soft):
        for group, weight in counts:
            members[group].append((node, weight))
    return members
