"""Restore drills, switches, outages beside what was promised to the ledger of promises: kept, broken, not told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from audit.model.drilling import RestoreState
from audit.model.estate import Estate, System
from audit.model.history import Outage
from audit.model.policy import Policy
from audit.model.switching import SwitchState
from audit.model.verdict import CannotSee

How = Literal["restore-drill", "switch", "outage"]
What = Literal["rto", "rpo"]
Kept = Literal["kept", "broken", "unknown"]


@dataclass(frozen=True, slots=True)
class Goal:
    """What is promised of one system."""

    rto: timedelta
    rpo: timedelta
    own: tuple[bool, bool]
    """Whether the system promises each of the two itself; else its grade does."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One measurement of one promise."""

    system: str
    """Empty where the inventory does not hold it any more."""
    subject: str
    what: What
    how: How
    at: datetime
    promised: timedelta | None
    """What is promised now; None where the inventory does not hold the system any more."""
    then: timedelta | None
    """What was promised on that day, by the inventories of the stored runs; None where nobody knows."""
    least: timedelta | None
    """What it took at least; None where it was not measured."""
    most: timedelta | None
    """What it took at most; the same as `least` where it was timed exactly."""
    trouble: str = ""
    """Why it failed altogether; hostile text."""
    note: str = ""
    """E.g. `sample`: only a share was restored."""

    @property
    def now(self) -> Kept:
        """Against what is promised now."""
        return _kept(self, self.promised)

    @property
    def back_then(self) -> Kept:
        """Against what was promised on that day: a promise that is loosened later was broken all the same."""
        return _kept(self, self.then)

    @property
    def broken(self) -> bool:
        return "broken" in (self.now, self.back_then)


def _kept(entry: Entry, promised: timedelta | None) -> Kept:
    if entry.trouble:
        return "broken"
    if promised is None or entry.least is None:
        return "unknown"
    if entry.least > promised:
        return "broken"
    return "kept" if entry.most is not None and entry.most <= promised else "unknown"


def goals(estate: Estate, policy: Policy) -> dict[str, Goal]:
    """What is promised of each system: its own word, else that of its grade."""
    return {system.ref: _goal(system, policy) for _, system in estate.systems()}


def _goal(system: System, policy: Policy) -> Goal:
    grade = policy.targets[system.grade]
    return Goal(
        system.rto if system.rto is not None else grade.rto,
        system.rpo if system.rpo is not None else grade.rpo,
        (system.rto is not None, system.rpo is not None),
    )


Then = Callable[[str, datetime], Goal | None]
"""The promise of a system on a day, by the inventories of the stored runs."""


def ledger(
    now: dict[str, Goal],
    then: Then,
    drills: Iterable[RestoreState],
    switches: Iterable[SwitchState],
    outages: Iterable[Outage],
) -> tuple[Entry, ...]:
    """Every measurement of every promise, by system, newest first."""
    entries = [*_drilled(now, then, drills), *_switched(now, then, switches), *_fell(now, then, outages)]
    return tuple(
        sorted(entries, key=lambda one: (one.system or one.subject, -one.at.timestamp(), one.subject, one.what))
    )


def _system(now: dict[str, Goal], ref: str) -> str:
    """The system that a reference stands in: `institution/system/...`."""
    name = "/".join(ref.split("/")[:2])
    return name if name in now else ""


def _drilled(now: dict[str, Goal], then: Then, drills: Iterable[RestoreState]) -> Iterator[Entry]:
    for state in drills:
        trouble = _trouble(state)
        # A sample takes its share of the time of the whole: so much at least.
        share = state.share if state.share > 0 else 1.0
        rto = _perhaps(state, "rto")
        whole = rto / share if rto is not None else None
        note = "sample" if share < 1 else ""
        yield _entry(now, then, state.copy_ref, "rto", "restore-drill", state.started, whole, whole, trouble, note)
        rpo = _perhaps(state, "rpo")
        if rpo is not None:
            yield _entry(now, then, state.copy_ref, "rpo", "restore-drill", state.started, rpo, rpo, "", note)


def _switched(now: dict[str, Goal], then: Then, switches: Iterable[SwitchState]) -> Iterator[Entry]:
    for state in switches:
        trouble, note = _trouble(state), state.kind
        took = [_perhaps(state, "rto"), _perhaps(state, "outage")]
        known = [one for one in took if one is not None]
        longest = max(known, default=None)
        yield _entry(now, then, state.failover_ref, "rto", "switch", state.started, longest, longest, trouble, note)
        rpo = _perhaps(state, "rpo")
        if rpo is not None:
            yield _entry(now, then, state.failover_ref, "rpo", "switch", state.started, rpo, rpo, "", note)


def _fell(now: dict[str, Goal], then: Then, outages: Iterable[Outage]) -> Iterator[Entry]:
    for one in outages:
        note = "" if one.ended else "lasts"
        yield _entry(now, then, one.subject, "rto", "outage", one.first_bad, one.shortest, one.longest, "", note)


def _entry(
    now: dict[str, Goal],
    then: Then,
    ref: str,
    what: What,
    how: How,
    at: datetime,
    least: timedelta | None,
    most: timedelta | None,
    trouble: str,
    note: str,
) -> Entry:
    system = _system(now, ref)
    goal = now.get(system)
    before = then("/".join(ref.split("/")[:2]), at)
    promised = getattr(goal, what) if goal is not None else None
    once = getattr(before, what) if before is not None else None
    return Entry(system, ref, what, how, at, promised, once, least, most, trouble, note)


def _trouble(state: RestoreState | SwitchState) -> str:
    if state.proven:
        return ""
    held = next((check.name for check in state.checks if not check.held), "")
    return state.trouble or f"{held} did not hold"


def _perhaps(state: RestoreState | SwitchState, name: str) -> timedelta | None:
    """A time that was measured; None where it was not."""
    try:
        value = getattr(state, name)
    except CannotSee:
        return None
    return value if isinstance(value, timedelta) else None
