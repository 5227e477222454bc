"""An estate as a graph to what it does not tell or nobody proved, by how much each of that moves the worst losses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from audit.analysis.unknowns_fallen import Below, Fallen
from audit.analysis.unknowns_quiet import Coverage, Kind, Row, coverage, quiet
from audit.analysis.unproven import Unproven, unproven
from audit.model.concentration import Basis, Stakes, stakes
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hazards import hazards
from audit.model.meaning import Span, Unknown
from audit.model.message import Message, say

_WORST: Final = 30
"""Losses under which an unproven failover is tried out; more where it needs another one to matter."""
_MOST: Final = 60
_FEW: Final = 3
"""Losses under which a system that tells too little is tried out: it moves each of them alike."""


@dataclass(frozen=True, slots=True)
class Worst:
    """One loss with what stops by it an hour, in the measure of the stakes."""

    loss: str
    says: Message
    stops: Span


@dataclass(frozen=True, slots=True)
class Unknowns:
    """All that is not known, what moves most first."""

    stakes: Stakes
    rows: tuple[Row, ...]
    worst: tuple[Worst, ...]
    """The worst losses now: their intervals are what the unknowns move."""
    coverage: tuple[Coverage, ...]

    @property
    def known(self) -> float:
        """The share of all that is at stake with systems of which place, needs and failovers are known, 0..1."""
        open_ones = {row.system for row in self.rows if row.kind in ("place", "needs", "failover")}
        return 1.0 - self.stakes.of(open_ones)


def unknowns(graph: Graph, basis: Basis | None = None) -> Unknowns:
    """Everything that moves an answer, each resolved alone; first what moves a loss, then what moves its length.

    What one moves is the largest of: by how much less stops at most once it turns out well, by how much more stops at
    least once it turns out badly, over the worst losses. Neither is ever below zero, because more loss never helps.
    """
    systems = tuple(system for _, system in graph.estate.systems())
    found = stakes(systems, basis)
    case = _Case(graph, found, unproven(graph), tuple(one for one in systems if missing(one)))
    rows = [*case.rows(), *quiet(graph, found)]
    # A time that nobody wrote moves no loss by itself, only how long it lasts.
    rows.sort(key=lambda row: (row.kind == "time", -row.unknown.moves, row.unknown.ref, row.kind))
    return Unknowns(found, tuple(rows), case.worst(), coverage(systems, rows))


def missing(system: System) -> tuple[str, ...]:
    """The keys without which nobody knows what takes a system; needs that somebody confirmed to be none are told."""
    keys = [] if system.at else ["at"]
    return (*keys, "needs") if not system.needs and system.confirmed is None else tuple(keys)


@dataclass(frozen=True, slots=True)
class _Loss:
    """One loss as the numbers of what it hits."""

    ref: str
    says: Message
    hits: tuple[int, ...]
    most: float
    takes: frozenset[int]
    """The systems with an unproven failover that it takes."""


class _Case:
    """The losses that matter with all that is not known hit at once: the pessimist's answer."""

    def __init__(self, graph: Graph, found: Stakes, open_ones: Unproven, dim: Sequence[System]) -> None:
        self._graph, self._stakes, self._open, self._dim = graph, found, open_ones, dim
        self._net = open_ones.net
        self._below = Below(self._net)
        self._weights = [found.weights.get(name, 0.0) for name in self._net.names]
        self._doubt = frozenset((*open_ones.numbers(), *(self._net.number[one.ref] for one in dim)))
        self._known: dict[int, tuple[Fallen, Fallen]] = {}
        self._losses = self._chosen()

    def _weight(self, numbers: Iterable[int]) -> float:
        return sum(map(self._weights.__getitem__, numbers))

    def _chosen(self) -> list[_Loss]:
        """The worst losses if no failover works, then those that show what each failover is for."""
        number = self._net.number
        wanted = {number[system.ref] for system, _ in self._open.failovers.values()}
        ranked: list[_Loss] = []
        for one in hazards(self._graph):
            hits = tuple(dict.fromkeys(number[ref] for ref in one.hits if ref in number))
            if hits:
                down = Fallen(self._net, self._below, (*hits, *self._open.numbers())).down
                ranked.append(_Loss(one.ref, one.name, hits, self._weight(down), frozenset(down & wanted)))
        ranked.sort(key=lambda one: -one.most)
        chosen = ranked[:_WORST]
        wanted -= {node for one in chosen for node in one.takes}
        for loss in ranked[_WORST:]:
            if len(chosen) < _MOST and wanted & loss.takes:
                chosen.append(loss)
                wanted -= loss.takes
        return chosen

    def _views(self, place: int) -> tuple[Fallen, Fallen]:
        """The optimist's and the pessimist's answer to one of the losses."""
        if place not in self._known:
            hits = self._losses[place].hits
            best = Fallen(self._net, self._below, hits)
            self._known[place] = (best, Fallen(self._net, self._below, (*hits, *self._doubt)))
        return self._known[place]

    def worst(self) -> tuple[Worst, ...]:
        """The worst losses as intervals."""
        found = [
            Worst(one.ref, one.says, Span(self._weight(best.down), self._weight(most.down)))
            for place, one in enumerate(self._losses)
            for best, most in (self._views(place),)
        ]
        return tuple(sorted(found, key=lambda one: (-(one.stops.most or 0.0), -one.stops.least, one.loss)))

    def rows(self) -> Iterator[Row]:
        for name, (system, switch) in self._open.failovers.items():
            moves, loss = self._moves(self._net.number[name], range(len(self._losses)))
            says = say("{failover} has never really switched, as far as is recorded", failover=name)
            resolve = say("switch {failover} over for real, record that under `drills:`", failover=name)
            yield Row("failover", Unknown(switch.ref, says, moves, resolve), loss, system.ref)
        for system in self._dim:
            keys = missing(system)
            moves, loss = self._moves(self._net.number[system.ref], range(min(_FEW, len(self._losses))))
            kind: Kind = "place" if "at" in keys else "needs"
            yield Row(
                kind, Unknown(system.ref, _untold(system.ref, keys), moves, _tell(system.ref, keys)), loss, system.ref
            )

    def _moves(self, node: int, places: Iterable[int]) -> tuple[float, str]:
        """By how much the interval of a loss shrinks at most, with that loss."""
        most, at = 0.0, ""
        for place in places:
            best, worst = self._views(place)
            ask: tuple[Callable[[int], tuple[int, ...]], ...] = (worst.fewer, best.more)
            for question in ask:
                moved = self._weight(question(node))
                if moved > most:
                    most, at = moved, self._losses[place].ref
        return most, at


def _untold(ref: str, keys: Sequence[str]) -> Message:
    if len(keys) == 2:
        return say("the inventory says neither where {system} runs nor what it needs", system=ref)
    if keys[0] == "at":
        return say("the inventory does not say where {system} runs", system=ref)
    return say("the inventory does not say what {system} needs", system=ref)


def _tell(ref: str, keys: Sequence[str]) -> Message:
    if len(keys) == 2:
        return say("write `at:` and `needs:` of {system}", system=ref)
    if keys[0] == "at":
        return say("write `at:` of {system}", system=ref)
    return say("write `needs:` of {system}, or `confirmed:` if it needs nothing", system=ref)
