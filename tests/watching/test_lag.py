"""A loop that is held up for a while to how late it says that it was."""

from __future__ import annotations

import asyncio
import time

from audit.world.lag import Lag


async def _held_up() -> tuple[float, float, float, float]:
    lag = Lag()
    running = asyncio.create_task(lag.run())
    await asyncio.sleep(0.12)
    before = time.monotonic()
    time.sleep(0.8)
    pending = lag.worst(before)
    await asyncio.sleep(0.12)
    seen = lag.worst(before)
    after = time.monotonic()
    await asyncio.sleep(0.12)
    calm = lag.worst(after)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return pending, seen, calm, lag.worst(after)


def test_a_loop_that_was_held_up() -> None:
    pending, seen, calm, ended = asyncio.run(_held_up())
    assert 0.7 < pending < 20
    assert pending <= seen < 20
    assert calm < seen
    assert ended == calm


def test_nothing_is_known_before_it_runs() -> None:
    assert Lag().worst(0.0) == 0.0


async def _remembered() -> float:
    lag = Lag(tick=0.001, kept=5)
    running = asyncio.create_task(lag.run())
    await asyncio.sleep(0)
    began = time.monotonic()
    time.sleep(0.2)
    while lag.worst(began) > 0.15:
        await asyncio.sleep(0.002)
    running.cancel()
    return lag.worst(began)


def test_what_is_remembered_is_bounded() -> None:
    assert asyncio.run(asyncio.wait_for(_remembered(), 20)) < 0.15
