"""What another program wrote as JSON becomes values to rely on: counts, times with their zone, else a reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from audit.model.message import Message
from audit.model.verdict import CannotSee, Reason

_LARGEST = 10**24


def loaded(text: str | bytes, otherwise: Message) -> Any:
    """What a text says; CannotSee(incomplete) with these words where it is no JSON, or JSON too deep to be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise CannotSee(Reason.INCOMPLETE, otherwise) from broken


def count(value: object) -> int | None:
    """A number of bytes or files; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST else None


def instant(text: object) -> datetime:
    """A time that tells its zone, in UTC; ValueError for any other: the zone of this machine says nothing of it."""
    found = datetime.fromisoformat(str(text))
    if found.tzinfo is None:
        raise ValueError("a time without its zone")
    try:
        return found.astimezone(UTC)
    except OverflowError as broken:
        raise ValueError("a time beyond the calendar") from broken


def epoch(seconds: object) -> datetime:
    """Whole seconds since 1970 to a time; TypeError, ValueError, OverflowError, OSError for anything else."""
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise TypeError("no whole number of seconds")
    return datetime.fromtimestamp(seconds, UTC)
