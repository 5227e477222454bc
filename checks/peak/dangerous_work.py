"""Permits, announced maintenance with the calendar become rulings on whether work keeps away from busy days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from audit.contract import (
    CannotSee,
    Example,
    Limits,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.estate import Estate, System
from audit.model.meaning import Season
from audit.model.permit import Permit
from audit.model.seasons import seasons
from audit.model.units import plain
from audit.model.watching import Maintenance
from checks.peak.samples import AT, LOANS, busy

_FAR: Final = "{id: year-end, from: 2026-12-20, to: 2026-12-31}"


def _work(
    day: str, grade: int = 1, rest: str = "", season: str = "{id: fair, from: 2026-09-24, to: 2026-09-27, demand: 3.0}"
) -> str:
    return (
        "sites: [{id: daejeon}]\n"
        f"institutions: [{{id: kibo, systems: [{{id: guarantee, grade: {grade}, at: [daejeon]}}]}}]\n"
        f"calendar: [{season}]\n"
        f"permits: [{{id: move, kind: power, on: [daejeon], from: '{day}T20:00:00+09:00', to: '{day}T23:00:00+09:00'"
        f"{rest}}}]\n"
    )


@check(
    "peak.dangerous-work",
    control="PEAK-03",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CM-3", "NIST SP 800-53r5 MA-2", "ISMS-P 2.9.1"),
    least="declared",
    limits={"before": ("14d", "14d", "14d", "-"), "approved": ("false", "false", "true", "-")},
    examples=(
        Example(Verdict.PASS, _work("2026-10-05"), "move", at=AT),
        Example(Verdict.PASS, _work("2026-09-12", 3, ", approved-by: Lee"), "move", at=AT),
        Example(Verdict.FAIL, _work("2026-09-12"), "move", at=AT),
        Example(Verdict.FAIL, _work("2026-09-26", 3), "move", at=AT),
        Example(Verdict.FAIL, _work("2026-09-12", season=_FAR), "move", at=AT),
        Example(
            Verdict.UNKNOWN,
            "sites: [{id: daejeon}]\npermits: [{id: move, kind: power, on: [daejeon], "
            "from: '2026-10-05T20:00:00+09:00', to: '2026-10-05T23:00:00+09:00'}]\n"
            "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, at: [daejeon]}]}]\n",
            "move",
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.NOT_APPLICABLE, _work("2026-09-26", 4), "move", at=AT),
    ),
)
def work_keeps_away_from_busy_days(permit: Subject[Permit], limits: Limits) -> Ruling:
    """The work lies neither within busy days nor shortly before them.

    Why: the battery was moved ten days before the greatest holiday; what broke then was missing when most needed it.

    Fix: move the work behind the busy days; for a system of a lower grade let somebody approve it in writing.
    """
    item, before = permit.item, limits.duration("before")
    first, last = permit.today(item.start), permit.today(item.end)
    required = say("none from {before} before busy days until their end", before=plain(before))
    figures = {"permit": permit.ref, "date": plain(first), "before": plain(before)}
    if item.end < item.start:
        raise CannotSee(Reason.CONTRADICTED, say("the work of {permit} ends before it begins", **figures))
    hit = _near(permit.estate, first, last, before)
    if hit is not None:
        figures |= {"season": hit.id, "start": plain(hit.start)}
        if limits.flag("approved") and item.approved_by is not None:
            says = say("{by} approved the work of {permit} on {date}, near {season}", by=item.approved_by, **figures)
            return ruling(True, measured=plain(first), required=required, says=says, key="approved-by")
        says = say(
            "the work of {permit} on {date} lies in or shortly before {season}, which begins on {start}", **figures
        )
        return ruling(False, measured=plain(first), required=required, says=says, key="from")
    if not any(one.start.year == first.year or one.end.year == first.year for one in permit.estate.calendar):
        says = say("the calendar names no busy days of the year in which {permit} is done; add `calendar:`", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("the work of {permit} on {date} keeps away from every busy day of the calendar", **figures)
    return ruling(True, measured=plain(first), required=required, says=says, key="from")


def _near(estate: Estate, first: date, last: date, before: timedelta) -> Season | None:
    """The busy days, lunar holidays that nobody wrote down among them, that work between two days comes too near."""
    months = 13 + (last - first + before).days // 28
    return next((one for one in seasons(estate, first, months) if one.start <= last + before), None)


def _announced(start: str, end: str, by: str = "Kim", grade: int = 1, on: str = LOANS) -> str:
    return busy(f"grade: {grade}") + (
        f"maintenance: [{{id: disks, on: {on}, from: '{start}T22:00+09:00', to: '{end}T04:00+09:00', "
        f"reason: New disks, by: {by}}}]\n"
    )


@check(
    "peak.maintenance",
    control="PEAK-03",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CM-3", "NIST SP 800-53r5 MA-2", "ISMS-P 2.9.1"),
    least="declared",
    limits={"before": ("14d", "14d", "14d", "-"), "approved": ("false", "false", "true", "-")},
    examples=(
        Example(Verdict.PASS, _announced("2026-10-05", "2026-10-06"), LOANS, at=AT),
        Example(Verdict.PASS, _announced("2026-09-15", "2026-09-16", grade=3), LOANS, at=AT),
        Example(Verdict.FAIL, _announced("2026-09-02", "2026-09-03"), LOANS, at=AT),
        Example(Verdict.FAIL, _announced("2026-09-26", "2026-10-02", on="kibo"), LOANS, at=AT),
        Example(Verdict.FAIL, _announced("2027-01-26", "2027-01-27"), LOANS, at=AT),
        Example(Verdict.NOT_APPLICABLE, _announced("2026-08-02", "2026-08-03"), LOANS, at=AT),
        Example(Verdict.NOT_APPLICABLE, busy(), LOANS, at=AT),
        Example(
            Verdict.UNKNOWN,
            "estate: {id: here, timezone: Europe/Paris}\n"
            + _announced("2026-10-05", "2026-10-06").replace("2026-09", "2025-09"),
            LOANS,
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def maintenance_keeps_away_from_busy_days(system: Subject[System], at: datetime, limits: Limits) -> Ruling:
    """No maintenance of the system, or of where it stands, is announced for busy days or shortly before them.

    Why: what is changed just before the busiest days breaks in them, when nobody is there who could turn it back.

    Fix: move the maintenance behind the busy days; for a system of a lower grade let somebody decide it by name.
    """
    before, approved = limits.duration("before"), limits.flag("approved")
    coming = sorted((one for one in _windows(system) if one.end >= at), key=lambda one: (one.start, one.id))
    if not coming:
        raise NotApplicable(say("no maintenance of {system} is announced", system=system.ref))
    required = say("none from {before} before busy days until their end", before=plain(before))
    if not seasons(system.estate, system.today(at)):
        says = say("the calendar names no busy days of the coming year; add `calendar:`")
        raise CannotSee(Reason.INCOMPLETE, says)
    for one in coming:
        first, last = system.today(one.start), system.today(one.end)
        hit = _near(system.estate, first, last, before)
        if hit is not None and not approved:
            figures = {"window": one.id, "system": system.ref, "date": plain(first), "season": hit.id}
            figures["start"] = plain(hit.start)
            says = say("the maintenance {window} of {system} on {date} lies in or shortly before {season}, which "
                       "begins on {start}", **figures)  # fmt: skip
            return ruling(False, measured=plain(first), required=required, says=says)
    names = ", ".join(one.id for one in coming[:5])
    if approved:
        says = say("each maintenance of {system} was decided by somebody: {windows}", system=system.ref, windows=names)
    else:
        says = say("no maintenance of {system} comes near busy days: {windows}", system=system.ref, windows=names)
    return ruling(True, measured=plain(system.today(coming[0].start)), required=required, says=says)


def _windows(system: Subject[System]) -> Iterator[Maintenance]:
    """What is announced of the system, of all above and below it, of the rooms and sites in which it stands."""
    places = system.graph.final_places(system.ref)
    around = places | {system.graph.site_of[place].ref for place in places}
    for one in system.estate.maintenance:
        if system.estate.covers(one.on, system.ref) or one.on.startswith(system.ref + "/") or one.on in around:
            yield one
