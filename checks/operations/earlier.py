"""What earlier audits demanded, with the register of measures, becomes a ruling on whether it was done in time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final

from audit.contract import CannotSee, Example, Limits, Looks, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import Estate
from audit.model.register import Demand, RegisterState, measures
from audit.model.units import plain
from audit.model.verdict import Severity

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


def _measures(**values: Any) -> MappingProxyType[str, RegisterState]:
    return MappingProxyType({measures("estate"): RegisterState(**values)})


def _one(due: date | None, severity: str = "critical") -> Demand:
    return Demand(severity=Severity(severity), due=due, count=1, names=("backup.age kibo/guarantee/ledger",))


@dataclass(frozen=True, slots=True)
class _Open:
    """What is demanded and not done, whoever demanded it."""

    name: str
    severity: str
    due: date | None
    count: int = 1


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
        Example(Verdict.PASS, _estate(), "estate", others=_measures(closed={"critical": 3}), at=AT),
        Example(Verdict.PASS, _estate("due: 2025-12-31, closed: 2025-11-30", "due: 2027-06-30"), "estate", at=AT),
        Example(Verdict.PASS, _estate("severity: low, due: 2025-12-31"), "estate", at=AT),
        Example(Verdict.FAIL, _estate("due: 2025-12-31"), "estate", at=AT),
        Example(Verdict.FAIL, _estate("due: 2025-12-31, closed: 2027-01-01"), "estate", at=AT),
        Example(Verdict.UNKNOWN, _estate("severity: critical"), "estate", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _estate(), "estate", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.PASS, _estate(), "estate", others=_measures(pending=(_one(date(2026, 9, 1)),)), at=AT),
        Example(Verdict.PASS, _estate(), "estate", others=_measures(pending=(_one(date(2026, 8, 1), "low"),)), at=AT),
        Example(
            Verdict.FAIL, _estate("due: 2027-06-30"), "estate", others=_measures(pending=(_one(date(2026, 8, 31)),)),
            at=AT,
        ),
        Example(
            Verdict.FAIL, _estate("due: 2025-12-31, closed: 2025-11-30"), "estate",
            others=_measures(pending=(_one(date(2027, 8, 31)),), answering=("demand-0",)), at=AT,
        ),
        Example(
            Verdict.UNKNOWN, _estate(), "estate", others=_measures(pending=(_one(None),)), at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(
            Verdict.UNKNOWN, _estate("due: 2027-12-31, closed: 2025-11-30"), "estate",
            others=_measures(pending=(_one(date(2027, 8, 31)),), answering=("demand-0",)), at=AT,
            reason=Reason.CONTRADICTED,
        ),
    ),
)  # fmt: skip
def earlier_demands_were_met(estate: Subject[Estate], looks: Looks, at: datetime, limits: Limits) -> Ruling:
    """Nothing grave that an earlier audit demanded is still open after its day.

    Why: an audit of the year before the fire had found that nine of ten systems had no second place; a plan was
    promised.

    Fix: do what the finding names, or agree on a new day with those who demanded it, then write `closed:` or `due:`
    under `earlier-findings:`. A measure of the register (the command `actions`) is closed by the next run that passes.
    """
    severities, share = limits.words("severities"), limits.number("overdue") / 100
    today = estate.today(at)
    known, register = estate.estate.earlier_findings, _register(estate, looks)
    if not known and register is None:
        says = say("the inventory does not say what earlier audits demanded; add `earlier-findings:`")
        raise CannotSee(Reason.INCOMPLETE, says)
    register = register or RegisterState()
    still_open = [*_demands(estate, register, today, severities), *_measured(register, severities)]
    done = sum(one.severity.value in severities for one in known if one.closed is not None and one.closed <= today)
    done += sum(count for severity, count in register.closed.items() if severity.value in severities)
    late = sorted((one for one in still_open if one.due is not None and one.due < today), key=_since)
    undated = [one for one in still_open if one.due is None]
    called_done = [one for one in known if one.closed is not None and one.id in register.answering]
    count, unsure = sum(one.count for one in late), sum(one.count for one in undated)
    whole = done - sum(one.severity.value in severities for one in called_done) + sum(one.count for one in still_open)
    required = say("at most {share} of {kinds} overdue", share=f"{share:.0%}", kinds=", ".join(severities))
    figures = {
        "late": str(count),
        "all": str(whole),
        "open": str(sum(one.count for one in still_open)),
        "names": ", ".join(f"{one.name} ({one.severity}, {plain(one.due)})" for one in late[:5]),
        "undated": ", ".join(one.name for one in undated[:5]),
    }
    measured = say("{late} of {all} overdue", **figures)
    if count > share * whole:
        says = say("{late} of {all} grave findings of earlier audits are open after their day: {names}", **figures)
        return ruling(False, measured=measured, required=required, says=says)
    if count + unsure > share * whole:
        says = say(
            "these findings of earlier audits are open without a day; add `due:` or `closed:`: {undated}", **figures
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if called_done:
        names = ", ".join(one.id for one in called_done[:5])
        says = say(
            "the inventory calls {names} closed, but the register has a measure for it that is open", names=names
        )
        raise CannotSee(Reason.CONTRADICTED, says)
    says = say("of {all} grave findings of earlier audits {open} are open, {late} of them after their day", **figures)
    return ruling(True, measured=measured, required=required, says=says)


def _register(estate: Subject[Estate], looks: Looks) -> RegisterState | None:
    """The register as it stood before the run; None where there was none."""
    found = looks.seen.get(measures(estate.ref))
    return found.seen if found is not None and isinstance(found.seen, RegisterState) else None


def _demands(
    estate: Subject[Estate], register: RegisterState, today: date, severities: Collection[str]
) -> Iterator[_Open]:
    """What the inventory says of earlier audits; a measure that is open says better whether one was done."""
    for one in estate.estate.earlier_findings:
        done = one.closed is not None and one.closed <= today and one.id not in register.answering
        if one.severity.value in severities and not done:
            yield _Open(one.id, one.severity.value, one.due)


def _measured(register: RegisterState, severities: Collection[str]) -> Iterator[_Open]:
    for one in register.pending:
        if one.severity.value in severities:
            yield _Open(", ".join(one.names), one.severity.value, one.due, one.count)


def _since(one: _Open) -> date:
    return one.due or date.max
