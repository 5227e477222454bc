"""A power protection as the inventory words it becomes what its NUT server reports of it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from audit.contract import CannotSee, Reason, Verbs, World, probe, say
from audit.model.address import Host, Port
from audit.model.facts import PowerState, Unseen
from audit.model.item import Text
from audit.model.technology import PowerProtection
from audit.model.unfit import Unexpected
from audit.model.units import Duration
from checks.facility.refresh import Figures, Watched, watch

_LINE: Final = re.compile(r'VAR (\S+) ([\w.-]+) "((?:[^"\\]|\\.)*)"')
_NAMED: Final = re.compile(r'UPS (\S+) "')
_NUMBER: Final = re.compile(r"\s*([+-]?\d{1,9}(?:\.\d{1,9})?)\s*(?:%|s|sec|seconds|C|°C)?\s*")
_DATES: Final = ("%Y/%m/%d", "%Y-%m-%d", "%Y.%m.%d", "%Y%m%d", "%m/%d/%Y", "%m/%d/%y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m")
_SAYING: Final = (
    ("RB", "the battery has to be replaced"),
    ("LB", "the battery is low"),
    ("OVER", "overloaded"),
    ("CAL", "the battery is being emptied on purpose, to measure it"),
    ("BYPASS", "on bypass: the load is not protected"),
    ("OFF", "the output is off"),
    ("FSD", "a forced shutdown is under way"),
)
_LOADS: Final = ("ups.load", "output.load")
_FULL: Final = 105.0
"""Per cent; devices round, and a little more for a moment is none."""
_MOST: Final = 200
_LIVE: Final = (
    "battery.",
    "input.",
    "output.",
    "ups.load",
    "ups.temperature",
    "ups.power",
    "ups.realpower",
    "ambient.",
)
_SET: Final = (".nominal", ".low", ".high", ".date", ".restart", ".warning", ".packs")
"""Ends of names that tell how the device is set."""


def parse_ups(written: str) -> str:
    """A name as ups.conf allows it: it goes into a command line of the protocol."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", written):
        raise Unexpected(say("the name of a UPS as ups.conf has it"), repr(written[:60]))
    return written


class Nut(PowerProtection, Watched, kind="nut"):
    """A UPS that a Network UPS Tools server (upsd) reports on; reading needs no login.

    A driver that hangs is stale: unknown, as is a name that the server does not have. Ran with upsd 2.8.0 and its
    dummy driver. Never run against the real thing: drivers of makers.
    """

    server: Host = Field(alias="host")
    port: Port = 3493
    ups: Annotated[Text, AfterValidator(parse_ups)]
    timeout: Duration = timedelta(seconds=5)

    @property
    def host(self) -> str:
        return self.server


VERBS: Final = Verbs(lines=("LIST UPS", "LIST VAR *", "GET NUMLOGINS *", "LOGOUT"))


@probe(deadline=150, verbs=VERBS)
async def report(protection: Nut, world: World) -> PowerState:
    ups = protection.ups
    # One short dialogue: LIST VAR ends with END or ERR, so the words below never end an answer too early.
    lines = ("LIST UPS", f"LIST VAR {ups}", f"GET NUMLOGINS {ups}", "LOGOUT")
    answer = await world.tcp.talk(
        protection.server, protection.port, lines, protection.timeout, ends="END ERR NUMLOGINS OK"
    )
    seen = state(answer, ups)

    async def again() -> Figures:
        said = await world.tcp.talk(
            protection.server, protection.port, (f"LIST VAR {ups}", "LOGOUT"), protection.timeout, ends="END ERR OK"
        )
        state(said, ups)
        return figures(said, ups)

    facts, absent = await watch(protection, figures(answer, ups), again, world)
    return seen.model_copy(update={**facts, "absent": {**seen.absent, **absent}})


def figures(answer: str, ups: str) -> Figures:
    """What changes in a supply that lives: volts, amperes, hertz, degrees, shares."""
    found = (_LINE.fullmatch(line.strip()) for line in answer.splitlines())
    values = {one[2]: _number(one[3]) for one in found if one is not None and one[1] == ups}
    return {
        name: value
        for name, value in values.items()
        if value is not None and name.startswith(_LIVE) and not name.endswith(_SET)
    }


