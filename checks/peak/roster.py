"""Roles with their duty and the calendar become a ruling on whether somebody is there over the holidays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import System
from audit.model.meaning import Season
from audit.model.message import Message
from audit.model.roster import Role
from audit.model.seasons import seasons
from audit.model.units import plain
from checks.peak.samples import AT, CHUSEOK, LATER, LOANS, busy

_DUTY: Final = "{season: chuseok-2026, people: [Han], supplier: vendor}"


def _manned(duty: str, *, grade: int = 1, needed: int = 1, more: str = "", season: str = CHUSEOK) -> str:
    roles = f"{{id: operators, people: [{{name: Lee}}, {{name: Han}}], needed: {needed}, duty: [{duty}]}}"
    names = "operators" + (", keepers" if more else "")
    return busy(f"grade: {grade}, maintained-by: vendor, recovers-with: [{names}]", season, roles=roles + more)


@check(
    "peak.roster",
    control="PEAK-04",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 IR-7", "NIST SP 800-53r5 CP-2", "NIST SP 800-53r5 MA-6"),
    least="declared",
    limits={"roles": ("all", "all", "one", "-"), "ahead": ("92d", "92d", "92d", "-")},
    examples=(
        Example(Verdict.PASS, _manned(_DUTY), LOANS, at=AT),
        Example(Verdict.PASS, _manned(_DUTY, grade=3, more=", {id: keepers, duty: [{season: other}]}"), LOANS, at=AT),
        Example(Verdict.FAIL, _manned(_DUTY, more=", {id: keepers, duty: [{season: other}]}"), LOANS, at=AT),
        Example(Verdict.FAIL, _manned(_DUTY.replace("2026", "2025")), LOANS, at=AT),
        Example(Verdict.FAIL, _manned(_DUTY, needed=2), LOANS, at=AT),
        Example(Verdict.FAIL, _manned(_DUTY.replace("Han", "Choi")), LOANS, at=AT),
        Example(Verdict.FAIL, _manned(_DUTY.replace(", supplier: vendor", "")), LOANS, at=AT),
        Example(Verdict.FAIL, _manned(_DUTY.replace("vendor", "other")), LOANS, at=AT),
        Example(Verdict.FAIL, _manned(_DUTY.replace("chuseok-2026", "year-end"), season=LATER), LOANS, at=AT),
        Example(Verdict.UNKNOWN, _manned(""), LOANS, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, busy(), LOANS, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, busy("grade: 4"), LOANS, at=AT),
    ),
)
def somebody_is_there_over_the_holidays(system: Subject[System], at: datetime, limits: Limits) -> Ruling:
    """In the next busy days and holidays each role that brings the system back has enough people, and its vendor too.

    Why: the fire broke out on a Friday evening, ten days before the greatest holiday of the year.

    Fix: write for each season who is on duty under `duty:` of the role, with the vendor that stands by.
    """
    every, today = limits.word("roles") == "all", system.today(at)
    roles = [one for ref in system.item.recovers_with if isinstance(one := system.estate.index.get(ref), Role)]
    if not roles:
        says = say("the inventory names no role that brings {system} back; add one to `recovers-with:`",
                   system=system.ref)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    known = seasons(system.estate, today)
    if not known:
        says = say("the calendar names no busy days of the coming year; add `calendar:`")
        raise CannotSee(Reason.INCOMPLETE, says)
    ahead = limits.duration("ahead")
    coming = [one for one in known if one.start - today <= ahead] or list(known[:1])
    open_roles = [
        (season, role, gap)
        for season in coming
        for role, gap in _open(system.item, roles, season, limits.word("roles"))
    ]
    required = say("somebody of each role, and the vendor") if every else say("somebody of one role, and the vendor")
    names = ", ".join(one.id for one in coming)
    if open_roles:
        season, role, gap = open_roles[0]
        says = say("{role}, which brings {system} back, is not covered in {season}: {gap}", role=role.ref,
                   system=system.ref, season=season.id, gap=gap)  # fmt: skip
        measured = say("not covered: {count}", count=len(open_roles))
        return ruling(False, measured=measured, required=required, says=says, key="recovers-with")
    mute = next((role for role in roles if not role.duty), None)
    if mute is not None and every:
        says = say("the inventory does not say who is on duty for {role}; add `duty:`", role=mute.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if all(not role.duty for role in roles):
        says = say("the inventory does not say who is on duty for {role}; add `duty:`", role=roles[0].ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("what brings {system} back is covered in {seasons}, of which the first begins on {start}",
               system=system.ref, seasons=names, start=plain(coming[0].start))  # fmt: skip
    return ruling(True, measured=say("covered: {seasons}", seasons=names), required=required, says=says,
                  key="recovers-with")  # fmt: skip


def _open(system: System, roles: list[Role], season: Season, wanted: str) -> Iterator[tuple[Role, Message]]:
    """The roles that lack something in a season; none of them where one covered role is enough and there is one."""
    told = [role for role in roles if role.duty]
    gaps = [(role, gap) for role in told if (gap := _lacks(role, season, system)) is not None]
    if wanted == "all" or len(gaps) == len(told):
        yield from gaps


def _lacks(role: Role, season: Season, system: System) -> Message | None:
    duty = [one for one in role.duty if one.season == season.id]
    if not duty:
        return say("nobody is on duty")
    known = {person.name for person in role.people}
    there = {name for one in duty for name in one.people if name in known}
    if len(there) < role.needed:
        return say("{count} of {needed} people are on duty", count=len(there), needed=role.needed)
    vendor = system.maintained_by
    if vendor is not None and vendor not in {one.supplier for one in duty}:
        return say("the vendor {vendor} does not stand by", vendor=vendor)
    return None
