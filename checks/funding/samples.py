"""A programme with the system behind it to small estates on which the examples of the rules stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from audit.contract import signed
from audit.model.facts import Facts

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
FUND: Final = "relief"
LOANS: Final = "kibo/loans"
SIGNED: Final[Mapping[str, Facts]] = MappingProxyType({"evidence:sheet": signed("Park Clerk")})
"""The look at the evidence of `paper`, under which there is a good signature."""


def served(system: str = "", programme: str = "", *, grade: int = 1, more: str = "") -> str:
    """A programme that one system serves; texts of both are put in, each beginning with a comma."""
    return (
        f"institutions: [{{id: kibo, systems: [{{id: loans, grade: {grade}{system}}}]}}]\n"
        f"programmes: [{{id: {FUND}, served-by: [kibo/loans]{programme}}}]\n{more}"
    )


def alone(system: str = "", *, grade: int = 1, more: str = "") -> str:
    """One system that serves no programme."""
    return f"institutions: [{{id: kibo, systems: [{{id: loans, grade: {grade}{system}}}]}}]\n{more}"


def paper(check: str, on: str = FUND, collected: str = "2026-06-01", *, more: str = "") -> str:
    """One piece of evidence, a statement with somebody who stands for it."""
    return (
        f"evidence: [{{id: sheet, check: {check}, on: {on}, collected: {collected}, expires: 2027-06-01, "
        f"by: Park Clerk, says: seen and tested{more}}}]\n"
    )
