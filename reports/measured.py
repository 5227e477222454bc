"""A measured day, a measured month to the kind, the verdict, the figures by which reports show it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from audit.model.history import Availability, Strip, interval, meets
from audit.model.message import Message, say
from audit.model.verdict import Verdict

KINDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "met": say("up all the time that was measured"),
        "brief": say("down, within the target"),
        "down": say("down, below the target"),
        "open": say("perhaps down: between measurements that differ, or at some addresses alone"),
        "dark": say("less than half of it measured"),
        "kept": say("maintenance that was declared beforehand"),
        "none": say("nothing measured"),
    }
)
"""What a day can have been; the legend of the bars."""


def share_text(least: float | None, most: float | None) -> str:
    """`99.93–99.97 %`; one figure where both are the same, `–` where there is none."""
    return interval(least, most).replace("..", "–") if least is not None and most is not None else "–"


def verdict(strip: Strip) -> Verdict:
    """Met or missed for sure in the last 30 days, not proven, or nothing to meet."""
    month = strip.month
    if strip.target <= 0:
        return Verdict.NOT_APPLICABLE
    if month.least is None or month.most is None:
        return Verdict.UNKNOWN
    met = meets(month.least, month.most, month.coverage, strip.target, strip.enough)
    return Verdict.UNKNOWN if met is None else Verdict.PASS if met else Verdict.FAIL


def kind(day: Availability, target: float) -> str:
    """What a day was, as one of KINDS."""
    whole = day.end - day.start
    if day.maintenance and 2 * day.maintenance >= whole:
        return "kept"
    if day.most is None or day.least is None:
        return "none"
    if day.down:
        return "down" if day.most < target or target <= 0 else "brief"
    if day.between:
        return "open"
    return "met" if day.coverage >= 0.5 else "dark"


def seconds_text(seconds: float) -> str:
    """A latency: `12 ms`, `1.3 s`, `45 s`."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2g} s" if seconds < 9.95 else f"{seconds:.0f} s"
