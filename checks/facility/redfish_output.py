"""Documents of a Redfish service, old tree or new, become readings of fans, supplies, leaks, temperatures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from audit.model.facts import Reading

Document = Mapping[str, Any]

_MOST: Final = 200
_AWAY: Final = ("Absent",)
_LOST: Final = ("UnavailableOffline", "Degraded", "InTest")
_PLACE: Final = (
    ("PostalAddress", ("Country", "Territory", "City", "Street", "HouseNumber", "Building", "Floor", "Room")),
    ("Placement", ("Row", "Rack", "RackOffset")),
)
_SOUND: Final[Mapping[str, bool]] = {"OK": True, "Warning": False, "Critical": False}


def items(document: Document, key: str) -> Iterator[Document]:
    """The objects in a list of a document; nothing where there is no such list."""
    found = document.get(key)
    for one in found[:_MOST] if isinstance(found, list) else ():
        if isinstance(one, dict):
            yield one


def link(document: Document, key: str) -> str | None:
    """Where another document stands."""
    found = document.get(key)
    where = found.get("@odata.id") if isinstance(found, dict) else None
    return where if isinstance(where, str) else None


def members(collection: Document) -> tuple[str, ...]:
    """Where the members of a collection stand."""
    found = (one.get("@odata.id") for one in items(collection, "Members"))
    return tuple(where for where in found if isinstance(where, str))


def number(value: object) -> float | None:
    """A finite number; None for anything else, such as `true` or NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def named(document: Document, fallback: str) -> str:
    for key in ("Name", "DeviceName", "MemberId", "Id"):
        value = document.get(key)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:_MOST]
    return fallback


def sound_of(document: Document) -> bool | None:
    """What the device says of one part: True, False, or None where it says nothing."""
    status = document.get("Status")
    status = status if isinstance(status, dict) else {}
    if status.get("State") in _LOST:
        return False
    return _SOUND.get(str(status.get("Health")))


def away(document: Document) -> bool:
    """Whether it is an empty place."""
    status = document.get("Status")
    return isinstance(status, dict) and status.get("State") in _AWAY


def reading(name: str, quantity: str, value: float | None, unit: str, *, sound: bool | None) -> Reading:
    return Reading.model_validate({"name": name, "quantity": quantity, "value": value, "unit": unit, "sound": sound})


def measured(document: Document, value: float | None, *, sound: bool | None) -> bool | None:
    """The device's own word, unless the figure is beyond what the device itself calls critical: the worse counts."""
    if value is None:
        return sound
    for key, sign in (("UpperThresholdCritical", 1), ("LowerThresholdCritical", -1)):
        most = number(document.get(key))
        if most is not None and sign * (value - most) >= 0:
            return False
    return sound


def thermal(document: Document) -> Iterator[Reading]:
    """`Thermal`, the old tree."""
    for one in items(document, "Temperatures"):
        if not away(one):
            value = number(one.get("ReadingCelsius"))
            sound = measured(one, value, sound=sound_of(one))
            yield reading(named(one, "temperature"), "temperature", value, "C", sound=sound)
    for one in items(document, "Fans"):
        if not away(one):
            unit = "%" if one.get("ReadingUnits") == "Percent" else "rpm"
            yield turning(one, number(one.get("Reading")), unit)
    yield from redundancy(document, "Redundancy", "fan redundancy", "contact")


def power(document: Document) -> Iterator[Reading]:
    """`Power`, the old tree."""
    for one in items(document, "PowerSupplies"):
        if not away(one):
            yield supply(one)
    for one in items(document, "Voltages"):
        if not away(one):
            value = number(one.get("ReadingVolts"))
            sound = measured(one, value, sound=sound_of(one))
            yield reading(named(one, "voltage"), "voltage", value, "V", sound=sound)
    yield from redundancy(document, "Redundancy", "supply redundancy", "supply")


def supply(document: Document) -> Reading:
    """One power supply: 1 where it is lost."""
    sound = sound_of(document)
    value = None if sound is None else float(not sound)
    return reading(named(document, "power supply"), "supply", value, "", sound=sound)


def turning(document: Document, value: float | None, unit: str) -> Reading:
    """One fan; where no speed is told, the device's word about it stands for it."""
    sound = sound_of(document)
    if value is None and sound is not None:
        return reading(named(document, "fan"), "contact", float(not sound), "", sound=sound)
    return reading(named(document, "fan"), "fan", value, unit, sound=sound)


def redundancy(document: Document, key: str, name: str, quantity: str) -> Iterator[Reading]:
    """A group that stays alive when one of its parts is lost, or does so no longer."""
    for one in items(document, key):
        sound = sound_of(one)
        if sound is not None:
            yield reading(named(one, name), quantity, float(not sound), "", sound=sound)


def metrics(document: Document) -> Iterator[Reading]:
    """`ThermalMetrics` and `EnvironmentMetrics`, whose figures carry no word of their own."""
    for one in items(document, "TemperatureReadingsCelsius"):
        yield reading(named(one, "temperature"), "temperature", number(one.get("Reading")), "C", sound=None)
    for key, quantity, unit in (("TemperatureCelsius", "temperature", "C"), ("HumidityPercent", "humidity", "%"),
                                ("PowerWatts", "power", "W")):  # fmt: skip
        inner = document.get(key)
        if isinstance(inner, dict):
            yield reading(quantity, quantity, number(inner.get("Reading")), unit, sound=None)


def fan(document: Document) -> Reading:
    """One fan of the newer tree."""
    speed = document.get("SpeedPercent")
    return turning(document, number(speed.get("Reading")) if isinstance(speed, dict) else None, "%")


def leak(document: Document) -> Reading:
    """One detector of leaks: its state is the worse of what it finds and of how it is."""
    state = _SOUND.get(str(document.get("DetectorState")))
    health = sound_of(document)
    sound = False if False in (state, health) else state
    return reading(named(document, "leak detector"), "leak", None if sound is None else float(not sound), "",
                   sound=sound)  # fmt: skip


def located(document: Document) -> str | None:
    """Where a chassis says that it stands, in one line."""
    found = document.get("Location")
    if not isinstance(found, dict):
        return None
    words: list[str] = []
    for group, keys in _PLACE:
        inner = found.get(group)
        for key in keys if isinstance(inner, dict) else ():
            value = inner.get(key) if isinstance(inner, dict) else None
            if isinstance(value, str | int) and str(value).strip():
                words.append(" ".join(str(value).split())[:60])
    info = found.get("Info")
    if not words and isinstance(info, str):
        words.append(" ".join(info.split())[:_MOST])
    return ", ".join(words)[:_MOST] or None
