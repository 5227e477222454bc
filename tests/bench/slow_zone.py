"""A blackbox_exporter in a network without anything else to how 100 healthy names fare beside 100 slow ones."""

from __future__ import annotations

import asyncio
import fcntl
import http.client
import json
import multiprocessing
import socket
import struct
import subprocess
import sys
import threading
import time
from datetime import timedelta
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final
from urllib.parse import quote

from audit.world.build import real_world
from audit.world.world import Page
from tests.real.children import free_port, wait_until
from tests.real.webs import answers
from tests.world.name_server import answering_late
from tests.world.servers import page, says, served

EACH: Final = 100
SLOW: Final = 4.0
MODULE: Final = "modules: {page: {prober: http, timeout: 10s, http: {preferred_ip_protocol: ip4}}}\n"
Ends = dict[str, tuple[bool, float]]
"""Of each name whether it was well, and after how many seconds that was known."""


def ours(names: list[str], port: int) -> Ends:
    """All of them at once, by the http hand with the resolver of this machine."""
    world = real_world(allow=(ip_network("127.0.0.0/8"),), root=Path())
    ends: Ends = {}

    async def look(name: str) -> None:
        began = time.monotonic()
        state = await world.http.visit(Page(f"http://{name}:{port}/", contains="ready"), timedelta(seconds=10))
        ends[name] = state.samples[0].failure is None, time.monotonic() - began

    async def together() -> None:
        await asyncio.gather(*(look(name) for name in names))

    asyncio.run(together())
    return ends


def theirs(program: str, folder: Path, names: list[str], port: int) -> Ends:
    """The same by a blackbox_exporter, each name asked for in a thread."""
    door = free_port()
    (folder / "blackbox.yml").write_text(MODULE)
    words = [program, f"--config.file={folder}/blackbox.yml", f"--web.listen-address=127.0.0.1:{door}"]
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends: Ends = {}

    def look(name: str) -> None:
        began = time.monotonic()
        asking = http.client.HTTPConnection("127.0.0.1", door, timeout=30)
        asking.request("GET", f"/probe?module=page&target={quote(f'http://{name}:{port}/', safe='')}")
        text = asking.getresponse().read().decode()
        ends[name] = "probe_success 1" in text.splitlines(), time.monotonic() - began
        asking.close()

    try:
        wait_until(lambda: answers(door), program)
        threads = [threading.Thread(target=look, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        child.terminate()
        child.wait(10)
    return ends


def told(ends: Ends) -> dict[str, float]:
    """What a reader wants to know."""
    good = sorted(seconds for name, (_, seconds) in ends.items() if name.startswith("good"))
    failed = sum(not well for name, (well, _) in ends.items() if name.startswith("good"))
    slow = sum(not well for name, (well, _) in ends.items() if name.startswith("slow"))
    return {"healthy failed": failed, "healthy median": good[EACH // 2], "healthy max": good[-1], "slow failed": slow}


def main(program: str, folder: str) -> None:
    """Loopback comes up, the name server takes port 53, both look; JSON comes out."""
    with socket.socket() as channel:
        fcntl.ioctl(channel, 0x8914, struct.pack("16sh", b"lo", 1))
    names = [f"{kind}{number}.example" for number in range(EACH) for kind in ("slow", "good")]
    here, there = multiprocessing.Pipe()
    # In a process of their own: they would take turns with the loop that is measured.
    servers = multiprocessing.get_context("fork").Process(target=serve, args=(there,), daemon=True)
    servers.start()
    port = here.recv()
    found = {"ours": told(ours(names, port)), "blackbox": told(theirs(program, Path(folder), names, port))}
    here.send("end")
    servers.join(10)
    sys.stdout.write(json.dumps(found))


def serve(pipe: Connection) -> None:
    """The name server with the page behind all names, until somebody says that it is enough."""
    with (
        answering_late(lambda name: SLOW if name.startswith("slow") else 0.0, port=53),
        served(says(page())) as port,
    ):
        pipe.send(port)
        pipe.recv()


if __name__ == "__main__":
    main(*sys.argv[1:])
