"""An estate as a graph to what could never be started again once everything is down, with what would break that."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

from audit.model.graph import Graph
from audit.model.needs import Need, members

_MOST_TRIED: Final = 20_000
"""Sets that are tried for one group before the answer is only nearly the smallest."""


@dataclass(frozen=True, slots=True)
class ColdStart:
    """What waits for itself."""

    waiting: Mapping[str, tuple[str, ...]]
    """Each node that never comes back by itself to the others that it waits for."""
    by_hand: tuple[str, ...]
    """What has to be made to run without what it needs, once, so that all the rest can start."""
    smallest: bool
    """Whether no smaller set would do; else it is only known to suffice."""


def cold_start(graph: Graph) -> ColdStart:
    """Everything down, then started as soon as all that it needs, to run or to come back, is up."""
    required = _required(graph)
    never = _down(graph, required, ())
    waiting = {
        ref: tuple(sorted(name for need in required[ref] for name in members(need) if name in never))
        for ref in sorted(never)
    }
    found: list[str] = []
    smallest = True
    for group in _groups(waiting):
        names, exact = _smallest(graph, required, group)
        found += names
        smallest = smallest and exact
    return ColdStart(waiting, tuple(sorted(found)), smallest)


def _required(graph: Graph) -> Mapping[str, tuple[Need, ...]]:
    """What each node needs before it is up again."""
    required = {ref: needs for ref, needs in graph.needs.items() if needs}
    for _, system in graph.estate.systems():
        if system.recovers_with:
            required[system.ref] = (*required.get(system.ref, ()), *system.recovers_with)
    return required


def _down(graph: Graph, required: Mapping[str, tuple[Need, ...]], by_hand: Collection[str]) -> set[str]:
    """What stays down for ever, where `by_hand` runs whatever it needs."""
    down = {ref for ref in required if ref not in by_hand}
    dependants: dict[str, list[str]] = {}
    for ref in down:
        for target in {name for need in required[ref] for name in members(need)}:
            dependants.setdefault(target, []).append(ref)
    queue = deque(down)
    while queue:
        ref = queue.popleft()
        if ref in down and all(graph.met(need, down) for need in required[ref]):
            down.discard(ref)
            queue.extend(dependants.get(ref, ()))
    return down


def _groups(waiting: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The waiting nodes in groups of which none waits for another one."""
    beside: dict[str, set[str]] = {ref: set() for ref in waiting}
    for ref, others in waiting.items():
        for other in others:
            beside[ref].add(other)
            beside[other].add(ref)
    seen: set[str] = set()
    for start in waiting:
        if start in seen:
            continue
        group, queue = [], deque([start])
        seen.add(start)
        while queue:
            ref = queue.popleft()
            group.append(ref)
            for other in sorted(beside[ref] - seen):
                seen.add(other)
                queue.append(other)
        yield tuple(sorted(group))


def _smallest(
    graph: Graph, required: Mapping[str, tuple[Need, ...]], group: tuple[str, ...]
) -> tuple[tuple[str, ...], bool]:
    """The smallest set that starts a whole group, by trying all small ones; by taking the best one by one beyond."""
    inside = {ref: required[ref] for ref in group}
    others = _others_up(graph, required, group)
    for size in range(1, len(group) + 1):
        if comb(len(group), size) > _MOST_TRIED:
            break
        for some in combinations(group, size):
            if not _down(graph, inside, (*some, *others)) & set(group):
                return some, True
    chosen: list[str] = []
    left = set(group)
    while left:
        best = min(sorted(left), key=lambda ref: len(_down(graph, inside, (*chosen, ref, *others))))
        chosen.append(best)
        left = _down(graph, inside, (*chosen, *others)) & left
    return tuple(chosen), len(chosen) == 1


def _others_up(graph: Graph, required: Mapping[str, tuple[Need, ...]], group: Iterable[str]) -> tuple[str, ...]:
    """What is up by itself; the groups do not wait for each other, so the rest is of no account."""
    never = _down(graph, required, ()) | set(group)
    return tuple(ref for ref in required if ref not in never)
