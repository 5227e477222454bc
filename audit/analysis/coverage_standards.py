"""The controls and the clauses of standards to what is known of them: where they belong, how sure their mapping is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal

Confidence = Literal["verified", "claimed"]

AREAS: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {
        "AVL": ("availability", 11),
        "BKP": ("backup", 15),
        "DRF": ("failover", 15),
        "FAC": ("facility", 21),
        "DEP": ("dependency", 11),
        "NET": ("network", 8),
        "SEC": ("security", 8),
        "OPS": ("operations", 14),
        "FND": ("funding", 10),
        "PEAK": ("peak-season", 6),
    }
)
"""The first letters of the controls with their area and their number."""

ISMS_P: Final = (
    "1.1.1", "1.2.1", "2.1.3", "2.3.2", "2.4.4", "2.4.5", "2.5.3", "2.5.5", "2.7.1", "2.7.2", "2.9.1", "2.9.2",
    "2.9.3", "2.9.4", "2.10.8", "2.11.1", "2.11.4", "2.12.1", "2.12.2",
)  # fmt: skip
"""The items of ISMS-P that bear on recovery."""
ISMS: Final = "ISMS-P"

_VERIFIED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "NIST SP 800-53r5": frozenset(("CP-1", "CP-2", "CP-6", "CP-9", "CP-10")),
        "CSF": frozenset(("PR.DS-11",)),
        "CIS": frozenset(("11.1", "11.2", "11.3", "11.4", "11.5")),
    }
)
"""Clauses whose number or text was held against a published source; all others are told from memory."""
_BARE: Final = ("KR-IDC", "KR-FAC", "TIA-942", "ISO/IEC 27031")
"""Standards that are named without a clause."""


def controls() -> Iterator[tuple[str, str]]:
    """Every control with its area, in the order of the catalogue."""
    for letters, (area, count) in AREAS.items():
        for number in range(1, count + 1):
            yield f"{letters}-{number:02}", area


def parted(answer: str) -> tuple[str, str]:
    """`ISO 22301 8.2.2` to the standard with its clause; the clause is empty where only the standard is named."""
    if answer in _BARE:
        return answer, ""
    standard, _, clause = answer.rpartition(" ")
    return (standard, clause) if standard else (answer, "")


def confidence(standard: str, clause: str) -> Confidence:
    """How sure it is that a clause says what the mapping takes it for: help for an auditor, no claim of compliance."""
    return "verified" if clause in _VERIFIED.get(standard, frozenset()) else "claimed"
