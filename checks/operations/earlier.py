"""What earlier audits demanded becomes a ruling on whether it was done in time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.earlier import EarlierFinding
from audit.model.estate import Estate
from audit.model.units import plain

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)


def _estate(*findings: str) -> str:
    written = ", ".join(
        f"{{id: demand-{number}, by: Board of Audit, says: No second place., issued: 2024-04-12, {rest}}}"
        for number, rest in enumerate(findings)
    )
    return (
        "estate: {id: estate}\ninstitutions: [{id: kibo, systems: [{id: guarantee, grade: 1}]}]\n"
        f"earlier-findings: [{written}]\n"
    )


@check(
    "operations.earlier-findings",
    control="OPS-11",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 CA-5", "NIST SP 800-53r5 PM-4", "ISO 22301 10.2", "CSF ID.IM-01"),
    least="declared",
    limits={
        "severities": ("critical, high", "critical", "critical, high", "-"),
        "overdue": ("0 %", "0 %", "5 %", "-"),
    },
    examples=(
        Example(Verdict.PASS, _estate("due: 2025-12-31, closed: 2025-11-30", "due: 2027-06-30"), "estate", at=AT),
        Example(Verdict.PASS, _estate("severity: low, due: 2025-12-31"), "estate", at=AT),
        Example(Verdict.FAIL, _estate("due: 2025-12-31"), "estate", at=AT),
        Example(Verdict.FAIL, _estate("due: 2025-12-31, closed: 2027-01-01"), "estate", at=AT),
        Example(Verdict.UNKNOWN, _estate("severity: critical"), "estate", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _estate(), "estate", at=AT, reason=Reason.INCOMPLETE),
    ),
)
def earlier_demands_were_met(estate: Subject[Estate], at: datetime, limits: Limits) -> Ruling:
    """Nothing grave that an earlier audit demanded is still open after its day.

    Why: an audit of the year before the fire had found that nine of ten systems had no second place; a plan was
    promised.

    Fix: do what the finding names, or agree on a new day with those who demanded it, then write `closed:` or `due:`
    under `earlier-findings:`.
    """
    severities, share = limits.words("severities"), limits.number("overdue") / 100
    today = estate.today(at)
    if not estate.estate.earlier_findings:
        says = say("the inventory does not say what earlier audits demanded; add `earlier-findings:`")
        raise CannotSee(Reason.INCOMPLETE, says)
    grave = [one for one in estate.estate.earlier_findings if one.severity.value in severities]
    still_open = [one for one in grave if one.closed is None or one.closed > today]
    late = sorted((one for one in still_open if one.due is not None and one.due < today), key=_since)
    undated = [one for one in still_open if one.due is None]
    required = say("at most {share} of {kinds} overdue", share=f"{share:.0%}", kinds=", ".join(severities))
    figures = {
        "late": str(len(late)),
        "all": str(len(grave)),
        "open": str(len(still_open)),
        "names": ", ".join(f"{one.id} ({one.severity.value}, {plain(one.due)})" for one in late[:5]),
        "undated": ", ".join(one.id for one in undated[:5]),
    }
    measured = say("{late} of {all} overdue", **figures)
    if len(late) > share * len(grave):
        says = say("{late} of {all} grave findings of earlier audits are open after their day: {names}", **figures)
        return ruling(False, measured=measured, required=required, says=says)
    if len(late) + len(undated) > share * len(grave):
        says = say(
            "these findings of earlier audits are open without a day; add `due:` or `closed:`: {undated}", **figures
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("of {all} grave findings of earlier audits {open} are open, {late} of them after their day", **figures)
    return ruling(True, measured=measured, required=required, says=says)


def _since(one: EarlierFinding) -> date:
    return one.due or date.max
