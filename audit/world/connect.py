"""A checked address with a port to a connection, in the clear or under TLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Final, Self, TypeVar

import anyio.lowlevel

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason

T = TypeVar("T")
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
        self.tls: ssl.SSLObject | None = None
        self._came = ssl.MemoryBIO()
        self._goes = ssl.MemoryBIO()

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

    async def secure(self, context: ssl.SSLContext, name: str) -> ssl.SSLObject:
        """Shake hands as a client of `name`; no session is taken up again. ssl.SSLError where it fails."""
        try:
            tls = context.wrap_bio(self._came, self._goes, server_hostname=name.removesuffix("."))
        except ValueError as broken:
            raise CannotSee(Reason.INCOMPLETE, say("{name} cannot be a name in TLS", name=name)) from broken
        await self._through(tls.do_handshake)
        self.tls = tls
        return tls

    async def send(self, data: bytes) -> None:
        if self.tls is None:
            await self._loop.sock_sendall(self._channel, data)
            return
        tls, view = self.tls, memoryview(data)
        while view:
            rest = view
            view = view[await self._through(lambda: tls.write(rest)) :]  # noqa: B023 - called before the next turn
        await self._flush()

    async def receive(self, most: int = _PIECE) -> bytes:
        """The next bytes; none at the end."""
        if self.tls is None:
            return await self._read(most)
        tls = self.tls
        try:
            return await self._through(lambda: tls.read(most))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def close(self) -> None:
        self._channel.close()

    async def _through(self, step: Callable[[], T]) -> T:
        """Do one step of TLS, moving bytes to and fro for as long as it wants some."""
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                await self._flush()
                piece = await self._read(_PIECE)
                if piece:
                    self._came.write(piece)
                else:
                    self._came.write_eof()
                continue
            except ssl.SSLError:
                # The alert tells the server why; whether it still listens does not matter.
                with contextlib.suppress(OSError):
                    self._channel.send(self._goes.read())
                raise
            await self._flush()
            return done

    async def _flush(self) -> None:
        if self._goes.pending:
            await self._loop.sock_sendall(self._channel, self._goes.read())

    async def _read(self, most: int) -> bytes:
        self._reads += 1
        if self._reads % _STREAK == 0:
            # sock_recv returns without a pause while bytes are there: a fast server would stop all other looks,
            # deadlines included.
            await anyio.lowlevel.checkpoint()
        return await self._loop.sock_recv(self._channel, most)
