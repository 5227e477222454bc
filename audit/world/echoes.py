"""An address to the reply of its echo (ping), over one socket for all targets of a family."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import socket
import struct
import time
from collections.abc import Callable
from typing import Final

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.fault import Fault, judged

AGAIN: Final = 1.0
"""Seconds after which an echo without a reply is sent once more: a single lost packet is no outage."""
_REQUEST, _REPLY = (8, 128), (0, 129)
"""Types of ICMP and of ICMPv6."""
_NO_HOST: Final = ((3, 1), (1, 3))
_HARMLESS: Final = ((4, 5), (2, 137))
"""A slower way, a better way, a packet that is too big: no end of the attempt."""
_ICMP_FILTER, _RECVERR, _RECVERR_6, _TIMESTAMP = 1, 11, 25, 35
_ERROR: Final = struct.Struct("=IBBBxII")
_LOCAL: Final = 1
_BUFFER: Final = 1 << 20
_TURN: Final = 64
"""Packets that are read in one turn of the loop."""


class Echo:
    """One target that is waited for; a late reply to the first packet is a reply too."""

    def __init__(self, echoes: Echoes, address: str) -> None:
        self.address = address
        self.token = secrets.token_bytes(16)
        self.ended: asyncio.Future[float] = echoes.loop.create_future()
        """Seconds for which the reply lay waiting before anybody looked, or the trouble."""
        self._echoes = echoes
        self._numbers: list[int] = []
        self._timer: asyncio.TimerHandle | None = None

    def send(self) -> None:
        """Send now, and each second from then on."""
        self._timer = self._echoes.loop.call_later(AGAIN, self.send)
        self._numbers.append(self._echoes.send(self))

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._echoes.forget(self._numbers)
        if self.ended.done() and not self.ended.cancelled():
            self.ended.exception()  # a trouble that comes as the look is called off is nobody's

    def end(self, late: float | Fault | OSError | CannotSee) -> None:
        if self.ended.done():
            return
        if isinstance(late, float):
            self.ended.set_result(late)
        else:
            self.ended.set_exception(late)


class Echoes:
    """A raw socket where this user may have one, else the socket that any user may open; open while it is needed."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, newer: bool, closed: Callable[[], None]) -> None:
        self.loop = loop
        self._newer = newer
        self._closed = closed
        self._channel, self._raw = _open(newer=newer)
        self._identity = secrets.randbits(16)
        self._waiting: dict[int, Echo] = {}
        loop.add_reader(self._channel, self._read)

    def send(self, echo: Echo) -> int:
        """Send one packet; the number under which its reply comes."""
        number = secrets.randbits(16)
        while number in self._waiting:
            number = secrets.randbits(16)
        self._waiting[number] = echo
        try:
            self._channel.sendto(_packet(self._identity, number, echo.token, newer=self._newer), (echo.address, 0))
        except OSError as broken:
            # What does not fit into a buffer is a packet that is lost.
            if broken.errno not in (errno.EAGAIN, errno.ENOBUFS):
                echo.end(broken)
        return number

    def forget(self, numbers: list[int]) -> None:
        for number in numbers:
            self._waiting.pop(number, None)
        if not self._waiting and self._channel.fileno() >= 0:
            self.loop.remove_reader(self._channel)
            self._channel.close()
            self._closed()

    def _read(self) -> None:
        for _ in range(_TURN):
            try:
                packet, about, _, source = self._channel.recvmsg(2048, 128)
            except BlockingIOError:
                return
            except OSError:
                if not self._read_error():
                    return
                continue
            if self._raw and not self._newer:
                packet = packet[(packet[0] & 15) * 4 :] if packet else packet
            if len(packet) < 24 or packet[0] != _REPLY[self._newer]:
                continue
            echo = self._waiting.get(int.from_bytes(packet[6:8], "big"))
            if echo is not None and packet[8:24] == echo.token and source[0] == echo.address:
                echo.end(_waited(about))

    def _read_error(self) -> bool:
        """Take one error that the system noted for an earlier packet; whether there was one."""
        try:
            packet, about, _, target = self._channel.recvmsg(2048, 512, socket.MSG_ERRQUEUE)
        except OSError:
            return False
        told = next((data for _, kind, data in about if kind in (_RECVERR, _RECVERR_6)), b"")
        echo = self._waiting.get(int.from_bytes(packet[6:8], "big"))
        if echo is None or len(told) < _ERROR.size or target[:1] != (echo.address,):
            return True
        number, origin, kind, code, _, _ = _ERROR.unpack_from(told)
        if origin == _LOCAL:
            echo.end(judged(OSError(number, os.strerror(number)), echo.address))
        elif (kind, code) == _NO_HOST[self._newer]:
            echo.end(Fault("no-host", os.strerror(errno.EHOSTUNREACH)))
        elif kind not in _HARMLESS[self._newer]:
            echo.end(Fault("icmp-unreachable", f"type {kind}, code {code}"))
        return True


