"""Systems with a calendar to small estates on which the examples of the rules stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from audit.contract import signed
from audit.model.facts import Facts

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
LOANS: Final = "kibo/loans"
CHUSEOK: Final = "{id: chuseok-2026, from: 2026-09-14, to: 2026-09-27, demand: 3.0}"
LATER: Final = "{id: year-end, from: 2026-12-20, to: 2026-12-31, demand: 2.0}"
LUNAR: Final = "{id: seollal-2027, from: 2027-02-01, to: 2027-02-09, demand: 2.0}"
SIGNED: Final[Mapping[str, Facts]] = MappingProxyType({"evidence:sheet": signed("Park Tester")})
"""The look at the evidence of `paper`, under which there is a good signature."""


def busy(system: str = "grade: 1", *seasons: str, roles: str = "", evidence: str = "") -> str:
    """One system with the seasons of the calendar: Chuseok where none is given."""
    calendar = ", ".join(seasons or (CHUSEOK,))
    return (
        f"institutions: [{{id: kibo, roles: [{roles}], systems: [{{id: loans, {system}}}]}}]\n"
        "suppliers: [{id: vendor}, {id: other}]\n"
        f"calendar: [{calendar}]\n{evidence}"
    )


def paper(check: str, collected: str = "2026-08-20", *, on: str = LOANS) -> str:
    """One piece of evidence, a statement with somebody who stands for it."""
    return (
        f"evidence: [{{id: sheet, check: {check}, on: {on}, collected: {collected}, expires: 2027-06-01, "
        "by: Park Tester, says: seen and tested}]\n"
    )
