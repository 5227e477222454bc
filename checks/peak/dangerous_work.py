"""Permits and the calendar become a ruling on whether dangerous work keeps away from busy days."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.permit import Permit
from audit.model.units import plain

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)


def _work(day: str, grade: int = 1, rest: str = "") -> str:
    return (
        "sites: [{id: daejeon}]\n"
        f"institutions: [{{id: kibo, systems: [{{id: guarantee, grade: {grade}, at: [daejeon]}}]}}]\n"
        "calendar: [{id: chuseok-2026, from: 2026-09-24, to: 2026-09-27, demand: 3.0}]\n"
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
    hit = next((one for one in permit.estate.calendar if one.start <= last + before and first <= one.end), None)
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
