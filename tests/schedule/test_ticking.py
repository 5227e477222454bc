"""Cadences with cron expressions in, calls counted on a running loop out."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from audit.schedule.ticking import Ticking, Timed


class Calls:
    """Counts."""

    def __init__(self, holds: float = 0.0) -> None:
        self.times: list[float] = []
        self._holds = holds

    async def call(self) -> None:
        self.times.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._holds)


async def calling() -> None:
    ticking, calls = Ticking("Asia/Seoul"), Calls()
    ticking.every("a", timedelta(seconds=0.2), calls.call, datetime.now(UTC))
    await asyncio.sleep(0.9)
    ticking.keep_only(set())
    count = len(calls.times)
    assert 4 <= count <= 6
    await asyncio.sleep(0.4)
    ticking.end()
    assert len(calls.times) == count


async def late() -> None:
    """A loop that was blocked for far longer than a cadence: the call comes once, and is not dropped."""
    ticking, calls = Ticking("UTC"), Calls()
    ticking.every("a", timedelta(seconds=0.3), calls.call, datetime.now(UTC) + timedelta(seconds=0.1))
    asyncio.get_running_loop().call_soon(_block, 1.5)
    await asyncio.sleep(1.6)
    ticking.end()
    assert 1 <= len(calls.times) <= 2


def _block(seconds: float) -> None:
    time.sleep(seconds)


async def zoned() -> None:
    ticking, calls = Ticking("Asia/Seoul"), Calls()
    ticking.at(Timed("nightly", "30 3 * * mon-fri", calls.call))
    coming = ticking.next("nightly")
    assert coming is not None
    there = coming.astimezone(ZoneInfo("Asia/Seoul"))
    assert (there.hour, there.minute, there.weekday() < 5) == (3, 30, True)
    ticking.at(Timed("nightly", "0 4 * * sun", calls.call))
    coming = ticking.next("nightly")
    assert coming is not None
    assert coming.astimezone(ZoneInfo("Asia/Seoul")).strftime("%H:%M %a") == "04:00 Sun"
    ticking.again(datetime(2030, 1, 1, tzinfo=UTC))
    coming = ticking.next("nightly")
    assert coming is not None
    assert coming.date().isoformat() == "2030-01-05"
    ticking.end()


def test_it_calls_once_in_each_cadence() -> None:
    asyncio.run(calling())


def test_a_late_call_is_not_dropped() -> None:
    asyncio.run(late())


def test_cron_is_in_the_zone_of_the_estate() -> None:
    asyncio.run(zoned())
