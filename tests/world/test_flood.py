"""Devices that flood whoever asks with answers to other questions in, a look that ends in its time out."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import pytest

from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import SnmpDoor
from audit.world.build import real_world
from audit.world.world import World
from tests.real.around import planted

_SECONDS: Final = 30.0
_FLOOD: Final = """
import socket, sys, time
line, end = socket.socket(fileno=0), time.monotonic() + float(sys.argv[2])
line.settimeout(float(sys.argv[2]))
_, asker = line.recvfrom(65535)
line.connect(asker)
try:
    while time.monotonic() < end:
        for _ in range(50):
            line.send(bytes.fromhex(sys.argv[1]))
except OSError:
    pass
"""
# An answer of SNMP version 2c with a number that nobody asked for; one of BACnet that acknowledges nothing of ours.
_SNMP: Final = "302602010104067075626c6963a219020105020100020100300e300c06082b060102010101000500"
_BACNET: Final = "810a000901002000ff"


@contextmanager
def flooding(answer: str) -> Iterator[int]:
    """The port of a device that answers the first question without an end."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        with subprocess.Popen([sys.executable, "-c", _FLOOD, answer, f"{_SECONDS}"], stdin=line.fileno()) as child:
            try:
                yield line.getsockname()[1]
            finally:
                child.kill()


def snmp(world: World, port: int, timeout: timedelta) -> Awaitable[Any]:
    door = SnmpDoor("127.0.0.1", port, community=Secret("env", "LAB_COMMUNITY"))
    return world.snmp.get(door, ["1.3.6.1.2.1.1.1.0"], timeout)


def bacnet(world: World, port: int, timeout: timedelta) -> Awaitable[Any]:
    return world.bacnet.read("127.0.0.1", port, [("analog-input,1", "present-value")], timeout)


@pytest.mark.parametrize(("ask", "answer"), [(snmp, _SNMP), (bacnet, _BACNET)])
def test_a_flood_holds_nothing_up(
    tmp_path: Path, ask: Callable[[World, int, timedelta], Awaitable[Any]], answer: str
) -> None:
    world = real_world(allow=(ip_network("127.0.0.0/8"),), root=tmp_path)
    gaps = [0.0]

    async def ticking() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.02)
            gaps.append(time.monotonic() - before)

    async def look(port: int) -> None:
        beside = asyncio.create_task(ticking())
        try:
            await ask(world, port, timedelta(seconds=0.8))
        finally:
            await asyncio.sleep(0.05)
            beside.cancel()

    with planted({"LAB_COMMUNITY": "public"}), flooding(answer) as port, pytest.raises(CannotSee) as gap:
        asyncio.run(look(port))
    assert gap.value.reason is Reason.TIMEOUT
    assert max(gaps) < _SECONDS / 3
