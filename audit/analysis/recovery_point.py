"""Data sets with their copies to how much work is lost after each kind of loss, beside what was promised."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf

from audit.model.estate import Data, System
from audit.model.fate import Blow, Case
from audit.model.graph import Graph
from audit.model.hazards import Happening
from audit.model.meaning import Span
from audit.model.message import Message, say
from audit.model.policy import Policy
from audit.model.struck import struck
from audit.model.subject import Looks
from audit.model.survival import Outcome, loss_of, outcome, survival
from audit.model.technology import Copy


@dataclass(frozen=True, slots=True)
class Left:
    """What one loss leaves of one data set."""

    data: str
    after: Message
    scenario: str
    lost: Span | None
    """Hours of work that are lost; None where everything is, whatever is hoped."""
    basis: str
    """`observed` or `declared`; `untold` where the inventory does not say enough, `exempt` where it cannot happen."""
    survivors: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One system with all its data sets."""

    system: System
    promised: float
    written: bool
    lost: Span | None
    """The worst of its data sets; None where one is gone for ever."""
    skew: float | None
    """By how many hours its data sets may lie apart afterwards; None where nothing bounds it."""
    left: tuple[Left, ...]

    @property
    def kept(self) -> bool | None:
        """Whether the promise is kept; None where that cannot be told."""
        if self.lost is None or self.lost.least > self.promised:
            return False
        return True if self.lost.most is not None and self.lost.most <= self.promised else None


def points(
    graph: Graph,
    policy: Policy,
    looks: Looks | None,
    lost: Sequence[Happening] = (),
    only: Collection[str] = (),
    top: int | None = None,
) -> tuple[Point, ...]:
    """Each system with data (of `only`, where any is named): after these losses at once, else after each kind of loss.

    `looks` are the observations of a run; without them only what is declared counts: a backup is as old as its cadence
    allows. Promises surely broken come first, by grade. What is left is told of the first `top` alone, of all where
    that is not given.
    """

    def whole(system: System) -> Point:
        left = tuple(one for data in system.data for one in _left(graph, system, data, looks, lost))
        return _point(system, policy, left)

    found = []
    for _, system in graph.estate.systems():
        if system.data and (not only or system.ref in only):
            one = whole(system)
            # Not kept while they are all gone through: what is told of them is larger than the estate.
            found.append(one if top is None else replace(one, left=()))
    order = {False: 0, None: 1, True: 2}
    found.sort(key=lambda one: (order[one.kept], one.system.grade, -_least(one.lost), one.system.ref))
    if top is not None:
        found[:top] = [whole(one.system) for one in found[:top]]
    return tuple(found)


def _point(system: System, policy: Policy, left: tuple[Left, ...]) -> Point:
    own = system.rpo if system.rpo is not None else policy.targets[system.grade].rpo
    counted = [one for one in left if one.basis != "exempt"]
    least = max((_least(one.lost) for one in counted), default=0.0)
    most = max((_most(one.lost) for one in counted), default=0.0)
    span = None if least == inf else Span(least, None if most == inf else most)
    return Point(system, own.total_seconds() / 3600, system.rpo is not None, span, _skew(counted), left)


def _skew(left: Sequence[Left]) -> float | None:
    """After the same loss one data set may be as new, another one as old as can be."""
    apart = 0.0
    for scenario in {one.scenario for one in left}:
        same = [one for one in left if one.scenario == scenario]
        if len({one.data for one in same}) > 1:
            for one in same:
                others = [_least(other.lost) for other in same if other.data != one.data]
                apart = max(apart, _most(one.lost) - min(others)) if _most(one.lost) < inf else inf
    return None if apart == inf else apart


def _least(lost: Span | None) -> float:
    return inf if lost is None else lost.least


def _most(lost: Span | None) -> float:
    return inf if lost is None or lost.most is None else lost.most


def _left(graph: Graph, system: System, data: Data, looks: Looks | None, lost: Sequence[Happening]) -> Iterator[Left]:
    if lost:
        yield _after(graph, system, data, looks, lost)
        return
    for one in survival(data, system, graph, looks or Looks()):
        yield _outcome(data, one) if looks is not None else _declared(data, one)


