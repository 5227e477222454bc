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
import asyncio, json, random, subprocess, sys
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

    async def follow(host, number):
        item = TcpEndpoint.model_validate(
            {"@": Place("x.yaml", 1, 1, ref=host), "id": "a", "kind": "tcp", "host": host, "port": 8080,
             "timeout": "700ms"}
        )
        await asyncio.sleep(number * 0.1)
        for turn in range(orders["rounds"]):
            due = datetime.now(UTC)
            found = await measure(item, connection, world, due, habits)
            seen.append([turn, host, found.state.value, found.reason, found.detail])
            print("round", turn, flush=True)
            await asyncio.sleep(max(0.0, (due + EVERY - datetime.now(UTC)).total_seconds()))

    async def cut():
        await asyncio.sleep(EVERY.total_seconds() - 0.7)
        for order in orders["cut"]:
            subprocess.run(order, check=True)
        if "mend" in orders:
            await asyncio.sleep(EVERY.total_seconds() * 2 - 0.5)
            for order in orders["mend"]:
                subprocess.run(order, check=True)

    await asyncio.gather(cut(), *(follow(host, number) for number, host in enumerate(orders["hosts"])))
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
                [*probing, json.dumps({"rounds": 3, "references": [], "hosts": HOSTS} | orders)],
                cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
                env={**os.environ, "PYTHONPATH": "."},
            )  # fmt: skip
        finally:
            server.kill()
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def late(why: str) -> bool:
    """Whether the prober says that this machine was too busy just then: of what was cut that tells nothing."""
    return "behind its work" in why or "did not run until" in why


def states(found: dict[str, Any], turn: int) -> set[str]:
    """What was seen in one round; `up` also where it took a second look."""
    seen = {state for at, _, state, _, detail in found["seen"] if at == turn and not late(detail)}
    return {state.replace("degraded", "up") for state in seen}


def kinds(found: dict[str, Any]) -> list[str]:
    return [kind for kind, values in found["events"] if kind != "suspended" and not late(values.get("why", ""))]


def at_router(far: int, *words: str) -> list[str]:
    return ["nsenter", "-t", str(far), "-n", "ip", *words]


def test_a_cable_that_is_pulled(apart: tuple[int, int]) -> None:
    near, far = apart
    found = watched(
        near, far,
        cut=[at_router(far, "link", "set", "cable1", "down")],
        mend=[at_router(far, "link", "set", "cable1", "up")],
        rounds=5,
    )  # fmt: skip
    assert states(found, 0) == {"up"}
    assert states(found, 1) == {"unknown"}
    assert "down" not in {state for _, _, state, *_ in found["seen"]}
    assert states(found, 4) == {"up"}
    assert kinds(found) == ["prober-trouble", "prober-well"]


@pytest.mark.parametrize("references", [(), HOSTS[:2]])
def test_a_line_that_is_dead_behind_a_router_that_lives(apart: tuple[int, int], references: tuple[str, ...]) -> None:
    near, far = apart
    found = watched(near, far, cut=[at_router(far, "addr", "del", f"{host}/32", "dev", "lo") for host in HOSTS],
        references=references, hosts=HOSTS[-len(HOSTS) + len(references):])  # fmt: skip
    assert states(found, 0) == {"up"}
    assert states(found, 2) == {"unknown"}
    assert "down" not in {state for _, _, state, *_ in found["seen"]}
    assert {reason for turn, _, _, reason, _ in found["seen"] if turn == 2} == {"prober"}
    assert kinds(found) == ["prober-trouble"]


def test_all_targets_are_down_at_once_while_a_reference_answers(apart: tuple[int, int]) -> None:
    near, far = apart
    found = watched(near, far, cut=[at_router(far, "addr", "del", f"{host}/32", "dev", "lo") for host in HOSTS[1:]],
        references=HOSTS[:1], hosts=HOSTS[1:])  # fmt: skip
    assert states(found, 0) == {"up"}
    assert states(found, 2) == {"down"}
    assert kinds(found) == []
