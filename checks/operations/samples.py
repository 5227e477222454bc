"""Small estates in which the examples of this area are played."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from audit.contract import signed

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
KIBO: Final = "kibo"
GUARANTEE: Final = "kibo/guarantee"
SIGNED: Final = MappingProxyType({"evidence:sheet": signed("Lee Jun")})
_SITES: Final = (
    "sites: [{id: daejeon, rooms: [{id: room-1}], equipment: [{id: router, kind: network, room: room-1, "
    "lead-time: 40d}, {id: spare, kind: network, room: room-1}]}, {id: busan, rooms: [{id: room-1}]}]\n"
)


def office(rest: str = "", system: str = "grade: 1", more: str = "") -> str:
    """One institution with one system in Daejeon; two routers stand there, of which one takes 40 days to replace."""
    inside = f"{{id: guarantee, at: [daejeon/room-1], {system}}}"
    return f"{_SITES}institutions: [{{id: kibo, {rest}systems: [{inside}]}}]\n{more}"


def sheet(check: str, on: str, collected: str = "2026-08-01", rest: str = "") -> str:
    """One piece of evidence."""
    return (
        f"evidence: [{{id: sheet, check: {check}, on: {on}, collected: {collected}, expires: 2030-06-01, by: Lee Jun, "
        f"{rest}says: seen and written down}}]\n"
    )