def _outcome(data: Data, one: Outcome) -> Left:
    """As it was observed."""
    if one.kind != "computed":
        return Left(data.ref, loss_of(one), one.scenario, Span(0.0, None if one.kind == "untold" else 0.0), one.kind,
                    why=one.why)  # fmt: skip
    span = Span(_hours(one.least), None if one.most is None else _hours(one.most)) if one.least is not None else None
    return Left(data.ref, loss_of(one), one.scenario, span, "observed", one.survivors, one.possible, one.why)


def _declared(data: Data, one: Outcome) -> Left:
    """As old as the declared cadence allows."""
    if one.kind != "computed":
        return _outcome(data, one)
    copies = {copy.ref: copy for copy in data.copies}
    certain = [copies[ref] for ref in one.survivors]
    hoped = [*certain, *(copies[ref] for ref in one.possible)]
    span = _span(certain, hoped)
    return Left(
        data.ref, loss_of(one), one.scenario, span, "declared", one.survivors, one.possible,
        _open(one, span, certain, hoped),
    )  # fmt: skip


def _open(one: Outcome, span: Span | None, certain: Sequence[Copy], hoped: Sequence[Copy]) -> Message | None:
    """What would have to be written for both ends to meet; that nobody looked is no reason where nothing was seen."""
    if span is None or span.least == span.most:
        return None
    doubts = [fate.why for fate in one.fates if fate.lives is None]
    unwritten = _unwritten(certain or hoped)
    return unwritten if certain and span.most is None else next(iter(doubts), unwritten)


def _unwritten(copies: Sequence[Copy]) -> Message | None:
    mute = [copy.ref for copy in copies if copy.every is None]
    return say("add `every:` to {copies}", copies=", ".join(mute)) if mute else None


def _span(certain: Sequence[Copy], hoped: Sequence[Copy]) -> Span | None:
    """Between the best that may be left, made just in time, and the newest that surely is, as old as it can be."""
    if not hoped:
        return None
    most = min((copy.every.total_seconds() / 3600 for copy in certain if copy.every is not None), default=None)
    every = [0.0 if copy.replica or copy.every is None else copy.every.total_seconds() / 3600 for copy in hoped]
    return Span(min(*every, most) if most is not None else min(every), most)


def _after(graph: Graph, system: System, data: Data, looks: Looks | None, lost: Sequence[Happening]) -> Left:
    """After one event of one's own: what lies elsewhere is not lost."""
    event = struck(graph, lost, "pessimistic")
    name = " + ".join(event.hit)
    after = say("the loss of {what}", what=name)
    if data.ref not in event.destroyed:
        return Left(
            data.ref, after, "lost", Span(0.0, 0.0), "exempt", why=say("{data} is not destroyed", data=data.ref)
        )
    blow = Blow("site-loss", name, frozenset(event.nodes), (data.at,) if data.at else system.at)
    cases = [(copy, Case(copy, graph, None).fate(blow)) for copy in data.copies]
    certain = [copy for copy, fate in cases if fate.lives and copy.ref not in event.destroyed]
    hoped = [*certain, *(copy for copy, fate in cases if fate.lives is None and copy.ref not in event.destroyed)]
    names = tuple(copy.ref for copy in certain), tuple(copy.ref for copy in hoped if copy not in certain)
    if looks is None:
        return Left(data.ref, after, "lost", _span(certain, hoped), "declared", *names, _unwritten(hoped))
    return Left(data.ref, after, "lost", _seen(graph, system, data, looks, certain, hoped), "observed", *names)


def _seen(
    graph: Graph, system: System, data: Data, looks: Looks, certain: Sequence[Copy], hoped: Sequence[Copy]
) -> Span | None:
    """Between the newest that may be left and the newest that surely is, as old as they were seen to be."""
    if not hoped:
        return None

    ages = {one.copy: one.age for one in outcome("operator-error", data, system, graph, looks).fates}
    most = min((_hours(age) for copy in certain if (age := ages.get(copy.ref)) is not None), default=None)
    return Span(min(_hours(ages.get(copy.ref)) for copy in hoped), most)


def _hours(age: timedelta | None) -> float:
    return age.total_seconds() / 3600 if age is not None else 0.0
