"""Two network namespaces of the test: what a prober in one says of servers in the other when the way is cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.house.test_house import ROOT
from tests.real.children import wait_until

pytestmark = pytest.mark.real

LATE = ("behind its work", "did not run until")
"""What a prober says where this machine was too busy just then: of what was cut that tells nothing."""
HOSTS = tuple(f"10.97.1.{number}" for number in range(1, 8))
SERVER = """
import selectors, socket, sys
chooser = selectors.DefaultSelector()
for host in sys.argv[1:]:
    listener = socket.create_server((host, 8080))
    chooser.register(listener, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in chooser.select():
        key.fileobj.accept()[0].close()
"""
PROBER = """
import asyncio, json, sys
from datetime import UTC, datetime, timedelta
from audit.app.watching.selfcheck import SelfCheck
from audit.engine.recurring import Habits, measure
from audit.model.place import Place
from audit.model.watching import Watch
from audit.world.clock import SystemClock
from audit.world.lag import Lag
from checks.availability.tcp import TcpEndpoint, connection
from tests.watching.measuring import real_world

orders = json.loads(sys.argv[1])
HERE = Place("x.yaml", 1, 1)
EVERY = timedelta(seconds=4)

async def main():
    world = real_world("10.97.0.0/16")
    lag, events, seen = Lag(), [], []
    references = [{"@": HERE, "host": host, "port": 8080} for host in orders["references"]]
    watch = Watch.model_validate({"@": HERE, "references": references})
    check = SelfCheck(watch, world, lag, events.append, shortest=EVERY)
    habits = Habits(
        confirm=(0.3, 0.9), every=EVERY, vantage="here", sleep=asyncio.sleep, jitter=lambda: 0.0, lag=0.5,
        doubt=check.doubt, late=lag.worst, noted=check.noted,
    )
    beside = [asyncio.create_task(lag.run()), asyncio.create_task(check.run())]

    async def look(host, number):
        item = TcpEndpoint.model_validate(
            {"@": Place("x.yaml", 1, 1, ref=host), "id": "a", "kind": "tcp", "host": host, "port": 8080,
             "timeout": "700ms"}
        )
        await asyncio.sleep(number * 0.1)
        return host, await measure(item, connection, world, datetime.now(UTC), habits)

    for part, words in enumerate(orders["parts"]):
        for order in words:
            child = await asyncio.create_subprocess_exec(*order)
            assert await child.wait() == 0
        for turn in range(orders["most"]):
            began = datetime.now(UTC)
            found = await asyncio.gather(*(look(host, number) for number, host in enumerate(orders["hosts"])))
            seen += [[part, turn, host, one.state.value, one.reason, one.detail] for host, one in found]
            await asyncio.sleep(max(0.0, (began + EVERY - datetime.now(UTC)).total_seconds()))
            # Of a round in which this machine was too busy nothing can be told.
            if turn >= min(part, 1) and not any(word in one.detail for _, one in found for word in orders["late"]):
                break
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    print(json.dumps({"seen": seen, "events": [[event.kind, dict(event.values)] for event in events]}))

asyncio.run(main())
"""


def ip(*words: str, inside: int = 0) -> None:
    entering = ("nsenter", "-t", str(inside), "-n") if inside else ()
    subprocess.run([*entering, "ip", *words], check=True, capture_output=True, timeout=300)


@contextmanager
def namespace(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A process in a network of its own."""
    with subprocess.Popen(["unshare", "-n", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:
        try:
            yield one
        finally:
            one.kill()


@pytest.fixture
def apart(need: Callable[[str], Path]) -> Iterator[tuple[int, int]]:
    """Processes in two networks joined by a cable: the prober's, then that of a router with the servers behind it."""
    for program in ("ip", "nsenter", "unshare"):
        need(program)
    if subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel lets this user make no network")
    with namespace("cat") as near, namespace("cat") as far:
        for one in (near, far):
            ip("link", "set", "lo", "up", inside=_inside(one))
        ip("link", "add", "cable0", "type", "veth", "peer", "name", "cable1", "netns", str(far.pid), inside=near.pid)
        ip("addr", "add", "10.97.0.2/24", "dev", "cable0", inside=near.pid)
        ip("link", "set", "cable0", "up", inside=near.pid)
        ip("addr", "add", "10.97.0.1/24", "dev", "cable1", inside=far.pid)
        ip("link", "set", "cable1", "up", inside=far.pid)
        ip("route", "add", "default", "via", "10.97.0.1", inside=near.pid)
        for host in HOSTS:
            ip("addr", "add", f"{host}/32", "dev", "lo", inside=far.pid)
        yield near.pid, far.pid


def _inside(one: subprocess.Popen[str]) -> int:
    """Its id once it has left our network."""
    ours, its = Path("/proc/self/ns/net"), Path(f"/proc/{one.pid}/ns/net")
    wait_until(lambda: ours.readlink() != its.readlink(), "the network")
    return one.pid


def watched(near: int, far: int, **orders: Any) -> dict[str, Any]:
    """What a prober in the near network measures and tells while somebody cuts something."""
    serving = ["nsenter", "-t", str(far), "-n", sys.executable, "-c", SERVER, *HOSTS]
    with subprocess.Popen(serving, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            probing = ["nsenter", "-t", str(near), "-n", sys.executable, "-c", PROBER]
            done = subprocess.run(
                [*probing, json.dumps({"most": 20, "late": LATE, "references": [], "hosts": HOSTS} | orders)],
                cwd=ROOT, capture_output=True, text=True, timeout=500, check=False,
                env={**os.environ, "PYTHONPATH": "."},
            )  # fmt: skip
        finally:
            server.kill()
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def late(why: str) -> bool:
    """Whether the prober says that this machine was too busy just then."""
    return any(word in why for word in LATE)


def states(found: dict[str, Any], part: int) -> set[str]:
    """What was seen in the last round of a part; `up` also where it took a second look."""
    last = max(turn for at, turn, *_ in found["seen"] if at == part)
    return {state.replace("degraded", "up") for at, turn, _, state, *_ in found["seen"] if (at, turn) == (part, last)}


def ever(found: dict[str, Any]) -> set[str]:
    return {state for _, _, _, state, *_ in found["seen"]}


def tells(found: dict[str, Any], *wanted: str) -> bool:
    """Whether these events came; one that is in trouble already, as it is late, tells of no other trouble."""
    events = [(kind, late(values.get("why", ""))) for kind, values in found["events"] if kind != "suspended"]
    kinds = [kind for kind, was_late in events if not was_late]
    return kinds == list(wanted) or (any(was_late for _, was_late in events) and set(kinds) <= set(wanted))


def at_router(far: int, *words: str) -> list[str]:
    return ["nsenter", "-t", str(far), "-n", "ip", *words]


def test_a_cable_that_is_pulled(apart: tuple[int, int]) -> None:
    near, far = apart
    found = watched(
        near, far,
        parts=[
            [],
            [at_router(far, "link", "set", "cable1", "down")],
            [at_router(far, "link", "set", "cable1", "up")],
        ],
    )  # fmt: skip
    assert states(found, 0) == {"up"}
    assert {state for part, _, _, state, *_ in found["seen"] if part == 1} == {"unknown"}
    assert "down" not in ever(found)
    assert states(found, 2) == {"up"}
    assert tells(found, "prober-trouble", "prober-well")


@pytest.mark.parametrize("references", [(), HOSTS[:2]])
def test_a_line_that_is_dead_behind_a_router_that_lives(apart: tuple[int, int], references: tuple[str, ...]) -> None:
    near, far = apart
    cut = [at_router(far, "addr", "del", f"{host}/32", "dev", "lo") for host in HOSTS]
    found = watched(near, far, parts=[[], cut], references=references, hosts=HOSTS[len(references):])  # fmt: skip
    assert states(found, 0) == {"up"}
    assert states(found, 1) == {"unknown"}
    assert "down" not in ever(found)
    assert {reason for part, turn, _, _, reason, _ in found["seen"] if part == 1 and turn} == {"prober"}
    assert tells(found, "prober-trouble")


def test_all_targets_are_down_at_once_while_a_reference_answers(apart: tuple[int, int]) -> None:
    near, far = apart
    cut = [at_router(far, "addr", "del", f"{host}/32", "dev", "lo") for host in HOSTS[1:]]
    found = watched(near, far, parts=[[], cut], references=HOSTS[:1], hosts=HOSTS[1:])
    assert states(found, 0) == {"up"}
    assert states(found, 1) == {"down"}
    assert tells(found)
