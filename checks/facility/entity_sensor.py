"""A device with sensors that answers SNMP, as the inventory words it, becomes what its sensors read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from audit.contract import CannotSee, Reason, World, probe, say
from audit.model.facts import Reading, SensorState
from audit.model.technology import Monitor
from audit.model.units import Duration
from checks.facility.agent import DESCRIPTION, LOCATION, NAME, SnmpAgent, location_of
from checks.facility.refresh import Figures, Watched, watch

Column = Mapping[str, int | str]

_TABLE: Final = "1.3.6.1.2.1.99.1.1.1"
_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS, _UNITS = (f"{_TABLE}.{number}" for number in range(1, 7))
_ENTITY: Final = "1.3.6.1.2.1.47.1.1.1.1"
_DESCRIBED, _NAMED = f"{_ENTITY}.2", f"{_ENTITY}.7"
_TYPES: Final[Mapping[int, tuple[str, str]]] = {
    3: ("voltage", "V"), 4: ("voltage", "V"), 5: ("current", "A"), 6: ("power", "W"), 7: ("other", "Hz"),
    8: ("temperature", "C"), 9: ("humidity", "%"), 10: ("fan", "rpm"), 11: ("fan", "m3/min"), 12: ("contact", ""),
}  # fmt: skip
_TRUE, _FALSE = 1, 2
_SHOWN: Final[Mapping[int, bool | None]] = {1: True, 2: None, 3: False}
"""Of a sensor: it works, its figure cannot be had now, it is broken."""
_CONTACTS: Final = (
    ("leak", ("leak", "water", "누수")), ("smoke", ("smoke", "연기")), ("gas", ("gas", "h2", "off-gas", "가스")),
)  # fmt: skip
_MOST: Final = 200


class EntitySensors(SnmpAgent, Monitor, Watched, kind="entity-sensor"):
    """A device whose sensors stand in ENTITY-SENSOR-MIB (RFC 3433), with their names in ENTITY-MIB.

    `alarms-when-true` names contacts whose `true` means an alarm; of the others the device says nothing that could be
    judged. Ran with the agent of Net-SNMP 5.9. Never run against the real thing: devices of makers.
    """

    alarms_when: Literal["true", "false", "never"] = "true"
    """At which value of a contact (a truth value) it alarms."""
    timeout: Duration = timedelta(seconds=5)


@probe(deadline=150)
async def sensors(device: EntitySensors, world: World) -> SensorState:
    door, ask = device.door, world.snmp
    types = await ask.walk(door, _TYPE, device.timeout)
    if not types:
        raise CannotSee(Reason.INCOMPLETE, say("the agent has no sensors of ENTITY-SENSOR-MIB (RFC 3433)"))
    table: dict[str, int | str] = dict(types)
    for column in (_SCALE, _PRECISION, _VALUE, _STATUS, _UNITS):
        table |= await ask.walk(door, column, device.timeout)
    names = await ask.walk(door, _NAMED, device.timeout) or await ask.walk(door, _DESCRIBED, device.timeout)
    system = await ask.get(door, (DESCRIPTION, NAME, LOCATION), device.timeout)

    async def again() -> Figures:
        return _figures(await ask.walk(door, _VALUE, device.timeout))

    readings = read(table, names, device.alarms_when)
    facts: dict[str, Any] = {"readings": readings, "alarms": alarms(readings)}
    stood = location_of(system.get(LOCATION))
    if stood is not None:
        facts["location"] = stood
    shown = " ".join(str(system.get(DESCRIPTION) or "").split())[:_MOST]
    if shown:
        facts["model"] = shown
    watched, absent = await watch(device, _figures(table), again, world)
    return SensorState(**facts, **watched, absent=absent)


def _figures(table: Column) -> Figures:
    begin = f"{_VALUE}."
    return {oid: float(value) for oid, value in table.items() if oid.startswith(begin) and isinstance(value, int)}


def read(table: Column, names: Column, when: str) -> tuple[Reading, ...]:
    """The table to readings, in the order of their index."""
    found: list[Reading] = []
    for oid, kind in ((oid, kind) for oid, kind in table.items() if oid.startswith(f"{_TYPE}.")):
        index = oid.removeprefix(f"{_TYPE}.")
        written = names.get(f"{_NAMED}.{index}") or names.get(f"{_DESCRIBED}.{index}") or f"sensor {index}"
        name = " ".join(str(written).split())[:_MOST] or f"sensor {index}"
        works = _SHOWN.get(_whole(table.get(f"{_STATUS}.{index}")) or 0)
        quantity, unit = _TYPES.get(_whole(kind) or 0, ("other", ""))
        value = _whole(table.get(f"{_VALUE}.{index}"))
        scale, precision = _whole(table.get(f"{_SCALE}.{index}")), _whole(table.get(f"{_PRECISION}.{index}"))
        if quantity == "contact":
            found.append(_contact(name, value, works, when))
            continue
        figure = None
        if works and value is not None and scale is not None and 1 <= scale <= 17:
            digits = precision if precision is not None and 0 < precision <= 9 else 0
            figure = float(Decimal(value).scaleb(3 * (scale - 9) - digits))
        shown = unit or " ".join(str(table.get(f"{_UNITS}.{index}", "")).split())[:20]
        # That a sensor works says nothing of what it reads.
        found.append(_reading(name, quantity, figure, shown, None if works else works))
    return tuple(found)


def _contact(name: str, value: int | None, works: bool | None, when: str) -> Reading:  # noqa: FBT001 - of three values
    quantity = next((kind for kind, words in _CONTACTS if any(word in name.lower() for word in words)), "contact")
    if not works or value not in (_TRUE, _FALSE):
        return _reading(name, quantity, None, "", works if works is False else None)
    if when == "never":
        return _reading(name, "other", float(value == _TRUE), "", None)
    alarmed = (value == _TRUE) == (when == "true")
    return _reading(name, quantity, float(alarmed), "", not alarmed)


def _reading(name: str, quantity: str, value: float | None, unit: str, sound: bool | None) -> Reading:  # noqa: FBT001
    return Reading.model_validate({"name": name, "quantity": quantity, "value": value, "unit": unit, "sound": sound})


def alarms(readings: tuple[Reading, ...]) -> tuple[str, ...]:
    """The alarms that readings stand for, in words."""
    bad = [reading for reading in readings if reading.sound is False]
    return tuple(f"{one.name}: {one.quantity} {'alarm' if one.value else 'sensor does not work'}" for one in bad)[:50]


def _whole(value: int | str | None) -> int | None:
    return value if isinstance(value, int) else None
