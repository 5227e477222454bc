"""A host to what echoes (ping) to its addresses show."""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import socket
import struct
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import anyio
import anyio.lowlevel

from audit.model.facts import ServiceState
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.draft import Draft
from audit.world.every import every_address
from audit.world.fault import Fault
from audit.world.guard import Guard

_AGAIN: Final = 1.0
"""Seconds after which an echo without a reply is sent once more: a single lost packet is no outage."""
_REQUEST, _REPLY, _UNREACHABLE = (8, 128), (0, 129), (3, 1)
"""Types of ICMP and of ICMPv6."""


@dataclass(frozen=True, slots=True)
class IcmpHand:
    """Echoes through the socket that any user may open, or through a raw one."""

    guard: Guard

    async def ping(self, host: str, timeout: timedelta, family: int | None = None) -> ServiceState:
        return await every_address(self.guard, host, family, timeout, _echo)


async def _echo(draft: Draft) -> None:
    draft.enter("echo")
    newer = ":" in draft.address
    loop = asyncio.get_running_loop()
    token = secrets.token_bytes(16)
    channel, raw = _open(newer=newer)
    try:
        channel.setblocking(False)
        # Not through the loop: it would ask getaddrinfo, in a thread, what to make of an address without a port.
        channel.connect((draft.address, 0))
        identity = int.from_bytes(token[:2], "big")
        for turn in range(1, 1000):
            await loop.sock_sendall(channel, _packet(identity, turn, token, newer=newer))
            with anyio.move_on_after(_AGAIN):
                await _reply(loop, channel, newer=newer, raw=raw, token=token)
                return
    finally:
        channel.close()


async def _reply(
    loop: asyncio.AbstractEventLoop, channel: socket.socket, *, newer: bool, raw: bool, token: bytes
) -> None:
    while True:
        packet = await loop.sock_recv(channel, 2048)
        if raw and not newer:
            packet = packet[(packet[0] & 15) * 4 :] if packet else packet
        kind = packet[0] if len(packet) >= 8 else -1
        if kind == _REPLY[newer] and packet[8:24] == token:
            return
        if kind == _UNREACHABLE[newer] and token in packet:
            raise Fault("icmp-unreachable", f"code {packet[1]}")
        await anyio.lowlevel.checkpoint()


def _open(*, newer: bool) -> tuple[socket.socket, bool]:
    """A socket for echoes and whether it is a raw one; CannotSee(denied) where this user may have neither."""
    family = socket.AF_INET6 if newer else socket.AF_INET
    protocol = socket.IPPROTO_ICMPV6 if newer else socket.IPPROTO_ICMP
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(family, kind, protocol), kind == socket.SOCK_RAW
        except OSError as refused:
            if refused.errno not in (errno.EACCES, errno.EPERM, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT):
                raise
    raise CannotSee(
        Reason.DENIED,
        say("this user may not send echoes; widen net.ipv4.ping_group_range to group {group}", group=os.getgid()),
    )


def _packet(identity: int, turn: int, token: bytes, *, newer: bool) -> bytes:
    head = struct.pack("!BBHHH", _REQUEST[newer], 0, 0, identity, turn)
    # The kernel fills in the sum of ICMPv6, because it covers the source address.
    total = 0 if newer else _sum(head + token)
    return head[:2] + struct.pack("!H", total) + head[4:] + token


def _sum(packet: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