def _waited(about: list[tuple[int, int, bytes]]) -> float:
    """How long ago the system took a packet in."""
    for level, kind, data in about:
        if level == socket.SOL_SOCKET and kind == _TIMESTAMP and len(data) >= 16:
            seconds, rest = struct.unpack_from("=qq", data)
            return max(0.0, time.time() - float(seconds) - float(rest) / 1e9)
    return 0.0


def _open(*, newer: bool) -> tuple[socket.socket, bool]:
    """A socket for echoes and whether it is a raw one; CannotSee(denied) where this user may have neither."""
    family = socket.AF_INET6 if newer else socket.AF_INET
    protocol = socket.IPPROTO_ICMPV6 if newer else socket.IPPROTO_ICMP
    for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
        try:
            channel = socket.socket(family, kind, protocol)
        except OSError as refused:
            if refused.errno not in (errno.EACCES, errno.EPERM, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT):
                raise
            continue
        channel.setblocking(False)
        _prepare(channel, newer=newer, raw=kind == socket.SOCK_RAW)
        return channel, kind == socket.SOCK_RAW
    raise CannotSee(
        Reason.DENIED,
        say("this user may not send echoes; widen net.ipv4.ping_group_range to group {group}", group=os.getgid()),
    )


def _prepare(channel: socket.socket, *, newer: bool, raw: bool) -> None:
    """Ask for errors and times, leave out the packets of others; where a kernel knows one not, it goes without."""
    level, errors = (socket.IPPROTO_IPV6, _RECVERR_6) if newer else (socket.IPPROTO_IP, _RECVERR)
    wanted: list[tuple[int, int, int | bytes]] = [
        (level, errors, 1),
        (socket.SOL_SOCKET, _TIMESTAMP, 1),
        (socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER),
    ]
    if raw and newer:
        blocked = [0xFFFFFFFF] * 8
        blocked[_REPLY[1] >> 5] &= ~(1 << (_REPLY[1] & 31))
        wanted.append((socket.IPPROTO_ICMPV6, _ICMP_FILTER, struct.pack("=8I", *blocked)))
    elif raw:
        wanted.append((socket.IPPROTO_RAW, _ICMP_FILTER, struct.pack("=I", 0xFFFFFFFF & ~(1 << _REPLY[0]))))
    for where, option, value in wanted:
        with contextlib.suppress(OSError):
            channel.setsockopt(where, option, value)


def _packet(identity: int, number: int, token: bytes, *, newer: bool) -> bytes:
    head = struct.pack("!BBHHH", _REQUEST[newer], 0, 0, identity, number)
    # The kernel fills in the sum of ICMPv6, because it covers the source address.
    total = 0 if newer else _sum(head + token)
    return head[:2] + struct.pack("!H", total) + head[4:] + token


def _sum(packet: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
