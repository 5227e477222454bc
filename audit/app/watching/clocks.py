"""Two readings of the clocks to how the time of this machine went between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from audit.world.world import Clock

STEP: Final = timedelta(seconds=1)
"""A difference beyond which the wall clock was set and not only steered."""
PAUSE: Final = timedelta(seconds=3)
_APART: Final = 0.1
"""Seconds; a machine that is busy may stop us between two lines."""
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """The clocks at one instant."""

    wall: datetime
    running: float
    """Monotonic seconds, the time included in which the machine slept."""


def read_clocks(clock: Clock) -> Reading:
    """The clocks of this machine now."""
    return read_together(clock.now, partial(_running, clock))


def read_together(wall: Callable[[], datetime], running: Callable[[], float]) -> Reading:
    """Two clocks at one instant: time that passes between them would look like a clock that was set."""
    found, apart = _read(wall, running)
    for _ in range(_TRIES):
        if apart < _APART:
            break
        found, apart = min((found, apart), _read(wall, running), key=lambda one: one[1])
    return found


def _read(wall: Callable[[], datetime], running: Callable[[], float]) -> tuple[Reading, float]:
    """The clocks, with the seconds that reading them took."""
    began = running()
    now = wall()
    ended = running()
    return Reading(now, (began + ended) / 2), ended - began


def _running(clock: Clock) -> float:
    asleep_too = getattr(time, "CLOCK_BOOTTIME", None)
    return clock.monotonic() if asleep_too is None else time.clock_gettime(asleep_too)


def stepped(before: Reading, now: Reading) -> timedelta | None:
    """By how much the wall clock was set, forward or (below zero) back; None where it was not."""
    step = now.wall - before.wall - timedelta(seconds=now.running - before.running)
    return step if abs(step) > STEP else None


def paused(before: Reading, now: Reading, every: timedelta) -> timedelta | None:
    """For how long the watch did not run, where that is more than two cadences."""
    gap = timedelta(seconds=now.running - before.running)
    return gap if gap > max(2 * every, PAUSE) else None
