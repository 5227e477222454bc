"""A data set with what was seen of its copies to what is left of it after each kind of loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

from audit.model.backup import BackupState, ReplicaState
from audit.model.drilling import RestoreState
from audit.model.estate import Data, System
from audit.model.facts import Facts
from audit.model.fate import Blow, Case, Fate, Scenario
from audit.model.graph import Graph
from audit.model.message import Message, say
from audit.model.restoring import RestoreTime, restoring
from audit.model.subject import Looks
from audit.model.technology import Copy
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason

SCENARIOS: Final[tuple[Scenario, ...]] = (
    "host-loss", "site-loss", "ransomware", "operator-error", "supplier-loss", "system-loss",
)  # fmt: skip
SKEW: Final = timedelta(seconds=2)
"""By so much a clock may be ahead before its dates count for nothing."""
Kind = Literal["computed", "exempt", "untold"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left of one data set after one kind of loss; where several places may be hit, after the worst of them."""

    scenario: Scenario
    hit: str = ""
    """The full reference of what was lost, where it has one."""
    fates: tuple[Fate, ...] = ()
    """What becomes of each copy, in the order of the inventory."""
    least: timedelta | None = None
    """The recovery point if all is left that may be left; None: everything is gone."""
    most: timedelta | None = None
    """The recovery point of what is left for certain; None: everything may be gone."""
    reason: Reason | None = None
    why: Message | None = None
    """Why both differ, or why nothing could be computed."""
    restore: RestoreTime | None = None
    """Of the newest copy that is left for certain; None where nobody measured or declared it."""
    kind: Kind = "computed"
    """`exempt` where the loss cannot happen, `untold` where the inventory does not say enough."""

    @property
    def survivors(self) -> tuple[str, ...]:
        """The copies that are left for certain."""
        return tuple(one.copy for one in self.fates if one.lives)

    @property
    def possible(self) -> tuple[str, ...]:
        """The copies of which it is not known."""
        return tuple(one.copy for one in self.fates if one.lives is None)


@dataclass(frozen=True, slots=True)
class _Known:
    """One copy with how old that is what it brings back."""

    copy: Copy
    seen: BackupState | ReplicaState | None
    drill: RestoreState | None
    age: timedelta | None
    stored: timedelta | None
    """The age of the newest complete point alone, without the log behind it: a lock lies on that."""
    gap: CannotSee | None = None

    def at(self, scenario: Scenario) -> timedelta | None:
        return self.stored if scenario == "ransomware" else self.age


@dataclass(frozen=True, slots=True)
class _Left:
    """What one loss leaves."""

    blow: Blow
    fates: tuple[Fate, ...]
    least: timedelta | None
    most: timedelta | None
    reason: Reason | None
    why: Message | None
    newest: _Known | None


def loss_of(found: Outcome) -> Message:
    """What was lost, in words that stand behind `after`."""
    if found.scenario == "ransomware":
        return say("an attack by somebody who holds every password")
    if found.scenario == "operator-error":
        return say("a wrong command")
    if found.scenario == "system-loss" and not found.hit:
        return say("the loss of the system that makes the backups")
    if found.scenario == "host-loss":
        return say("the loss of the machine or platform of {what}", what=found.hit)
    return say("the loss of {what}", what=found.hit)


def survival(data: Data, system: System, graph: Graph, looks: Looks) -> tuple[Outcome, ...]:
    """One outcome for each scenario."""
    known = tuple(_known(copy, looks) for copy in data.copies)
    return tuple(_outcome(scenario, data, system, graph, known) for scenario in SCENARIOS)


def outcome(scenario: Scenario, data: Data, system: System, graph: Graph, looks: Looks) -> Outcome:
    """What is left of a data set after one kind of loss."""
    return _outcome(scenario, data, system, graph, tuple(_known(copy, looks) for copy in data.copies))


def _outcome(scenario: Scenario, data: Data, system: System, graph: Graph, known: Sequence[_Known]) -> Outcome:
    try:
        blows = tuple(_blows(scenario, data, system, graph))
    except CannotSee as gap:
        return Outcome(scenario, reason=gap.reason, why=gap.says, kind="untold")
    if scenario == "system-loss" and not known:
        return Outcome(scenario, why=say("{data} has no backup that a system makes", data=data.ref), kind="exempt")
    if not blows:
        says = say("no supplier runs a place where {data} lies", data=data.ref)
        return Outcome(scenario, why=says, kind="exempt")
    left = [_left(blow, graph, known) for blow in blows]
    worst = max(left, key=lambda one: (_rank(one.most), _rank(one.least)))
    least = max((one.least for one in left), key=_rank)
    newest = worst.newest
    time = restoring(newest.copy, data, newest.drill, seen=newest.seen) if newest is not None else None
    found = Outcome(scenario, worst.blow.hit, worst.fates, least, worst.most, restore=time)
    return found if least is None or least == worst.most else replace(found, reason=worst.reason, why=worst.why)


