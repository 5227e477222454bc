"""A store with what a watch measured to entries of its log that tell it day by day, so that a bundle can carry it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Final

from audit.model.event import Event
from audit.model.history import Stretch
from audit.store.bundling_measured import BETWEEN, written
from audit.store.history import History, open_history
from audit.store.rolling import whole

KIND: Final = "measured"
_DAY: Final = timedelta(days=1)
_GRACE: Final = timedelta(hours=1)
"""So long after its end a day is told: other vantages may be late with theirs."""
_FIRST: Final = datetime(1970, 1, 2, tzinfo=UTC)


def tell_days(store: str, institution: str, now: datetime) -> int:
    """Write each day of UTC that is over into the log, once; how many were new."""
    with open_history(store, watching=False) as history:
        told = [str(event.values.get("day")) for event in history.events(kinds=(KIND,), subject=institution)]
        start = datetime.fromisoformat(max(told)).replace(tzinfo=UTC) + _DAY if told else _FIRST
        end = datetime.combine((now - _GRACE).astimezone(UTC).date(), time(), UTC)
        days: dict[datetime, list[tuple[str, str, Stretch]]] = defaultdict(list)
        for subject, vantage, day, stretch in _days(history, institution, start, end):
            days[day].append((subject, vantage, stretch))
        history.tell([Event(now, KIND, institution, written(day, days[day])) for day in sorted(days)])
    return len(days)


def _days(
    history: History, institution: str, start: datetime, end: datetime
) -> Iterator[tuple[str, str, datetime, Stretch]]:
    """Each day of each series that was measured here, below an institution."""
    for subject in history.subjects():
        if start >= end or not subject.startswith(institution + "/"):
            continue
        for vantage in history.vantages(subject):
            if BETWEEN in vantage:
                continue
            parts: dict[datetime, list[Stretch]] = defaultdict(list)
            for stretch in history.stretches(subject, start, end, vantage):
                parts[datetime.combine(stretch.start.date(), time(), UTC)].append(stretch)
            for day, found in parts.items():
                yield subject, vantage, day, whole(found, day, _DAY)
