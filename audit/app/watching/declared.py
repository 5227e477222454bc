"""The maintenance windows of an inventory with the log to the entries that the log lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.watching import Maintenance


def declared(windows: Iterable[Maintenance], log: Iterable[Event], now: datetime) -> Iterator[Event]:
    """A window counts where the log held it before it began: new ones are declared, those that are gone are withdrawn.

    One whose subject or times were changed is withdrawn and declared anew, so that nobody can widen it afterwards;
    other words are only noted, and the window counts on.
    """
    known: dict[str, Mapping[str, Any]] = {}
    for event in log:
        name = str(event.values.get("id") or event.subject)
        if event.kind == "maintenance-declared":
            known[name] = event.values
        elif event.kind == "maintenance-withdrawn":
            known.pop(name, None)
    wanted = {window.id: values(window) for window in windows}
    for name, before in known.items():
        after = wanted.get(name)
        if after is None or any(after[key] != before.get(key) for key in ("on", "start", "end")):
            yield Event(now, "maintenance-withdrawn", str(before.get("on", "")), dict(before))
    for name, after in wanted.items():
        if dict(known.get(name, {})) != after:
            yield Event(now, "maintenance-declared", str(after["on"]), after)


def values(window: Maintenance) -> dict[str, Any]:
    """A window as the log holds it."""
    return {
        "id": window.id,
        "on": window.on,
        "start": window.start.isoformat(),
        "end": window.end.isoformat(),
        "reason": window.reason,
        "by": window.by,
        "silent": window.silent,
    }


def silent(estate: Estate, first_read: Mapping[str, datetime]) -> Callable[[str, datetime], str]:
    """Why nobody looks at a subject at an instant: a silent window that was declared before; empty where they do."""
    windows = tuple(window for window in estate.maintenance if window.silent)

    def why(ref: str, at: datetime) -> str:
        for window in windows:
            begins = max(window.start, first_read.get(window.id, window.start))
            if begins <= at < window.end and estate.covers(window.on, ref):
                return f"maintenance {window.id}"
        return ""

    return why
