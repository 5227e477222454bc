"""The watch's log to the maintenance windows that it proves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from audit.model.event import Event
from audit.model.history import Window

Period = tuple[datetime, datetime]
"""From an instant on and before another."""


def windows(events: Iterable[Event]) -> tuple[Window, ...]:
    """Each window that was ever declared, with the time of the entry that declared it; broken entries declare none."""
    open_now: dict[str, Window] = {}
    over: list[Window] = []
    for event in sorted(events, key=lambda one: (one.number, one.at)):
        if event.kind not in ("maintenance-declared", "maintenance-withdrawn"):
            continue
        name = str(event.values.get("id") or event.subject)
        declared = _declared(name, event) if event.kind == "maintenance-declared" else None
        known = open_now.get(name)
        if known is not None and declared is not None and _times(known) == _times(declared):
            continue
        if known is not None:
            over.append(replace(open_now.pop(name), withdrawn=event.at))
        if declared is not None:
            open_now[name] = declared
    return tuple(sorted((*over, *open_now.values()), key=lambda window: (window.start, window.declared, window.id)))


def covering(found: Iterable[Window], ref: str, covers: Callable[[str, str], bool]) -> tuple[Window, ...]:
    """Those windows that count for a subject; `covers` is that of the estate."""
    return tuple(window for window in found if covers(window.on, ref))


def counted(found: Iterable[Window]) -> tuple[Period, ...]:
    """The times that count as maintenance, in order and without overlap.

    A window that was declared when it had begun does not count at all: it would hide the rest of an outage.
    """
    times = sorted(
        (window.start, min(window.end, window.withdrawn or window.end))
        for window in found
        if window.declared <= window.start
    )
    periods: list[Period] = []
    for start, end in times:
        if end <= start:
            continue
        if periods and start <= periods[-1][1]:
            periods[-1] = (periods[-1][0], max(end, periods[-1][1]))
        else:
            periods.append((start, end))
    return tuple(periods)


def outside(start: datetime, end: datetime, periods: Iterable[Period]) -> Iterator[Period]:
    """What of [start, end) lies in none of some ordered periods."""
    for begins, ends in periods:
        if ends <= start:
            continue
        if begins >= end:
            break
        if begins > start:
            yield start, begins
        start = ends
        if start >= end:
            return
    if start < end:
        yield start, end


def _times(window: Window) -> tuple[str, datetime, datetime]:
    return window.on, window.start, window.end


def _declared(name: str, event: Event) -> Window | None:
    try:
        start, end = (datetime.fromisoformat(str(event.values[key])) for key in ("start", "end"))
    except (KeyError, ValueError):
        return None
    if start.tzinfo is None or end.tzinfo is None:
        return None
    return Window(name, str(event.values.get("on", "")), start.astimezone(UTC), end.astimezone(UTC), event.at)
