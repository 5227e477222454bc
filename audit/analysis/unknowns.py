"""An estate as a graph to what it does not tell or nobody proved, by how much each of that moves the worst losses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
STEPS: Final = 8_000_000
"""Nodes that all trials together go through, some ten seconds of them, before the losses that are left are left out."""


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
    untried: int = 0
    """How many of the worst losses, the last of them, were too many to try the unknowns out under."""

    @property
    def known(self) -> float:
        """The share of all that is at stake with systems of which place, needs and failovers are known, 0..1."""
        open_ones = dict.fromkeys(row.system for row in self.rows if row.kind in ("place", "needs", "failover"))
        return 1.0 - self.stakes.of(open_ones)


def unknowns(graph: Graph, basis: Basis | None = None, steps: int = STEPS) -> Unknowns:
    """Everything that moves an answer, each resolved alone; first what moves a loss, then what moves its length.

    What one moves is the largest of: by how much less stops at most once it turns out well, by how much more stops at
    least once it turns out badly, over the worst losses. Neither is ever below zero, because more loss never helps.
    Once the trials have gone through `steps` nodes, they end with the loss that is done by then, the first at least.
    """
    systems = tuple(system for _, system in graph.estate.systems())
    found = stakes(systems, basis)
    case = _Case(graph, found, unproven(graph), tuple(one for one in systems if missing(one)), steps)
    rows = [*case.rows(), *quiet(graph, found)]
    # A time that nobody wrote moves no loss by itself, only how long it lasts.
    rows.sort(key=lambda row: (row.kind == "time", -row.unknown.moves, row.unknown.ref, row.kind))
    return Unknowns(found, tuple(rows), case.worst(), coverage(systems, rows), case.untried)


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
    most: int
    """What falls with it beside what falls without any loss, if no failover works."""
    takes: set[int]
    """The systems among that with an unproven failover."""


class _Case:
    """The losses that matter with all that is not known hit at once: the pessimist's answer."""

    def __init__(self, graph: Graph, found: Stakes, open_ones: Unproven, dim: Sequence[System], steps: int) -> None:
        self._open, self._dim, self._steps = open_ones, dim, steps
        self._net = open_ones.net
        self._below = Below(self._net)
        self._weights = _whole([found.weights.get(name, 0.0) for name in self._net.names])
        number = self._net.number
        self._failed = Fallen(self._net, self._below, open_ones.numbers())
        """With every unproven failover failed, nothing else."""
        self._doubt = Fallen(self._net, self._below, [number[one.ref] for one in dim], self._failed)
        self._losses = self._chosen(graph)
        self._asked = [*open_ones.numbers(), *(number[one.ref] for one in dim)]
        """The failovers, then the systems."""
        self._moves: dict[int, tuple[int, str]] = {}
        self._worst: list[Worst] = []
        self.untried = 0
        """How many of the losses, the last of them, nothing was tried out under."""
        for place, loss in enumerate(self._losses):
            self._try_out(place, loss)

    def _weight(self, numbers: Iterable[int]) -> int:
        return sum(map(self._weights.units.__getitem__, numbers))

    def _chosen(self, graph: Graph) -> list[_Loss]:
        """The worst losses if no failover works, then those that show what each failover is for."""
        number = self._net.number
        wanted = {number[system.ref] for system, _ in self._open.failovers.values()}
        ranked: list[_Loss] = []
        for one in hazards(graph):
            hits = tuple(dict.fromkeys(number[ref] for ref in one.hits if ref in number))
            if hits:
                down = self._failed.more(*hits)
                ranked.append(_Loss(one.ref, one.name, hits, self._weight(down), wanted.intersection(down)))
        ranked.sort(key=lambda one: -one.most)
        chosen = ranked[:_WORST]
        # What has fallen without any loss, each of them takes.
        wanted -= self._failed.down
        wanted -= {node for one in chosen for node in one.takes}
        for loss in ranked[_WORST:]:
            if len(chosen) < _MOST and wanted & loss.takes:
                chosen.append(loss)
                wanted -= loss.takes
        return chosen

    def _try_out(self, place: int, loss: _Loss) -> None:
        """Every unknown under one loss, the worst loss first."""
        best = Fallen(self._net, self._below, loss.hits)
        worst = Fallen(self._net, self._below, loss.hits, self._doubt)
        stops = Span(self._told(self._weight(best.down)), self._told(self._weight(worst.down)))
        self._worst.append(Worst(loss.ref, loss.says, stops))
        # No more stands again, no more falls too, than what is open between the two.
        wide = self._weight(worst.down - best.down)
        moves: dict[int, tuple[int, str]] = {}
        for node in self._asked if place < _FEW else self._asked[: len(self._open.failovers)]:
            if place and worst.steps + best.steps >= self._steps:
                self.untried += 1
                self._steps = 0
                return
            most, _ = self._moves.get(node, (0, ""))
            if most < wide:
                moved = max(self._weight(worst.fewer(node)), self._weight(best.more(node)))
                if moved > most:
                    moves[node] = moved, loss.ref
        self._moves |= moves
        self._steps -= worst.steps + best.steps

    def _told(self, units: int) -> float:
        return units / self._weights.scale

    def worst(self) -> tuple[Worst, ...]:
        """The worst losses as intervals."""
        return tuple(sorted(self._worst, key=lambda one: (-(one.stops.most or 0.0), -one.stops.least, one.loss)))

    def rows(self) -> Iterator[Row]:
        for name, (system, switch) in self._open.failovers.items():
            moves, loss = self._moves.get(self._net.number[name], (0, ""))
            says = say("{failover} has never really switched, as far as is recorded", failover=name)
            resolve = say("switch {failover} over for real, record that under `drills:`", failover=name)
            yield Row("failover", Unknown(switch.ref, says, self._told(moves), resolve), loss, system.ref)
        for system in self._dim:
            keys = missing(system)
            moves, loss = self._moves.get(self._net.number[system.ref], (0, ""))
            kind: Kind = "place" if "at" in keys else "needs"
            unknown = Unknown(system.ref, _untold(system.ref, keys), self._told(moves), _tell(system.ref, keys))
            yield Row(kind, unknown, loss, system.ref)


@dataclass(frozen=True, slots=True)
class _Whole:
    """Weights as whole numbers of one unit: in whatever order some of them are added up, the sum is the same."""

    units: Sequence[int]
    scale: int
    """Units in one."""


def _whole(weights: Sequence[float]) -> _Whole:
    parts = [weight.as_integer_ratio() for weight in weights]
    scale = max((below for _, below in parts), default=1)  # Each is a power of two.
    return _Whole([above * (scale // below) for above, below in parts], scale)


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
