"""The kernel's own tables to the way that this machine has to others; not a packet is sent for it."""

from __future__ import annotations

import fcntl
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audit.model.message import Message, say

TABLES: Final = Path("/proc/self/net")
_GET_FLAGS: Final = 0x8913
_LOOPBACK, _RUNNING = 0x8, 0x40
_UP, _REJECT = 0x1, 0x200


@dataclass(frozen=True, slots=True)
class Link:
    """What the kernel knows of the way to others."""

    running: frozenset[str]
    """Interfaces with a carrier, loopback left out."""
    routes: frozenset[str]
    """Interfaces of default routes of either family."""
    silent: tuple[str, ...] = ()
    """Gateways that did not answer when the kernel asked for their hardware address."""


def read_link(tables: Path = TABLES) -> Link | None:
    """The state of now; None on a system without these tables."""
    try:
        older = _lines(tables / "route")
    except OSError:
        return None
    gateways: set[str] = set()
    routes: set[str] = set()
    for name, to, gateway, flags, _, _, _, mask, *_ in older:
        if to == mask == "00000000" and int(flags, 16) & (_UP | _REJECT) == _UP:
            routes.add(name)
            gateways.add(socket.inet_ntoa(struct.pack("<I", int(gateway, 16))))
    routes.update(_newer_routes(tables))
    silent = tuple(sorted(gateways & set(_unanswered(tables))))
    return Link(frozenset(_running()), frozenset(routes), silent)


def broken_since(before: Link, now: Link) -> Message | None:
    """Why nothing beyond this machine can be reached any more; None where nothing says so.

    A network without a default route may be whole: only what was there before can be missed.
    """
    if before.running and not now.running:
        return say("no network interface of this machine has a carrier any more")
    if before.routes and not now.routes:
        return say("this machine has no default route any more")
    if now.routes and now.routes & before.running and not now.routes & now.running:
        return say("the network interface {name} has no carrier any more", name=", ".join(sorted(now.routes)))
    if now.silent and len(now.routes) == len(now.silent):
        return say("the gateway {address} does not answer", address=", ".join(now.silent))
    return None


def _lines(table: Path) -> list[list[str]]:
    return [line.split() for line in table.read_text("ascii", "replace").splitlines()[1:]]


def _newer_routes(tables: Path) -> Iterator[str]:
    try:
        text = (tables / "ipv6_route").read_text("ascii", "replace")
    except OSError:
        return
    for line in text.splitlines():
        to, length, *_, flags, name = line.split()
        if to.strip("0") == "" and length == "00" and name != "lo" and int(flags, 16) & (_UP | _REJECT) == _UP:
            yield name


def _unanswered(tables: Path) -> Iterator[str]:
    try:
        rows = _lines(tables / "arp")
    except OSError:
        return
    for address, _, flags, *_ in rows:
        if int(flags, 16) == 0:
            yield address


def _running() -> Iterator[str]:
    # Not from /sys: that shows the network in which it was mounted, which need not be ours.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(channel, _GET_FLAGS, struct.pack("16sH14x", name.encode(), 0))
            except OSError:
                continue  # gone in between
            (flags,) = struct.unpack("16xH14x", answer)
            if flags & _RUNNING and not flags & _LOOPBACK:
                yield name
