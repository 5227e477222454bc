"""Names with delays become a name server on loopback that answers each of them so much later."""

from __future__ import annotations

import contextlib
import heapq
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import dns.message
import dns.rrset

Delay = Callable[[str], float]


@dataclass(slots=True)
class Heard:
    """What came to the server."""

    port: int
    names: list[str] = field(default_factory=list)
    """Each question for an IPv4 address, in order."""
    ports: set[int] = field(default_factory=set)
    """From which ports."""


@contextlib.contextmanager
def answering_late(delay: Delay, *, address: str = "127.0.0.1", port: int = 0) -> Iterator[Heard]:
    """A server that gives every name the address 127.0.0.1, `delay(name)` seconds late; below zero never."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        channel.bind((address, port))
        heard = Heard(channel.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(channel, delay, heard), daemon=True)
        thread.start()
        try:
            yield heard
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", (address, heard.port))
            thread.join(5)


def _serve(channel: socket.socket, delay: Delay, heard: Heard) -> None:
    waiting: list[tuple[float, int, bytes, tuple[str, int]]] = []
    count = 0
    while True:
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, wire, asker = heapq.heappop(waiting)
            with contextlib.suppress(OSError):
                channel.sendto(wire, asker)
        channel.settimeout(max(0.0005, waiting[0][0] - time.monotonic()) if waiting else None)
        try:
            wire, asker = channel.recvfrom(4096)
        except TimeoutError:
            continue
        if not wire:
            return
        query = dns.message.from_wire(wire)
        name, kind = query.question[0].name.to_text(omit_final_dot=True), query.question[0].rdtype.name
        heard.ports.add(asker[1])
        answer = dns.message.make_response(query)
        if kind == "A":
            heard.names.append(name)
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "A", "127.0.0.1"))
        seconds = delay(name)
        if seconds >= 0:
            count += 1
            heapq.heappush(waiting, (time.monotonic() + seconds, count, answer.to_wire(), asker))
