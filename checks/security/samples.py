"""Small estates in which the examples of this area are played."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from audit.contract import signed

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
SIGNED: Final = MappingProxyType({"evidence:sheet": signed("Lee Jun")})
SITES: Final = "sites: [{id: daejeon, rooms: [{id: room-1}]}, {id: busan, rooms: [{id: room-1}]}]\n"


def institution(rest: str, system: str = "grade: 1", more: str = "") -> str:
    """One institution with one system in Daejeon."""
    return (
        SITES + "institutions: [{id: kibo, " + rest + "systems: [{id: guarantee, at: [daejeon/room-1], " + system
        + "}]}]\n" + more
    )  # fmt: skip


def sheet(check: str, on: str, collected: str = "2026-06-01") -> str:
    """One piece of evidence."""
    return (
        f"evidence: [{{id: sheet, check: {check}, on: {on}, collected: {collected}, expires: 2027-06-01, by: Lee Jun, "
        "says: seen and written down}]\n"
    )
