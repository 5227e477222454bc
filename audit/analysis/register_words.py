"""The values of one event of the register to what it says, or to the fact that it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from audit.model.event import Event
from audit.model.register import SENT, Milestone, Origin
from audit.model.units import parse_day, parse_money
from audit.model.verdict import Level, Severity

_TEXTS: Final = ("owner", "plan", "due", "budget", "state", "reason", "note")
_SEVERITIES: Final[Mapping[str, Severity]] = MappingProxyType({one.value: one for one in Severity})
_LEVELS: Final[Mapping[str, Level]] = MappingProxyType({one.word: one for one in Level})
ZONE: Final = "Asia/Seoul"


def origin_of(event: Event) -> Origin:
    """Of what a measure was born; ValueError, KeyError or TypeError where that cannot be read."""
    values = event.values
    since = values.get("since")
    return Origin(
        check=_text(values["check"]),
        control=_text(values.get("control", "")),
        subject=_text(values["subject"]),
        institution=_text(values.get("institution", "")),
        system=_text(values.get("system", "")),
        severity=_SEVERITIES[values["severity"]],
        grade=int(values["grade"]),
        estate=_text(values.get("estate", "")),
        zone=_zone(values.get("zone", ZONE)),
        run=_text(values.get("run", "")),
        since=datetime.fromisoformat(since) if since else event.at,
        accountable=_text(values.get("accountable", "")),
        least=_LEVELS[values.get("least", "declared")],
    )


class Entry:
    """One event with what it says, read once."""

    __slots__ = ("event", "origin", "readable", "sent", "values", "what")

    def __init__(self, event: Event) -> None:
        self.event, self.values = event, event.values
        self.what = event.values.get("what")
        self.sent = str(event.values.get(SENT, ""))
        """The institution whose bundle brought it; empty for what was written here."""
        self.origin: Origin | None = None
        """Of a birth alone."""
        self.readable = self._read()
        """Or else another program wrote it, or somebody by hand: then it has no effect, but stays in the history."""

    def _read(self) -> bool:
        values = self.values
        try:
            origin = origin_of(self.event) if self.what == "born" else None
            if values.get("due"):
                parse_day(values["due"])
            if values.get("budget"):
                parse_money(values["budget"])
            if "milestones" in values:
                tuple(milestones_of(values))
            if "earlier" in values:
                tuple(earlier_of(values))
            for name in ("owner", "plan", "by"):
                _text(values.get(name, ""))
        except (ValueError, KeyError, TypeError, OverflowError):
            return False
        self.origin = origin
        return True


def milestones_of(values: Mapping[str, Any]) -> Iterator[Milestone]:
    """The steps that an entry writes or writes anew."""
    for step in values.get("milestones", ()):
        done = step.get("done") if isinstance(step, Mapping) else None
        yield Milestone(parse_day(step["day"]), _text(step["text"]), parse_day(done) if done else None)


def earlier_of(values: Mapping[str, Any]) -> Iterator[str]:
    """The findings of earlier audits that an entry names."""
    for name in values.get("earlier", ()):
        yield _text(name)


def texts_of(values: Mapping[str, Any]) -> Mapping[str, str]:
    """What an entry wrote, for its history."""
    told = {name: str(values[name]) for name in _TEXTS if name in values}
    steps = values.get("milestones", ())
    if isinstance(steps, list | tuple) and steps:
        told["milestones"] = "; ".join(map(_step, steps))
    names = values.get("earlier", ())
    if isinstance(names, list | tuple) and names:
        told["earlier"] = ", ".join(map(str, names))
    return MappingProxyType(told)


def _step(step: Any) -> str:
    if not isinstance(step, Mapping):
        return str(step)
    return f"[{'x' if step.get('done') else ' '}] {step.get('day', '')} {step.get('text', '')}"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _zone(name: Any) -> str:
    try:
        ZoneInfo(_text(name))  # it remembers the zones that it knows
    except (ZoneInfoNotFoundError, OSError) as broken:
        raise ValueError(name) from broken
    return str(name)
