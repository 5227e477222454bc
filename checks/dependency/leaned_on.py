"""A graph to the systems that each system needs to run or to come back, at any depth, with when they were confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from audit.contract import Subject
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.needs import members

_KEPT: Final = "dependency.confirmed"


class LeanedOn:
    """Sets of systems as numbers, one bit a system in the order of their names: thousands are told in one step."""

    def __init__(self, graph: Graph) -> None:
        systems = {system.ref: system for _, system in graph.estate.systems()}
        self._names = sorted(systems)
        self._bit = {ref: 1 << place for place, ref in enumerate(self._names)}
        self._confirmed = {ref: one.confirmed.on for ref, one in systems.items() if one.confirmed is not None}
        self._sets: dict[tuple[date, timedelta], tuple[int, int]] = {}
        self._below = _below(graph, self._bit)
        self.silent = sum(bit for ref, bit in self._bit.items() if ref not in self._confirmed)
        """The systems of which nobody confirmed the needs."""

    def of(self, ref: str) -> int:
        """The system with all that it needs."""
        return self._below[ref]

    def has(self, some: int, ref: str) -> bool:
        return bool(some & self._bit[ref])

    def dated(self, today: date, oldest: timedelta) -> tuple[int, int]:
        """Those that were confirmed too long ago, those that were on a day that has not come."""
        key = (today, oldest)
        if key not in self._sets:
            told = [(self._bit[ref], on) for ref, on in self._confirmed.items()]
            old = sum(bit for bit, on in told if today - on > oldest)
            self._sets[key] = (old, sum(bit for bit, on in told if on > today))
        return self._sets[key]

    def first(self, some: int, count: int) -> Iterator[str]:
        """The first of their names."""
        while some and count:
            lowest = some & -some
            yield self._names[lowest.bit_length() - 1]
            some ^= lowest
            count -= 1


def _below(graph: Graph, bit: Mapping[str, int]) -> Mapping[str, int]:
    """Each node to the systems among what it names at any depth, itself included."""
    named: dict[str, tuple[str, ...]] = {}
    for ref, needs in graph.needs.items():
        item = graph.estate.index.get(ref)
        back = item.recovers_with if isinstance(item, System) else ()
        names = dict.fromkeys((*(name for need in needs for name in members(need)), *back))
        named[ref] = tuple(name for name in names if name in graph.needs)
    order = _inside_out(named)
    found = {ref: bit.get(ref, 0) for ref in named}
    changed = True
    while changed:  # Once where there is no circle, then once more to see that there is none.
        changed = False
        for ref in order:
            some = found[ref]
            for name in named[ref]:
                some |= found[name]
            if some != found[ref]:
                found[ref], changed = some, True
    return found


def _inside_out(named: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What is named before what names it, wherever there is no circle."""
    seen: set[str] = set()
    order: list[str] = []
    for start in named:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(named[start]))]
        while stack:
            ref, rest = stack[-1]
            for name in rest:
                if name not in seen:
                    seen.add(name)
                    stack.append((name, iter(named[name])))
                    break
            else:
                order.append(ref)
                stack.pop()
    return order


def leaned_on(system: Subject[System]) -> LeanedOn:
    """Reckoned once for all systems of a run."""
    kept = system.around.kept
    found = kept.get(_KEPT)
    if not isinstance(found, LeanedOn):
        found = kept[_KEPT] = LeanedOn(system.graph)
    return found
