"""A checked address with a port to a connection in the clear."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Final, Self

import anyio.lowlevel

_PIECE: Final = 65536
_STREAK: Final = 8


def open_socket(address: str, kind: socket.SocketKind) -> socket.socket:
    """A non-blocking socket of the address's family."""
    channel = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    channel.setblocking(False)
    return channel


class Wire:
    """One connection. It asks the event loop for the socket itself: no transport that lingers after the end."""

    def __init__(self, channel: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._channel = channel
        self._reads = 0

    @classmethod
    async def to(cls, address: str, port: int) -> Self:
        """Connect. The address is a literal that the guard has checked; OSError where nothing answers."""
        with contextlib.ExitStack() as unless_connected:
            channel = unless_connected.enter_context(open_socket(address, socket.SOCK_STREAM))
            await asyncio.get_running_loop().sock_connect(channel, (address, port))
            with contextlib.suppress(OSError):
                channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            unless_connected.pop_all()
        return cls(channel)

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._channel, data)

    async def receive(self, most: int = _PIECE) -> bytes:
        """The next bytes; none at the end."""
        self._reads += 1
        if self._reads % _STREAK == 0:
            # sock_recv returns without a pause while bytes are there: a fast server would stop all other looks,
            # deadlines included.
            await anyio.lowlevel.checkpoint()
        return await self._loop.sock_recv(self._channel, most)

    def close(self) -> None:
        self._channel.close()
