"""A probe that costs next to nothing to what the watch's own care around it costs."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import UTC, datetime

import pytest

from audit.app.watching.selfcheck import SelfCheck
from audit.contract import probe
from audit.engine.recurring import measure
from audit.model.facts import Sample, ServiceState
from audit.model.measurement import State
from audit.world.lag import Lag
from audit.world.world import World
from checks.availability.tcp import TcpEndpoint
from tests.watching.measuring import habits, port, world
from tests.watching.test_selfcheck import watch

pytestmark = pytest.mark.bench

LOOKS = 5000
WELL = ServiceState(samples=(Sample(address="10.0.0.1", phases={"dns": 0.001, "connect": 0.002, "total": 0.003}),))


@probe()
async def nothing(endpoint: TcpEndpoint, world: World) -> ServiceState:
    """Three turns of the loop, as a connection needs them."""
    for _ in range(3):
        await asyncio.sleep(0)
    return WELL


async def _costs() -> tuple[float, float]:
    """CPU microseconds of a look without and with the care of the watch."""
    lag = Lag()
    running = asyncio.create_task(lag.run())
    here, item = world(), port("10.0.0.1", 80, timeout="5s")
    how = habits(every=60)
    check = SelfCheck(watch([]), here, lag, lambda event: None, shortest=how.every)
    how = habits(every=60, late=lag.worst, noted=check.noted)
    due = datetime.now(UTC)
    start = time.process_time()
    for _ in range(LOOKS):
        await nothing.look(item, here)
    middle = time.process_time()
    for _ in range(LOOKS):
        seen = await measure(item, nothing, here, due, how)
    end = time.process_time()
    assert seen.state is State.UP
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return (middle - start) / LOOKS * 1e6, (end - middle) / LOOKS * 1e6


def test_what_the_care_around_a_look_costs() -> None:
    runs = [asyncio.run(_costs()) for _ in range(5)]
    bare, whole = (statistics.median(side) for side in zip(*runs, strict=True))
    print(f"\na look of {bare:.1f} us costs {whole:.1f} us as a measurement: {whole - bare:.1f} us of care (bar: 20)")
