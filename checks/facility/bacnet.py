"""A BACnet device with its points, as the inventory words them, becomes what it measures of a room."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from audit.contract import CannotSee, Reason, World, probe, say
from audit.model.address import Host, Port
from audit.model.facts import Reading, SensorState
from audit.model.item import Item, Text
from audit.model.technology import Monitor
from audit.model.unfit import Unexpected
from audit.model.units import Duration, Flag
from checks.facility.refresh import Figures, Watched, watch
from checks.facility.registers import AlarmText
from checks.facility.registers import alarms as fits

Value = str | float | int | bool | None

_ASKED: Final = ("present-value", "status-flags", "object-name", "units", "reliability")
_UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "degrees-celsius": ("temperature", "C"), "degrees-fahrenheit": ("temperature", "C"),
    "degrees-kelvin": ("temperature", "C"), "percent-relative-humidity": ("humidity", "%"), "volts": ("voltage", "V"),
    "millivolts": ("voltage", "mV"), "amperes": ("current", "A"), "watts": ("power", "W"), "kilowatts": ("power", "kW"),
    "revolutions-per-minute": ("fan", "rpm"),
}  # fmt: skip
_CONTACTS: Final = ("leak", "smoke", "gas", "contact", "supply")
_MOST: Final = 200


def parse_object(written: str) -> str:
    """`analog-input,1`: a type as the standard writes it, with the number of the instance."""
    if not re.fullmatch(r"(analog|binary|multi-state)-(input|output|value),[0-9]{1,7}", written):
        raise Unexpected(say("an object such as `analog-input,1` or `binary-input,3`"), repr(written[:60]))
    return written


class Point(Item):
    """One object of the device."""

    object: Annotated[Text, AfterValidator(parse_object)]
    name: Text | None = None
    """Its own name where none is written."""
    quantity: (
        Literal[
            "temperature", "humidity", "voltage", "current", "power", "charge", "fan", "leak", "smoke", "gas",
            "contact", "supply", "other",
        ]
        | None
    ) = None  # fmt: skip
    """What it is; for an analog one its unit tells it, a binary one is a contact."""
    alarm_when: AlarmText | None = None
    """When it is an alarm; a binary one alarms where it is active (1) if nothing is written."""
    watch: Flag = True
    """Whether its changes show that the device measures."""

    @property
    def binary(self) -> bool:
        return self.object.startswith("binary")

    @property
    def judged(self) -> str | None:
        return self.alarm_when or ("= 1" if self.binary else None)


class BacnetDevice(Monitor, Watched, kind="bacnet"):
    """A device of building automation that answers BACnet over UDP, read by ReadProperty alone.

    BACnet knows no login: ask it from inside its own network. Nothing is broadcast, nothing is ever written. At least
    one point has to be binary or to have `alarm-when`. Ran with a device of bacpypes3. Never run against the real
    thing: devices of makers.
    """

    server: Host = Field(alias="host")
    port: Port = 47_808
    device: Annotated[int, Field(ge=0, le=4_194_302)] | None = None
    """The instance of the device, for its place and model."""
    points: Annotated[tuple[Point, ...], Field(min_length=1, max_length=90)]
    timeout: Duration = timedelta(seconds=5)

    @property
    def host(self) -> str:
        return self.server

    @model_validator(mode="after")
    def _alarming(self) -> Self:
        if not any(point.judged for point in self.points):
            raise Unexpected(say("at least one binary point, or one with `alarm-when:`"), say("none"))
        return self


@probe(deadline=150)
async def measured(device: BacnetDevice, world: World) -> SensorState:
    async def values(names: Sequence[str]) -> Mapping[tuple[str, str], Value]:
        asked = [(point.object, name) for point in device.points for name in names]
        answers = await world.bacnet.read(device.server, device.port, asked, device.timeout)
        return dict(zip(asked, answers, strict=True))

    async def again() -> Figures:
        return figures(device, await values(("present-value",)))

    first = await values(_ASKED)
    facts = state(device, first)
    if device.device is not None:
        about = [(f"device,{device.device}", name) for name in ("location", "vendor-name", "model-name")]
        place, *model = await world.bacnet.read(device.server, device.port, about, device.timeout)
        facts |= _about(place, model)
    watched, absent = await watch(device, figures(device, first), again, world)
    return SensorState(**facts, **watched, absent=absent)


def state(device: BacnetDevice, values: Mapping[tuple[str, str], Value]) -> dict[str, Any]:
    """What the points hold as facts. CannotSee(incomplete) where one is not there."""
    readings: list[Reading] = []
    said: list[str] = []
    for point in device.points:
        present, flags, own, units, health = (values.get((point.object, name)) for name in _ASKED)
        if present is None and own is None:
            raise CannotSee(Reason.INCOMPLETE, say("the device has no {object}", object=point.object))
        name = " ".join(str(point.name or own or point.object).split())[:_MOST]
        quantity, unit = _UNITS.get(str(units), ("other", "" if units in (None, "no-units") else str(units)[:40]))
        quantity = point.quantity or ("contact" if point.binary else quantity)
        words = str(flags or "").split()
        value = figure(present, str(units))
        if "fault" in words or "out-of-service" in words:
            # What a broken or disconnected input shows is left over, or put in by hand.
            trouble = "fault" if "fault" in words else "out of service"
            said.append(f"{name}: {trouble}" + (f", {health}" if health not in (None, "no-fault-detected") else ""))
            readings.append(_reading(name, quantity, None, unit, sound=False))
            continue
        alarmed = None if value is None or point.judged is None else fits(point.judged, value)
        alarmed = True if "in-alarm" in words else alarmed
        if alarmed:
            said.append(f"{name}: alarm" if quantity in _CONTACTS else f"{name}: {value} {unit}".rstrip())
        shown = float(alarmed) if quantity in _CONTACTS and alarmed is not None else value
        readings.append(_reading(name, quantity, shown, unit, sound=None if alarmed is None else not alarmed))
    return {"readings": tuple(readings), "alarms": tuple(said)}


def figures(device: BacnetDevice, values: Mapping[tuple[str, str], Value]) -> Figures:
    """What is watched."""
    found = {
        point.object: figure(values.get((point.object, "present-value")), "") for point in device.points if point.watch
    }
    return {name: value for name, value in found.items() if value is not None}


def figure(value: Value, units: str) -> float | None:
    """A present value as a number, degrees in Celsius; None for a text that is none."""
    if value in ("active", "inactive"):
        return float(value == "active")
    if not isinstance(value, int | float):
        return None
    if units == "degrees-fahrenheit":
        return round((value - 32) / 1.8, 3)
    return round(value - 273.15, 3) if units == "degrees-kelvin" else float(value)


def _reading(name: str, quantity: str, value: float | None, unit: str, *, sound: bool | None) -> Reading:
    return Reading.model_validate({"name": name, "quantity": quantity, "value": value, "unit": unit, "sound": sound})


def _about(place: Value, model: Sequence[Value]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(place, str) and place.strip().lower() not in ("", "n/a", "unknown"):
        found["location"] = " ".join(place.split())[:_MOST]
    words = " ".join(str(word) for word in model if word not in (None, "", "N/A"))
    if words:
        found["model"] = words[:_MOST]
    return found
