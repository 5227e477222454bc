"""Ways in which supplies, sensors, gateways look well while they are not, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LONG: Final = (("watch-for", "11s"), ("each", "1s"))
"""Long enough for a line to be called flat at grade 1."""
POWER, QUIET, ALIVE = "facility.battery-monitoring", "facility.monitoring", "facility.sampling"
LIES: Final = (
    Lie("a battery that asks to be replaced while the supply is on line", "nut", "aged", POWER),
    Lie("the load left on the bypass after maintenance", "nut", "bypassed", POWER),
    Lie("the last test of the battery failed", "nut", "failed", POWER),
    Lie("the driver hangs", "nut", "frozen", POWER, "unknown: stale"),
    Lie("the load left on the bypass after maintenance", "snmp_ups", "bypassed", POWER),
    Lie("a firmware that no longer tells what the output runs on", "snmp_ups", "mute", POWER, "unknown: incomplete"),
    Lie("a battery to be replaced, told in the maker's own tree alone", "apc", "worn", POWER),
    Lie("a bypass that the standard tree does not show", "apc", "bypassed", POWER),
    Lie("a failed self test that the standard tree does not show", "apc", "failed", POWER),
    Lie("the user of version 3 was renamed", "apc", "renamed", POWER, "unknown: denied"),
    Lie("the word of the user was changed", "apc", "reworded", POWER, "unknown: denied"),
    Lie("water on the floor", "entity_sensor", "leaking", QUIET),
    Lie("a broken sensor", "entity_sensor", "torn", QUIET),
    Lie("a sensor that gives no figure", "entity_sensor", "unplugged", QUIET, "unknown: incomplete"),
    Lie("sensors that show the same figures for ever", "entity_sensor", "frozen", ALIVE, more=LONG),
    Lie("a battery cut off behind a gateway that goes on answering", "modbus", "frozen", ALIVE, more=LONG),
    Lie("smoke in the battery room", "modbus", "smoking", QUIET),
    Lie("a cell below its lowest voltage", "modbus", "drifting", QUIET),
    Lie("a firmware that keeps the cells elsewhere", "modbus", "remapped", QUIET, "unknown: incomplete"),
    Lie("a power supply lost while the chassis is well", "redfish", "lost", QUIET),
    Lie("a leak while the chassis is well", "redfish", "leaking", QUIET),
    Lie("a temperature beyond what the device calls critical", "redfish", "hot", QUIET),
    Lie("the word of the account was changed", "redfish", "locked", QUIET, "unknown: denied"),
    Lie("sensors that show the same figures for ever", "bacnet", "frozen", ALIVE, more=LONG),
    Lie("a broken input while its event state is normal", "bacnet", "broken", QUIET),
    Lie("water on the floor", "bacnet", "leaking", QUIET),
)  # fmt: skip
