"""Rooms with batteries to small estates on which the examples of the rules stand."""

from __future__ import annotations

UPS_B = "daejeon/ups-b"


def centre(battery: str = "", *, rooms: str = "", site: str = "", evidence: str = "") -> str:
    """A data centre in which one system of grade 1 stands in `room-7-1`; text of the inventory is put in."""
    written = rooms or (
        "{id: room-7-1, kind: it, compartment: c7}, "
        "{id: battery-5, kind: battery, compartment: c5, fire-rating: 120m, suppression: water-mist, exhaust: true}"
    )
    batteries = "{id: ups-b, room: battery-5" + (f", {battery}" if battery else "") + "}"
    return (
        "sites: [{id: daejeon, " + site + "rooms: [" + written + "], batteries: [" + batteries + "]}]\n"
        "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, at: [daejeon/room-7-1]}]}]\n" + evidence
    )