def state(answer: str, ups: str) -> PowerState:
    """The text of a dialogue to facts. CannotSee where the server has none of this UPS."""
    lines = answer.splitlines()
    values = {
        found[2]: re.sub(r"\\(.)", r"\1", found[3])
        for line in lines
        if (found := _LINE.fullmatch(line.strip())) and found[1] == ups
    }
    if not values:
        raise _refused(lines, ups)
    if "ups.status" not in values:
        raise CannotSee(Reason.INCOMPLETE, say("the server reports no status of {ups}", ups=ups))
    flags = tuple(values["ups.status"].split()[:40])
    if "WAIT" in flags:
        raise CannotSee(Reason.UNREACHABLE, say("the server waits for the first data of {ups}", ups=ups))
    facts: dict[str, Any] = {"flags": flags, "alarms": _alarms(values, flags)}
    absent: dict[str, Unseen] = {}
    numbers: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("charge", ("battery.charge",)),
        ("load", _LOADS),
        ("temperature", ("battery.temperature", "ups.temperature")),
        ("runtime", ("battery.runtime",)),
    )
    for fact, names in numbers:
        _note(facts, absent, fact, {name: values[name] for name in names if name in values}, _number)
    if "runtime" in facts:
        facts["runtime"] = timedelta(seconds=max(0.0, facts["runtime"]))
    # The date of installation says more than that of manufacture; a replaced pack often keeps the latter empty.
    dates: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("battery_date", ("battery.date", "battery.mfr.date")),
        ("test_date", ("ups.test.date",)),
    )
    for fact, names in dates:
        _note(facts, absent, fact, {name: values[name] for name in names if name in values}, parse_date)
    if values.get("ups.test.result", "").strip():
        facts["test_result"] = values["ups.test.result"][:_MOST]
    model = " ".join(values[name] for name in ("device.mfr", "device.model") if values.get(name, "").strip())
    if model:
        facts["model"] = model[:_MOST]
    for line in lines:
        words = line.split()
        if words[:2] == ["NUMLOGINS", ups] and len(words) == 3 and words[2].isascii() and words[2].isdigit():
            facts["logins"] = int(words[2][:9])
    return PowerState(absent=absent, **facts)


def _note(facts: dict[str, Any], absent: dict[str, Unseen], fact: str, written: dict[str, str], read: Any) -> None:
    """Put the first readable value among the facts; say which text could not be read where there is none."""
    for text in written.values():
        value = read(text)
        if value is not None:
            facts[fact] = value
            return
    for name, text in written.items():
        said = say("{name} is {text}, which cannot be read", name=name, text=repr(text[:40]))
        absent[fact] = Unseen.of(CannotSee(Reason.INCOMPLETE, said))
        return


def _refused(lines: list[str], ups: str) -> CannotSee:
    """Why a server told nothing about a UPS."""
    errors = " ".join(line.strip() for line in lines if line.startswith("ERR "))
    if "DATA-STALE" in errors:
        return CannotSee(
            Reason.STALE, say("the server has no fresh data of {ups}: its driver lost the device", ups=ups)
        )
    if "DRIVER-NOT-CONNECTED" in errors:
        return CannotSee(
            Reason.UNREACHABLE, say("the server's driver for {ups} does not run: start it with upsdrvctl", ups=ups)
        )
    if "ACCESS-DENIED" in errors:
        return CannotSee(Reason.DENIED, say("the server lets this machine read nothing about {ups}", ups=ups))
    if "UNKNOWN-UPS" in errors:
        names = [found[1] for line in lines if (found := _NAMED.match(line))]
        return CannotSee(
            Reason.INCOMPLETE,
            say("the server knows no {ups}; it knows {names}", ups=ups, names=", ".join(names[:10]) or "none"),
        )
    return CannotSee(
        Reason.INCOMPLETE,
        say("the server did not answer as a NUT server does: {answer}", answer=(errors or "".join(lines[:1]))[:_MOST]),
    )


def _alarms(values: dict[str, str], flags: tuple[str, ...]) -> tuple[str, ...]:
    """The alarms in words: the device's own text first, then what the status words alone say."""
    own = [values[name].strip()[:_MOST] for name in ("ups.alarm", "battery.alarm") if values.get(name, "").strip()]
    said = [f"{flag}: {words}" for flag, words in _SAYING if flag in flags]
    load = next((found for name in _LOADS if (found := _number(values.get(name, ""))) is not None), None)
    if load is not None and load > _FULL and "OVER" not in flags:
        said.append(f"it carries {load:g} % of what it can, and does not say so")
    if "ALARM" in flags and not own and not said:
        said = ["ALARM: an alarm that the device does not name"]
    return tuple(own + said)


def _number(text: str) -> float | None:
    """`98`, `98.0 %` or `2640 s` to a number; None for anything else, such as `N/A`."""
    found = _NUMBER.fullmatch(text)
    return float(found[1]) if found else None


def parse_date(text: str) -> date | None:
    """A date as devices write it; the American order wins where both are possible, as APC writes it. None otherwise."""
    words = text.strip().split()
    for form in _DATES if words else ():
        try:
            # Only the day counts: a device keeps no zone.
            found = datetime.strptime(words[0], form).date()  # noqa: DTZ007
        except ValueError:
            continue
        if 1980 <= found.year <= 2100:
            return found
    return None
