"""An estate at one instant to what of it expires soon, or has expired: evidence, waivers, drills, consents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from audit.model.drilling import RestoreState
from audit.model.estate import Estate, day_ends
from audit.model.verdict import NotApplicable

What = Literal["evidence", "waiver", "drill", "restore-drill", "drill-consent"]


@dataclass(frozen=True, slots=True)
class Expiring:
    """One thing that has an end."""

    what: What
    subject: str
    """The full reference that it is about."""
    name: str
    """The id of evidence, the check that a waiver lies over, the failover that was drilled, the id of the restore
    drill, who consented to drills."""
    ends: datetime


Age = Callable[[int], timedelta]
"""The greatest age of a drill for a grade; NotApplicable where none is demanded."""


def expiring(
    estate: Estate, at: datetime, ahead: timedelta, age: Age, drills: Iterable[RestoreState] = ()
) -> tuple[Expiring, ...]:
    """What ends before `at + ahead`, soonest first; `drills` are the restore drills that were made, oldest first."""
    ends = (*_ends(estate, age), *_drills(estate, drills))
    found = (one for one in ends if one.ends <= at + ahead)
    return tuple(sorted(found, key=lambda one: (one.ends, one.what, one.subject, one.name)))


def _ends(estate: Estate, age: Age) -> Iterator[Expiring]:
    zone = estate.about.timezone
    for evidence in estate.evidence:
        yield Expiring("evidence", evidence.on, evidence.id, day_ends(evidence.expires, zone))
    for waiver in estate.waivers:
        yield Expiring("waiver", waiver.on, waiver.check, day_ends(waiver.expires, zone))
    for _, system in estate.systems():
        for failover in system.failover:
            last = _last(failover.tested, age, system.grade)
            if last is not None:
                yield Expiring("drill", system.ref, failover.id, day_ends(last, zone))


def _drills(estate: Estate, drills: Iterable[RestoreState]) -> Iterator[Expiring]:
    """The newest drill of each copy that proved something, with the consent to drill it again."""
    newest = {state.copy_ref: state for state in drills if state.proven}
    for _, system in estate.systems():
        for data in system.data:
            for copy in data.copies:
                if copy.ref in newest:
                    state = newest[copy.ref]
                    yield Expiring("restore-drill", copy.ref, state.id, state.expires)
                if copy.drill is not None:
                    ends = day_ends(copy.drill.until, estate.about.timezone)
                    yield Expiring("drill-consent", copy.ref, copy.drill.consent, ends)


def _last(tested: date | None, age: Age, grade: int) -> date | None:
    if tested is None:
        return None
    try:
        return tested + age(grade)
    except (NotApplicable, OverflowError):
        return None
