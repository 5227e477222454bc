"""An estate as a graph to what could never be started again once everything is down, with what would break that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

from audit.analysis.components import components
from audit.model.graph import Graph
from audit.model.net import Net

MOST_TRIED: Final = 20_000
"""Sets that are tried for one circle before the answer is only nearly the smallest."""
MOST_STEPS: Final = 4_000_000
"""Sets that are tried, times nodes of the circle."""
CANDIDATES: Final = 64
"""Of a circle too large to try everything, so many nodes are tried for the next place: those with most dependants."""


@dataclass(frozen=True, slots=True)
class ColdStart:
    """What waits for itself."""

    waiting: Mapping[str, tuple[str, ...]]
    """Each node that never comes back by itself to the others that it waits for."""
    by_hand: tuple[str, ...]
    """What has to be made to run without what it needs, once, so that all the rest can start."""
    smallest: bool
    """Whether no smaller set would do; else it is only known to suffice."""
    circles: tuple[tuple[str, ...], ...] = ()
    """The groups that wait for each other, as far as starting the one does not start the other, largest first."""
    least: int = 0
    """How many have to be started by hand at least."""


def cold_start(graph: Graph) -> ColdStart:
    """Everything down, then started as soon as all that it needs, to run or to come back, is up.

    A need that could not be met with everything up is left out: what has one is down anyway.
    """
    return cold_start_of(graph.woven(graph.required).done())


def cold_start_of(net: Net) -> ColdStart:
    """The same of a net of which the needs hold all that is needed to come back, too.

    Circles are gone through from what others wait for: in each the fewest by trying, where it is small. What is outside
    of a circle never helps to start what it waits for, so that the fewest of all are those of each. Time: edges, for
    each try the edges of its circle.
    """
    start = _Start(net)
    never = start.down()
    leads = {node: [other for other in start.below(node) if other in never] for node in never}
    hands: list[str] = []
    circles: list[tuple[str, ...]] = []
    least = 0
    for group in components(sorted(never), leads):
        if all(start.up[node] for node in group):
            continue
        if len(group) == 1 and group[0] not in leads[group[0]]:
            continue
        chosen, bound = _fewest(start, group)
        least += bound
        hands += [net.names[node] for node in chosen]
        circles.append(tuple(sorted(name for node in group if (name := net.names[node]))))
        start.raised(chosen)
    named = {net.names[node]: _named(net, leads, node) for node in never if net.names[node]}
    return ColdStart(
        waiting={ref: named[ref] for ref in sorted(named)},
        by_hand=tuple(sorted(hands)),
        smallest=len(hands) == least,
        circles=tuple(sorted(circles, key=lambda one: (-len(one), one))),
        least=least,
    )


def _named(net: Net, leads: Mapping[int, Sequence[int]], node: int) -> tuple[str, ...]:
    """What a node waits for by name; what only stands for a group is looked through."""
    found: set[str] = set()
    seen, queue = {node}, list(leads[node])
    for other in queue:
        if other not in seen:
            seen.add(other)
            if net.names[other]:
                found.add(net.names[other])
            else:
                queue += leads[other]
        elif other == node:
            found.add(net.names[node])
    return tuple(sorted(found))


class _Start:
    """Everything down, then up as it can."""

    def __init__(self, net: Net) -> None:
        count = len(net.names)
        self.net = net
        self.up = bytearray(count)
        self.missing = [0] * count
        self.lost = [0.0] * len(net.owner)
        self._below: list[list[int]] | None = None
        for node in range(count):
            for above in net.hard[node]:
                if node not in net.cooled:
                    self.missing[above] += 1
            for group, weight in net.soft[node]:
                self.lost[group] += weight
        for group, owner in enumerate(net.owner):
            self.missing[owner] += self.lost[group] > self._spare(group)
        self._spread([node for node in range(count) if not self.missing[node]])

    def _spare(self, group: int) -> float:
        spare = self.net.spare[group]
        return spare + 1e-9 * (1.0 + abs(spare))

    def down(self) -> frozenset[int]:
        return frozenset(node for node, up in enumerate(self.up) if not up)

    def below(self, node: int) -> Sequence[int]:
        """What stands in a need of a node."""
        if self._below is None:
            self._below = [[] for _ in self.up]
            for other in range(len(self.up)):
                above = [] if other in self.net.cooled else list(self.net.hard[other])
                above += [self.net.owner[group] for group, _ in self.net.soft[other]]
                for one in dict.fromkeys(above):
                    self._below[one].append(other)
        return self._below[node]

    def raised(self, nodes: Iterable[int]) -> None:
        """Let nodes run, whatever they need, with all that this starts."""
        self._spread([node for node in nodes if not self.up[node]])

    def _spread(self, ready: list[int]) -> None:
        net, up, missing = self.net, self.up, self.missing
        for node in ready:
            up[node] = 1
        for node in ready:
            # The list grows while it is gone through.
            above = () if node in net.cooled else net.hard[node]
            freed = list(above)
            for group, weight in net.soft[node]:
                before = self.lost[group]
                self.lost[group] = before - weight
                if before > self._spare(group) >= before - weight:
                    freed.append(net.owner[group])
            for other in freed:
                missing[other] -= 1
                if not missing[other] and not up[other]:
                    up[other] = 1
                    ready.append(other)

    def left(self, group: Collection[int], chosen: Collection[int]) -> int:
        """How many of a circle stay down where some of it are started by hand; nothing is changed."""
        net = self.net
        missing: dict[int, int] = {}
        lost: dict[int, float] = {}
        risen = {node for node in group if self.up[node]} | set(chosen)
        ready = [node for node in chosen if not self.up[node]]
        for node in ready:
            freed = [] if node in net.cooled else [one for one in net.hard[node] if one in group]
            for number, weight in net.soft[node]:
                if (owner := net.owner[number]) in group:
                    before = lost.get(number, self.lost[number])
                    lost[number] = before - weight
                    if before > self._spare(number) >= before - weight:
                        freed.append(owner)
            for other in freed:
                missing[other] = missing.get(other, self.missing[other]) - 1
                if not missing[other] and other not in risen:
                    risen.add(other)
                    ready.append(other)
        return len(group) - len(risen)


def _fewest(start: _Start, members: Sequence[int]) -> tuple[tuple[int, ...], int]:
    """Nodes of a circle that start all of it, with how many it takes at least."""
    group = frozenset(members)
    named = sorted((node for node in group if start.net.names[node]), key=lambda node: start.net.names[node])
    size = 0
    for size, some in _tries(named, len(group)):
        if not start.left(group, some):
            return some, size
    # Every smaller set was tried.
    least = size + 1 if size < len(named) else size
    chosen: list[int] = []
    while start.left(group, chosen):
        rest = [node for node in named if node not in chosen]
        rest.sort(key=lambda node: -len(start.net.hard[node]) - len(start.net.soft[node]))
        chosen.append(min(rest[:CANDIDATES], key=lambda node: start.left(group, (*chosen, node))))
    return tuple(chosen), min(max(least, 1), len(chosen))


def _tries(named: Sequence[int], nodes: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Every small set, the smallest first, as long as all sets of a size can be tried."""
    for size in range(1, len(named) + 1):
        count = comb(len(named), size)
        if count > MOST_TRIED or count * nodes > MOST_STEPS:
            return
        yield from ((size, some) for some in combinations(named, size))
