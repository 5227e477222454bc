"""Clocks that go on, are set, stand still, to what is told of them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from audit.app.watching.clocks import Reading, paused, read_clocks, stepped
from audit.world.clock import SystemClock

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def after(wall: float, running: float) -> Reading:
    return Reading(NOON + timedelta(seconds=wall), 100.0 + running)


BEFORE = after(0, 0)


@pytest.mark.parametrize(
    ("wall", "running", "step"), [(1, 1, None), (1.9, 1, None), (3601, 1, 3600), (-3599, 1, -3600), (0.05, 1, None)]
)
def test_steps(wall: float, running: float, step: float | None) -> None:
    expected = None if step is None else timedelta(seconds=step)
    assert stepped(BEFORE, after(wall, running)) == expected


@pytest.mark.parametrize(
    ("gap", "every", "told"), [(1, 60, False), (119, 60, False), (121, 60, True), (2.9, 1, False), (3.1, 1, True)]
)
def test_pauses(gap: float, every: float, told: bool) -> None:  # noqa: FBT001
    seen = paused(BEFORE, after(gap, gap), timedelta(seconds=every))
    assert seen == (timedelta(seconds=gap) if told else None)


def test_nine_hours_of_sleep_are_no_step_of_the_clock() -> None:
    slept = after(9 * 3600, 9 * 3600)
    assert stepped(BEFORE, slept) is None
    assert paused(BEFORE, slept, MINUTE) == timedelta(hours=9)


def test_the_clocks_of_this_machine() -> None:
    one = read_clocks(SystemClock())
    other = read_clocks(SystemClock())
    assert one.wall.tzinfo is UTC
    assert other.running >= one.running
    assert stepped(one, other) is None


class Held(SystemClock):
    """A machine that stops us right after the first look at the wall clock."""

    def __init__(self) -> None:
        self.looks = 0

    def now(self) -> datetime:
        self.looks += 1
        seen = super().now()
        if self.looks == 1:
            time.sleep(0.4)
        return seen


def test_who_was_held_between_two_clocks_reads_them_again() -> None:
    clock = Held()
    held, free = read_clocks(clock), read_clocks(SystemClock())
    assert clock.looks > 1
    apart = (free.wall - held.wall).total_seconds() - (free.running - held.running)
    assert abs(apart) < 0.15