def _blows(scenario: Scenario, data: Data, system: System, graph: Graph) -> Iterator[Blow]:
    """Each single loss of this kind that takes the data itself, or what makes its backups."""
    home = (data.at,) if data.at is not None else system.at
    if scenario in ("ransomware", "operator-error"):
        yield Blow(scenario)
    elif scenario == "host-loss":
        hosts = [place for place in home if isinstance(graph.estate.index.get(place), System)] or [system.ref]
        yield from (Blow(scenario, host, frozenset({host}), home) for host in dict.fromkeys(hosts))
    elif scenario == "system-loss":
        makers = dict.fromkeys(copy.via for copy in data.copies if copy.via is not None)
        yield from (Blow(scenario, maker, graph.lost_with(maker)) for maker in makers)
        if not makers:
            yield Blow(scenario)
    else:
        sites = sorted({site for place in home for site in graph.sites(place)})
        if not sites:
            raise CannotSee(
                Reason.INCOMPLETE, say("the inventory does not say where {data} lies; add `at:`", data=data.ref)
            )
        if scenario == "site-loss":
            yield from (Blow(scenario, site, graph.lost_with(site)) for site in sites)
        else:
            run_by = dict.fromkeys(graph.site_of[site].operator for site in sites)
            yield from (Blow(scenario, name, graph.lost_with(name)) for name in run_by if name is not None)


def _left(blow: Blow, graph: Graph, known: Sequence[_Known]) -> _Left:
    fates = tuple(
        replace(Case(one.copy, graph, one.seen, one.drill).fate(blow), age=one.at(blow.scenario)) for one in known
    )
    pairs = tuple(zip(fates, known, strict=True))
    living = [pair for pair in pairs if pair[0].lives is not False]
    certain = [one for fate, one in living if fate.lives]
    least = min((one.at(blow.scenario) or timedelta(0) for _, one in living), default=None)
    dated = [(age, number) for number, one in enumerate(certain) if (age := one.at(blow.scenario)) is not None]
    most, number = min(dated, default=(None, 0))
    reason, why = None, None
    if living and least != most:
        # What may be younger than all that is certain is what has to be looked after.
        fate, first = min(living, key=lambda pair: pair[1].at(blow.scenario) or timedelta(0))
        if fate.lives and first.gap is not None:
            reason, why = first.gap.reason, first.gap.says
        else:
            reason, why = Reason.INCOMPLETE, fate.why
    return _Left(blow, fates, least, most, reason, why, certain[number] if most is not None else None)


def _known(copy: Copy, looks: Looks) -> _Known:
    drill = looks.restored(copy.ref)
    try:
        seen = looks.of(copy.ref, Facts)
        if isinstance(seen, BackupState):
            return _points(copy, seen, drill)
        if isinstance(seen, ReplicaState):
            return _replica(copy, seen, drill)
        raise CannotSee(Reason.INCOMPLETE, say("the look at {copy} tells nothing of what it holds", copy=copy.ref))
    except CannotSee as gap:
        return _Known(copy, None, drill, None, None, gap)


def _points(copy: Copy, seen: BackupState, drill: RestoreState | None) -> _Known:
    newest, age = seen.newest, seen.age
    if newest is None or age is None:
        return _Known(copy, seen, drill, None, None)
    if age < -SKEW:
        ahead = plain(-age)
        says = say("the newest backup in {copy} is dated {ahead} ahead of the clock", copy=copy.ref, ahead=ahead)
        return _Known(copy, seen, drill, None, None, CannotSee(Reason.CONTRADICTED, says))
    return _Known(copy, seen, drill, max(age, timedelta(0)), max(seen.clock - newest.start, timedelta(0)))


def _replica(copy: Copy, seen: ReplicaState, drill: RestoreState | None) -> _Known:
    try:
        if seen.has("same_cluster") and not seen.same_cluster:
            return _Known(copy, seen, drill, None, None)
        if not seen.attached or seen.paused:
            # What it replayed last is as old as that at least; it may be much older.
            raise CannotSee(Reason.INCOMPLETE, say("{copy} no longer follows its original", copy=copy.ref))
        age = seen.lag
        return _Known(copy, seen, drill, age if seen.same_cluster else None, age)
    except CannotSee as gap:
        return _Known(copy, seen, drill, None, None, gap)


def _rank(age: timedelta | None) -> timedelta:
    return timedelta.max if age is None else age
