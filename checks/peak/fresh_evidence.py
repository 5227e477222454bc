"""Evidence for critical checks with the calendar become a ruling on whether it is fresh before the next peak."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from audit.contract import (
    CannotSee,
    Example,
    Limits,
    NotApplicable,
    Reason,
    Ruling,
    Severity,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.estate import System
from audit.model.seasons import busy_at
from audit.model.units import plain
from checks.peak.samples import AT, LATER, LOANS, busy, paper

_SOON: Final = "{id: opening, from: 2026-09-05, to: 2026-09-09, demand: 3.0}"


def _papers(collected: str, season: str = _SOON, check: str = "failover.recovery-time", grade: int = 1) -> str:
    return busy(f"grade: {grade}", season, evidence=paper(check, collected))


@check(
    "peak.fresh-evidence",
    control="PEAK-06",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CA-7", "NIST SP 800-53r5 CP-4", "ISO 22301 9.1"),
    least="declared",
    limits={"age": ("7d", "14d", "30d", "-")},
    examples=(
        Example(Verdict.PASS, _papers("2026-08-30"), LOANS, at=AT),
        Example(Verdict.FAIL, _papers("2026-08-20"), LOANS, at=AT),
        Example(Verdict.UNKNOWN, _papers("2026-08-30", check="peak.load-test"), LOANS, at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, "estate: {id: here, timezone: Europe/Paris}\ninstitutions: [{id: kibo, systems: "
                "[{id: loans, grade: 1}]}]\n", LOANS, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _papers("2026-08-20", LATER), LOANS, at=AT),
    ),
)  # fmt: skip
def evidence_is_fresh_before_the_peak(system: Subject[System], at: datetime, limits: Limits) -> Ruling:
    """Before busy days begin, every document on which a critical check of the system rests was collected anew.

    Why: a record of half a year ago says nothing of the machine that was moved since; in busy days nobody has the time
    to find that out.

    Fix: collect the evidence that the finding names once more, shortly before the busy days.
    """
    age, today = limits.duration("age"), system.today(at)
    peak = busy_at(system.estate, today)
    if peak is None:
        says = say("the calendar names no busy days of the coming year; add `calendar:`")
        raise CannotSee(Reason.INCOMPLETE, says)
    opens = peak.start - age
    figures = {"system": system.ref, "season": peak.id, "start": plain(peak.start), "age": plain(age),
               "opens": plain(opens)}  # fmt: skip
    if today < opens:
        says = say("{season} begins on {start}; from {opens} on all critical evidence has to be fresh", **figures)
        raise NotApplicable(says)
    newest = _newest(system, today)
    if not newest:
        says = say("no evidence is recorded for a critical check of {system}; add it under `evidence:`", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    required = say("collected in the {age} before busy days", **figures)
    stale = sorted((day, name, on) for (name, on), day in newest.items() if day < opens)
    if stale:
        day, name, on = stale[0]
        figures |= {"check": name, "on": on, "date": plain(day), "count": str(len(stale))}
        says = say("the evidence for {check} of {on} is of {date}; for {season}, which begins on {start}, it may be "
                   "{age} old (stale: {count})", **figures)  # fmt: skip
        return ruling(False, measured=say("the oldest is of {date}", **figures), required=required, says=says)
    oldest = min(newest.values())
    figures["date"] = plain(oldest)
    says = say("all evidence for critical checks of {system} is fresh for {season}; the oldest is of {date}", **figures)
    return ruling(True, measured=say("the oldest is of {date}", **figures), required=required, says=says)


def _newest(system: Subject[System], today: date) -> dict[tuple[str, str], date]:
    """Each critical check of the system, or of what is part of it, to the day of its newest evidence."""
    found: dict[tuple[str, str], date] = {}
    severities = system.around.policy.severities
    for one in system.estate.evidence:
        inside = one.on == system.ref or one.on.startswith(system.ref + "/")
        if inside and one.collected <= today and severities.get(one.check) is Severity.CRITICAL:
            key = (one.check, one.on)
            found[key] = max(found.get(key, date.min), one.collected)
    return found
