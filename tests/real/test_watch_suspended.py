"""A prober that is stopped for some seconds in the middle of its looks, to what it measures and tells."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.house.test_house import ROOT

PROBER = """
import asyncio, json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from audit.app.watching.selfcheck import SelfCheck
from audit.engine.recurring import measure
from audit.world.lag import Lag
from checks.availability.http import visit
from tests.watching.measuring import habits, page, world
from tests.watching.test_selfcheck import watch

async def slow(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    await asyncio.sleep(0.3)
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nready")
    writer.close()

async def main():
    lag, events, seen = Lag(), [], []
    check = SelfCheck(watch([]), world(), lag, events.append, shortest=timedelta(seconds=1))
    beside = [asyncio.create_task(lag.run()), asyncio.create_task(check.run())]
    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    item = page(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", timeout="900ms")
    how = replace(habits(every=5), lag=0.5, doubt=check.doubt, late=lag.worst, noted=check.noted)
    here = world()
    async def one(number):
        await asyncio.sleep(number * 0.05)
        seen.append(await measure(item, visit, here, datetime.now(UTC), how))
    print("ready", flush=True)
    await asyncio.gather(*(one(number) for number in range(40)))
    await asyncio.sleep(1.5)
    server.close()
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    told = [[event.kind, dict(event.values)] for event in events]
    print(json.dumps({"states": [[one.state, one.reason, one.error] for one in seen], "events": told}))

asyncio.run(main())
"""

pytestmark = [pytest.mark.real, pytest.mark.alone]


def test_a_prober_that_stood_still_calls_nobody_down() -> None:
    command = [sys.executable, "-W", "ignore", "-c", PROBER]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    ) as prober:
        assert prober.stdout is not None
        try:
            assert prober.stdout.readline() == "ready\n"
            time.sleep(1)
            prober.send_signal(signal.SIGSTOP)
            time.sleep(4)
            prober.send_signal(signal.SIGCONT)
            found = json.loads(prober.communicate(timeout=300)[0])
        finally:
            prober.kill()
    states = {state for state, _, _ in found["states"]}
    assert len(found["states"]) == 40
    assert "up" in states
    assert states <= {"up", "degraded", "unknown"}
    assert max(error for _, _, error in found["states"]) > 3
    kinds = [kind for kind, _ in found["events"]]
    assert "clock-step" not in kinds
    # A busy machine may stand still once more.
    (suspended,) = [values for kind, values in found["events"] if kind == "suspended" and values["seconds"] >= 4]
    assert suspended["seconds"] < 60
