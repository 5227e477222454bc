"""Rooms with batteries to small estates on which the examples of the rules stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from audit.contract import signed
from audit.model.facts import Facts

UPS_B = "daejeon/ups-b"
AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
SIGNED: Final[Mapping[str, Facts]] = MappingProxyType({"evidence:sheet": signed("Park Fire Safety")})
"""The look at the evidence of `paper`, under which there is a good signature."""


def centre(battery: str = "", *, rooms: str = "", site: str = "", evidence: str = "", others: str = "") -> str:
    """A data centre in which one system of grade 1 stands in `room-7-1`; text of the inventory is put in.

    `others` are further systems, each as `, {id: ...}`.
    """
    written = rooms or (
        "{id: room-7-1, kind: it, compartment: c7}, "
        "{id: battery-5, kind: battery, compartment: c5, fire-rating: 120m, suppression: water-mist, exhaust: true}"
    )
    batteries = "{id: ups-b, room: battery-5" + (f", {battery}" if battery else "") + "}"
    return (
        "sites: [{id: daejeon, " + site + "rooms: [" + written + "], batteries: [" + batteries + "]}]\n"
        "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, at: [daejeon/room-7-1]}"
        + others
        + "]}]\n"
        + evidence
    )


def paper(check: str, on: str, collected: str = "2026-06-01", *, more: str = "") -> str:
    """One piece of evidence, a statement with somebody who stands for it."""
    return (
        f"evidence: [{{id: sheet, check: {check}, on: {on}, collected: {collected}, expires: 2027-06-01, "
        f"by: Park Fire Safety, says: seen and tested{', ' + more if more else ''}}}]\n"
    )
