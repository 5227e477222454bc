"""A graph with measures of its inventory to what single losses still take once some of them are taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from typing import Literal

from audit.analysis.unproven import Unproven, unproven
from audit.model.concentration import Stakes
from audit.model.graph import Graph
from audit.model.money import Measure
from audit.model.net import net
from audit.model.numbered import Net, falls

Goal = Literal["spof", "harm"]


@dataclass(frozen=True, slots=True)
class Single:
    """A loss that takes systems when it comes alone."""

    ref: str
    stops: tuple[str, ...]
    """The systems that stop, itself not counted, the most important first."""
    ended_by: tuple[str, ...]
    """The measures that have a part in ending it."""


class Works:
    """What single losses do once some measures are taken; a loss is asked again only where that can change it."""

    def __init__(self, graph: Graph, found: Stakes, measures: Sequence[Measure], goal: Goal) -> None:
        self.graph, self.stakes, self.measures, self.goal = graph, found, tuple(measures), goal
        self._open: Unproven = unproven(graph)
        self._systems = {system.ref: system for _, system in graph.estate.systems()}
        self._known: dict[tuple[str, frozenset[str]], tuple[str, ...]] = {}

    @cached_property
    def _same(self) -> Mapping[str, str]:
        """Every name to the one by which the net knows it: of a supplier, of a compartment of one room."""
        view = self._open.net
        return {name: view.names[number] for name, number in view.number.items()}

    @cached_property
    def doubles(self) -> tuple[frozenset[str], ...]:
        """For each measure the nodes whose loss alone then takes nothing."""
        return tuple(frozenset(self._same.get(ref, ref) for ref in one.doubles) for one in self.measures)

    @cached_property
    def proves(self) -> tuple[frozenset[str], ...]:
        """For each measure the failovers that then count."""
        known = self._open.failovers
        return tuple(frozenset(ref for ref in self._below(one.proves) if ref in known) for one in self.measures)

    def _below(self, refs: Collection[str]) -> set[str]:
        """Failovers by their name, or all of a system that is named."""
        wanted = set(refs)
        return {ref for ref, (system, _) in self._open.failovers.items() if ref in wanted or system.ref in wanted}

    @cached_property
    def singles(self) -> Mapping[str, tuple[str, ...]]:
        """Each single loss that takes a system which counts, with no measure taken, to those systems."""
        found: dict[str, tuple[str, ...]] = {}
        for ref in self._worst.names:
            if ref and (taken := self.taken(ref, frozenset())):
                found[ref] = taken
        return found

    def taken(self, ref: str, proven: frozenset[str]) -> tuple[str, ...]:
        """The systems that count and stop by one loss, where these failovers count, itself not among them."""
        if proven:
            # Only a failover of something that stops without it can change anything: more of them never hurt.
            stops = self._stopping.get(ref, frozenset())
            proven = frozenset(one for stopped in stops for one in self._of[stopped] if one in proven)
        key = (ref, proven)
        if key not in self._known:
            if proven:
                off = [one for stopped in self._stopping[ref] for one in self._of[stopped] if one not in proven]
                down = self._down(self._open.net, (ref, *off))
            else:
                down = self._down(self._worst, (ref,))
                self._stopping[ref] = frozenset(one for one in down if one in self._of)
            self._known[key] = tuple(one for one in down if one != ref and self._counts(one))
        return self._known[key]

    @cached_property
    def _stopping(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _worst(self) -> Net:
        """With no failover that is not proven: the same as the other net with all of these hit, but faster."""
        return net(self.graph, "pessimistic")

    @cached_property
    def _of(self) -> Mapping[str, tuple[str, ...]]:
        """Each system to its unproven failovers."""
        found: dict[str, list[str]] = {}
        for ref, (system, _) in self._open.failovers.items():
            found.setdefault(system.ref, []).append(ref)
        return {ref: tuple(some) for ref, some in found.items()}

    def failovers_of(self, refs: Iterable[str]) -> frozenset[str]:
        """The unproven failovers of everything that these single losses stop."""
        return frozenset(one for ref in refs for stopped in self._stopping[ref] for one in self._of[stopped])

    @staticmethod
    def _down(view: Net, refs: Iterable[str]) -> tuple[str, ...]:
        return view.named(falls(view, (view.number[ref] for ref in refs)))

    def _counts(self, ref: str) -> bool:
        system = self._systems.get(ref)
        return system is not None and (self.goal == "harm" or system.grade == 1)

    @cached_property
    def moving(self) -> tuple[str, ...]:
        """The single losses on which any measure bears; the others stay as they are."""
        doubled = frozenset[str]().union(*self.doubles)
        provable = {self._open.failovers[one][0].ref for some in self.proves for one in some}
        return tuple(ref for ref in self.singles if ref in doubled or self._stopping[ref] & provable)

    @cached_property
    def _staying(self) -> float:
        moving = set(self.moving)
        return fsum(self.weight(taken) for ref, taken in self.singles.items() if ref not in moving)

    def left(self, chosen: Collection[int], among: Iterable[str] | None = None) -> dict[str, tuple[str, ...]]:
        """What single losses still take once these measures are taken, by number."""
        doubled = frozenset[str]().union(*(self.doubles[one] for one in chosen))
        proven = frozenset[str]().union(*(self.proves[one] for one in chosen))
        found = {
            ref: self.taken(ref, proven) for ref in (self.singles if among is None else among) if ref not in doubled
        }
        return {ref: taken for ref, taken in found.items() if taken}

    def weight(self, taken: Collection[str]) -> float:
        # In whatever order they come, the sum is the same: else a measure that changes nothing may seem to.
        return fsum(self.stakes.weights.get(ref, 0.0) for ref in taken)

    def harm(self, chosen: Collection[int]) -> float:
        """Over all single losses what stops by each."""
        return self._staying + fsum(self.weight(taken) for taken in self.left(chosen, self.moving).values())

    def told(self, left: Mapping[str, tuple[str, ...]]) -> tuple[Single, ...]:
        """As rows, the worst first."""
        rows = [Single(ref, self._ranked(taken), self._ended_by(ref)) for ref, taken in left.items()]
        return tuple(sorted(rows, key=lambda one: (-self.weight(one.stops), -len(one.stops), one.ref)))

    def _ranked(self, taken: Collection[str]) -> tuple[str, ...]:
        return tuple(sorted(taken, key=lambda ref: (self._systems[ref].grade, ref)))

    @cached_property
    def _enders(self) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
        """Each thing to the measures that double it; each system to those that prove a failover of it."""
        doubling: dict[str, list[str]] = {}
        proving: dict[str, list[str]] = {}
        for measure, doubled, proven in zip(self.measures, self.doubles, self.proves, strict=True):
            for ref in doubled:
                doubling.setdefault(ref, []).append(measure.id)
            for ref in proven:
                proving.setdefault(self._open.failovers[ref][0].ref, []).append(measure.id)
        return {ref: tuple(some) for ref, some in doubling.items()}, {ref: tuple(some) for ref, some in proving.items()}

    def _ended_by(self, ref: str) -> tuple[str, ...]:
        doubling, proving = self._enders
        some = self._stopping[ref] & proving.keys()
        # What all proofs together leave of it is not ended by any of them.
        helping = some and self.taken(ref, frozenset()) and not self.taken(ref, frozenset[str]().union(*self.proves))
        proofs = (name for system in sorted(some) for name in proving[system]) if helping else ()
        return tuple(dict.fromkeys((*doubling.get(ref, ()), *proofs)))
