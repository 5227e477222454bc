"""Lines of a budget become a ruling on whether the money is there that closing the gaps takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import Institution
from audit.model.money import BudgetLine
from audit.model.units import Money
from checks.funding.samples import AT, alone

_OF: Final = "kibo"


def _money(needed: str, funded: str, more: str = ", of: [kibo]") -> str:
    return alone(more=f"budget: [{{id: recovery, needed: {needed} KRW, funded: {funded} KRW{more}}}]\n")


@check(
    "funding.budget",
    control="FND-10",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 PM-3", "NIST SP 800-53r5 CP-2", "ISO 22301 7.1"),
    least="declared",
    limits={"funded": ("80 %", "60 %", "40 %", "-")},
    examples=(
        Example(Verdict.PASS, _money("10e9", "9e9"), _OF, at=AT),
        Example(Verdict.PASS, _money("10e9", "9e9", ", year: '2027'"), _OF, at=AT),
        Example(Verdict.FAIL, _money("6e12", "343.4e9"), _OF, at=AT),
        Example(Verdict.FAIL, _money("10e9", "0", ", of: [kibo/loans], year: '2026'"), _OF, at=AT),
        Example(Verdict.UNKNOWN, _money("10e9", "9e9", ", of: [kibo], year: '2025'"), _OF, at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, alone(), _OF, at=AT, reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def money_for_recovery_is_there(institution: Subject[Institution], at: datetime, limits: Limits) -> Ruling:
    """Enough of the money that closing the gaps of the institution takes was granted.

    Why: a second centre for the systems of the state had been asked for year after year; in the year of the fire a
    small part of it was granted.

    Fix: write what each gap costs and what was granted under `budget:`; show the share to whoever decides the money.
    """
    least = limits.number("funded") / 100
    mine = [line for line in institution.estate.budget if _means(line, institution)]
    year = institution.today(at).year
    lines = [line for line in mine if not _past(line, year)]
    figures = {"who": institution.ref, "least": f"{least:.0%}"}
    if not lines:
        if mine:
            says = say("the newest line of the budget for {who} is of an earlier year; add one under `budget:`",
                       **figures)  # fmt: skip
        else:
            says = say("the inventory names no money for the readiness of {who}; add `budget:`", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    share, needed, funded = min(_shares(lines), key=lambda one: one[0])
    figures |= {"share": f"{share:.0%}", "needed": str(needed), "funded": str(funded)}
    measured, required = say("{share} granted", **figures), say("{least} granted", **figures)
    if share < least:
        says = say("of {needed} that the gaps of {who} cost, {funded} were granted, {share}; {least} are needed",
                   **figures)  # fmt: skip
        return ruling(False, measured=measured, required=required, says=says)
    says = say("of {needed} that the gaps of {who} cost, {funded} were granted, {share}", **figures)
    return ruling(True, measured=measured, required=required, says=says)


def _means(line: BudgetLine, institution: Subject[Institution]) -> bool:
    """Whether a line is for the institution or something of it; one that names nothing is for the whole estate."""
    inside = institution.ref + "/"
    return not line.of or any(institution.estate.covers(on, institution.ref) or on.startswith(inside) for on in line.of)


def _past(line: BudgetLine, year: int) -> bool:
    written = (line.year or "").strip()[:4]
    return written.isascii() and written.isdigit() and int(written) < year


def _shares(lines: Iterable[BudgetLine]) -> list[tuple[float, Money, Money]]:
    """For each currency the share that was granted, what is needed, what was granted."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line in lines:
        sums[line.needed.currency][0] += line.needed.amount
        sums[line.funded.currency][1] += line.funded.amount
    return [
        (float(funded / needed) if needed else 1.0, Money(needed, currency), Money(funded, currency))
        for currency, (needed, funded) in sorted(sums.items())
    ]
