"""A canary as the inventory words it, with the value that was found, to whether it is what was expected."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from audit.model.drilling import Canary

_AHEAD: Final = timedelta(minutes=5)
"""A clock elsewhere may be ahead of this one by so much."""
_NUMBER: Final = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Held:
    """Whether a canary held, why not; the value itself is not in here."""

    held: bool
    detail: str
    newest: datetime | None = None
    """The instant that it told, where it is meant to tell one."""


def held(canary: Canary, found: str, now: datetime) -> Held:
    """What was found against `expect`, `at-least`, `newest`; without any of them it must not be empty."""
    value = found.strip()
    if canary.expect is not None and value != canary.expect.strip():
        return Held(False, "it is not the expected value" if value else "it is empty")
    if canary.at_least is not None:
        number = float(value) if _NUMBER.fullmatch(value) else math.nan
        if not number >= canary.at_least:
            return Held(False, "it is no number" if math.isnan(number) else "it is less than expected")
    if not canary.newest:
        return Held(True, "") if value or canary.expect is not None else Held(False, "it is empty")
    at = instant(value)
    if at is None:
        return Held(False, "it is no time with an offset, nor seconds since 1970")
    if at > now + _AHEAD:
        return Held(False, "it lies in the future")
    return Held(True, "", at)


def instant(text: str) -> datetime | None:
    """A time with its offset as databases print one, or seconds since 1970; None for anything else."""
    try:
        if _NUMBER.fullmatch(text):
            at = datetime.fromtimestamp(float(text), UTC)
        else:
            at = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except (ValueError, OverflowError, OSError):
        return None
    if at.tzinfo is None or not 1970 <= at.year < 9000:
        return None
    return at.astimezone(UTC)
