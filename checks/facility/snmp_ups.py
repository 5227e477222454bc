"""A power supply with an SNMP card as the inventory words it becomes what it reports of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from audit.contract import CannotSee, Reason, World, probe, say
from audit.model.facts import PowerState, Unseen
from audit.model.technology import PowerProtection
from audit.model.units import Duration
from checks.facility import apc
from checks.facility.agent import LOCATION, UP, SnmpAgent, location_of
from checks.facility.refresh import Figures, Watched, watch

Values = Mapping[str, int | str | None]

_MIB: Final = "1.3.6.1.2.1.33.1."
_MAKER, _MODEL = _MIB + "1.1.0", _MIB + "1.2.0"
_BATTERY, _MINUTES, _CHARGE, _DEGREES = (_MIB + f"2.{number}.0" for number in (1, 3, 4, 7))
_SOURCE: Final = _MIB + "4.1.0"
_LOADS: Final = tuple(_MIB + f"4.4.1.5.{line}" for line in (1, 2, 3))
_ALARMS: Final = _MIB + "6.1.0"
_ALARM_TABLE: Final = _MIB + "6.2.1.2"
_ALARM_NAMES: Final = _MIB + "6.3."
_TEST, _TEST_START = _MIB + "7.3.0", _MIB + "7.5.0"
_OIDS: Final = (
    _MAKER, _MODEL, _BATTERY, _MINUTES, _CHARGE, _DEGREES, _SOURCE, *_LOADS, _ALARMS, _TEST, _TEST_START, UP, LOCATION,
    apc.REPLACED,
)  # fmt: skip
_MOVING: Final = tuple(
    _MIB + number
    for number in (
        "2.3.0", "2.4.0", "2.5.0", "2.6.0", "2.7.0", "3.3.1.2.1", "3.3.1.3.1", "3.3.1.3.2", "3.3.1.3.3", "4.2.0",
        "4.4.1.2.1", "4.4.1.3.1", "4.4.1.4.1", "4.4.1.5.1", "4.4.1.5.2", "4.4.1.5.3",
    )
)  # fmt: skip
"""Minutes, charge, volts, amperes, degrees of the battery; what comes in; what goes out."""
_SOURCES: Final[Mapping[int, tuple[str, ...]]] = {
    2: ("OFF",),
    3: ("OL",),
    4: ("BYPASS",),
    5: ("OB",),
    6: ("OL", "BOOST"),
    7: ("OL", "TRIM"),
}
_BATTERIES: Final[Mapping[int, tuple[str, ...]]] = {2: (), 3: ("LB",), 4: ("LB",)}
_TESTS: Final[Mapping[int, str]] = {
    1: "passed", 2: "passed with a warning", 3: "failed", 4: "aborted", 5: "in progress", 6: "never tested",
}  # fmt: skip
_NAMED: Final[Mapping[int, tuple[str, str]]] = {
    1: ("the battery has to be replaced", "RB"), 2: ("on battery", "OB"), 3: ("the battery is low", "LB"),
    4: ("the battery is depleted", "LB"), 5: ("a temperature is out of bounds", ""), 6: ("the input is bad", ""),
    7: ("the output is bad", ""), 8: ("overloaded", "OVER"), 9: ("on bypass", "BYPASS"), 10: ("the bypass is bad", ""),
    11: ("the output is off as requested", "OFF"), 12: ("the whole supply is off as requested", "OFF"),
    13: ("the charger failed", ""), 14: ("the output is off", "OFF"), 15: ("the whole supply is off", "OFF"),
    16: ("a fan failed", ""), 17: ("a fuse failed", ""), 18: ("a general fault", ""),
    19: ("the last test of the battery failed", ""), 20: ("communication is lost", "COMMBAD"),
    21: ("the output waits for power", ""), 22: ("a shutdown is pending", "FSD"),
    23: ("a shutdown is about to happen", "FSD"), 24: ("a test is running", ""),
}  # fmt: skip
_MOST: Final = 200


class SnmpUps(SnmpAgent, PowerProtection, Watched, kind="snmp-ups"):
    """A UPS that answers SNMP with the objects of RFC 1628, by community (version 2c) or user (version 3).

    A card of APC is also asked for what its own tree says of the battery. A wrong community is answered by nobody:
    that is unknown, never a failure. Ran with the agent of Net-SNMP 5.9, versions 2c and 3. Never run against the real
    thing: cards of makers.
    """

    timeout: Duration = timedelta(seconds=5)


@probe(deadline=150)
async def report(supply: SnmpUps, world: World) -> PowerState:
    values: Values = await world.snmp.get(supply.door, _OIDS, supply.timeout)
    if values.get(apc.REPLACED) is not None:
        values = {**values, **await world.snmp.get(supply.door, apc.OIDS, supply.timeout)}
    present = values.get(_ALARMS)
    alarms = await world.snmp.walk(supply.door, _ALARM_TABLE, supply.timeout) if present else {}
    loads = {oid: value for oid in _LOADS if (value := values.get(oid)) is not None}
    seen = state(values, loads, alarms, world.clock.now())

    async def again() -> Figures:
        return figures(await world.snmp.get(supply.door, _MOVING, supply.timeout))

    facts, absent = await watch(supply, await again() if supply.watch_for else {}, again, world)
    return seen.model_copy(update={**facts, "absent": {**seen.absent, **absent}})


def figures(values: Values) -> Figures:
    """What changes in a supply that lives: volts, amperes, hertz, degrees, shares."""
    return {oid: float(value) for oid, value in values.items() if isinstance(value, int)}


def state(values: Values, loads: Mapping[str, int | str], alarms: Mapping[str, int | str], now: datetime) -> PowerState:
    """The values of RFC 1628 to facts. CannotSee where the agent has none of them."""
    source, battery, own = values.get(_SOURCE), values.get(_BATTERY), apc.flags(values)
    if source is None and battery is None and not own:
        raise CannotSee(Reason.INCOMPLETE, say("the agent has none of the objects of a UPS (RFC 1628)"))
    stands = _SOURCES.get(source) if isinstance(source, int) else None
    if stands is None and not set(own) - {"RB"}:
        raise CannotSee(Reason.INCOMPLETE, say("the UPS does not say what it runs on: {value}", value=str(source)[:20]))
    names, marks = _alarms(values.get(_ALARMS), alarms)
    low = _BATTERIES.get(battery if isinstance(battery, int) else 1, ())
    facts: dict[str, Any] = {"flags": tuple(dict.fromkeys((*(stands or ()), *own, *low, *marks)))}
    facts["alarms"] = tuple(dict.fromkeys((*names, *((apc.WORN,) if "RB" in own else ()))))
    absent: dict[str, Unseen] = {}
    for fact, oid, least, most in (("charge", _CHARGE, 0, 100), ("temperature", _DEGREES, -50, 150)):
        value = values.get(oid)
        if isinstance(value, int) and least <= value <= most:
            facts[fact] = float(value)
        elif value is not None:
            says = say("{name} is {text}, which cannot be read", name=fact, text=repr(str(value)[:40]))
            absent[fact] = Unseen.of(CannotSee(Reason.INCOMPLETE, says))
    minutes = values.get(_MINUTES)
    if isinstance(minutes, int) and 0 <= minutes < 100_000:
        facts["runtime"] = timedelta(minutes=minutes)
    shares = [value for value in loads.values() if isinstance(value, int) and 0 <= value <= 1000]
    if shares:
        # Of several lines the one that is loaded most gives out first.
        facts["load"] = float(max(shares))
    _test(values, facts, now)
    _added(facts, apc.facts(values))
    if "battery_date" not in facts:
        says = say("the objects of RFC 1628 do not tell the age of the battery")
        absent["battery_date"] = Unseen.of(CannotSee(Reason.INCOMPLETE, says))
    stood = location_of(values.get(LOCATION))
    if stood is not None:
        facts["location"] = stood
    words = [value.strip() for value in (values.get(_MAKER), values.get(_MODEL)) if isinstance(value, str)]
    if any(words):
        facts["model"] = " ".join(word for word in words if word)[:_MOST]
    return PowerState(absent=absent, **facts)


def _alarms(present: int | str | None, listed: Mapping[str, int | str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the alarms are called, with the flags that they stand for."""
    names: list[str] = []
    flags: list[str] = []
    for value in listed.values():
        number = str(value).removeprefix(_ALARM_NAMES)
        known = _NAMED.get(int(number)) if re.fullmatch(r"[0-9]{1,3}", number) else None
        if known is None:
            names.append(f"an alarm of its maker: {value}"[:_MOST])
            continue
        if number == "24":
            continue
        names.append(known[0])
        if known[1]:
            flags.append(known[1])
    if isinstance(present, int) and present > 0 and not listed:
        names.append("an alarm that the device does not name")
        flags.append("ALARM")
    return tuple(names[:50]), tuple(flags)


def _test(values: Values, facts: dict[str, Any], now: datetime) -> None:
    """The result of the last test, with its day where the device tells when it began."""
    result = values.get(_TEST)
    if isinstance(result, int) and result in _TESTS:
        facts["test_result"] = _TESTS[result]
    began, up = values.get(_TEST_START), values.get(UP)
    if result in (1, 2, 3) and isinstance(began, int) and isinstance(up, int) and 0 < began <= up:
        # Both are hundredths of a second since the card was started.
        facts["test_date"] = (now - timedelta(seconds=(up - began) / 100)).date()


def _added(facts: dict[str, Any], own: Mapping[str, Any]) -> None:
    """Put what the maker's tree says beside it; of two results of a test the worse one counts."""
    if own.get("test_result") == "failed" or facts.get("test_result") in (None, "never tested"):
        facts |= {name: own[name] for name in ("test_result", "test_date") if name in own}
    for name, value in own.items():
        facts.setdefault(name, value)
