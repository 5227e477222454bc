"""Where a device says that it stands becomes a ruling on whether the inventory says the same."""

from __future__ import annotations

import re
from typing import Any, Final

from audit.contract import (
    CannotSee,
    Example,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.facility import Room, Site
from audit.model.facts import Facts, PowerState, SensorState
from audit.model.technology import Monitor, PowerProtection

_ESTATE: Final = (
    "sites: [{id: daejeon, name: {en: Daejeon centre, ko: 대전 센터}, rooms: [{id: hall, kind: it}, {id: battery-5, "
    "kind: battery}], power-protection: [{id: ups-1, kind: snmp-ups, host: 127.0.0.1, community: {env: C}, room: "
    "battery-5}], monitoring: [{id: bms, kind: entity-sensor, host: 127.0.0.1, community: {env: C}, room: "
    "battery-5}]}, {id: busan}]\n"
)
_SHORTEST: Final = 3
"""Letters of a name that is not found by chance in another word."""


def _power(*where: str) -> PowerState:
    return PowerState(flags=("OL",), location=where[0]) if where else PowerState(flags=("OL",))


def _sensor(where: str) -> SensorState:
    return SensorState(readings=(), location=where)


def _called(item: Site | Room, text: str) -> bool:
    """Whether a text holds the id or the name of a place as a word of its own."""
    names = [item.id, *((item.name.en, item.name.ko) if item.name is not None else ())]
    return any(
        re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", text) for name in names if len(name) >= _SHORTEST
    )


def _compared(device: Subject[Any], room: str | None, seen: Facts) -> Ruling:
    if not seen.has("location") and "location" not in seen.absent:
        raise NotApplicable(say("{device} does not say where it stands", device=device.ref))
    told = str(getattr(seen, "location"))[:200]  # noqa: B009 - an absent fact says by itself why
    text, site = told.casefold(), device.site
    sites = [one for one in device.estate.sites if _called(one, text)]
    rooms = [one.ref for one in site.rooms if _called(one, text)]
    figures = {"device": device.ref, "told": told, "place": room or site.ref}
    required = say("what the inventory says: {place}", **figures)
    if (sites and site not in sites) or (rooms and room is not None and room not in rooms):
        says = say("{device} says that it stands in {told}; the inventory says {place}", **figures)
        return ruling(False, measured=told, required=required, says=says, key="room")
    if not sites and not rooms:
        says = say("{device} says that it stands in {told}, which names nothing of the inventory", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("{device} says, as the inventory does, that it stands in {told}", **figures)
    return ruling(True, measured=told, required=required, says=says, key="room")


@check(
    "facility.supply-place",
    control="FAC-06",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 CM-8(4)", "NIST SP 800-53r5 PE-14(2)"),
    examples=(
        Example(Verdict.PASS, _ESTATE, "daejeon/ups-1", seen=_power("Daejeon centre, battery-5")),
        Example(Verdict.FAIL, _ESTATE, "daejeon/ups-1", seen=_power("busan, rack 4")),
        Example(Verdict.UNKNOWN, _ESTATE, "daejeon/ups-1", seen=_power("server room"), reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _ESTATE, "daejeon/ups-1", seen=_power()),
    ),
)
def supply_stands_where_it_says(supply: Subject[PowerProtection], seen: PowerState) -> Ruling:
    """The power protection stands where the inventory says, as far as it says so itself.

    Why: whoever asks another device than he thinks watches one battery and believes in another.

    Fix: look at the device itself, then correct the inventory or the location that is set in the device.
    """
    return _compared(supply, supply.item.room, seen)


@check(
    "facility.monitor-place",
    control="FAC-06",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 CM-8(4)", "NIST SP 800-53r5 PE-14(2)"),
    examples=(
        Example(Verdict.PASS, _ESTATE, "daejeon/bms", seen=_sensor("대전 센터 battery-5")),
        Example(Verdict.FAIL, _ESTATE, "daejeon/bms", seen=_sensor("Daejeon centre, hall")),
        Example(Verdict.UNKNOWN, _ESTATE, "daejeon/bms", seen=_sensor("Unknown"), reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _ESTATE, "daejeon/bms", seen=SensorState(readings=())),
    ),
)
def monitor_stands_where_it_says(monitor: Subject[Monitor], seen: SensorState) -> Ruling:
    """The device that watches a room stands where the inventory says, as far as it says so itself.

    Why: an alarm that names the wrong room sends people to the wrong door.

    Fix: look at the device itself, then correct the inventory or the location that is set in the device.
    """
    return _compared(monitor, monitor.item.room, seen)
