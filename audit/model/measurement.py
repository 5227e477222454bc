"""What one recurring look at one subject measured, as the watch keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """How a service was, in one measurement or over a stretch of time."""

    UP = "up"
    DEGRADED = "degraded"
    """It answered rightly, but only when it was looked at again."""
    PARTIAL = "partial"
    """It answered rightly at some of its addresses alone."""
    DOWN = "down"
    UNKNOWN = "unknown"
    """Nobody could tell; `reason` says why. Never an outage, never time up."""
    MAINTENANCE = "maintenance"
    """Of a stretch of time only: a window that was declared before it began. No measurement says so."""


GOOD: Final = (State.UP, State.DEGRADED)

MISSED: Final = "missed"
"""Reason of a look that was due and did not happen."""
PROBER: Final = "prober"
"""Reason of a look that says more of the prober than of its target."""
LOST: Final = "lost"
"""Reason of a look that happened and could not be stored."""

PHASES: Final = ("dns", "connect", "tls", "send", "first-byte", "body")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One look of the watch; `at - due` is its lateness.

    Of `unknown: missed` there is one for a whole row of looks: `due` is the first of them, `until` the last.
    """

    subject: str
    """Full reference."""
    due: datetime
    at: datetime
    """When the first attempt began; of a look that was missed, when that was noticed."""
    state: State
    reason: str = ""
    """The failure of the first address that failed (`audit.model.facts.Failure`), or why it is unknown: a Reason,
    `missed`, `prober` or `lost`."""
    detail: str = ""
    """For people, at most 200 characters; hostile text."""
    latency: float | None = None
    """Seconds that the slowest good address took in all; None where none was good."""
    phases: tuple[float, ...] = ()
    """Seconds of each of PHASES at that address, 0 for one that was not passed through; empty without a good one."""
    error: float = 0.0
    """Seconds by which the times may be wrong: how late the prober itself was while it measured."""
    took: float = 0.0
    """Seconds for all attempts with the pauses between them."""
    attempts: int = 1
    good: int = 0
    """Addresses that answered rightly in the last attempt."""
    tried: int = 0
    """Addresses that were tried in it."""
    until: datetime | None = None
    every: timedelta = timedelta(minutes=1)
    """The cadence at which the subject was looked at."""
    vantage: str = "here"

    @property
    def lateness(self) -> timedelta:
        return self.at - self.due


def reasoned(reason: str, detail: str) -> str:
    """Why a sample was bad, for people: a detail that holds the reason already does not get it twice."""
    return detail if detail and reason in detail else f"{reason}: {detail}".rstrip(": ")
