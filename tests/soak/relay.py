"""The demo's real servers to the same services behind doors that a script can close, hush, disguise or slow down."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from audit.demo.servers import SITES, bound

LOOPBACKS = ("127.0.0.1", "::1")
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\nConnection: close\r\n\r\n<p>service is up</p>\n"
Spot = tuple[str, str]
"""A service by its name in the demo, an address."""


Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@dataclass
class Door:
    """One service at one address; `manner` is open, closed (refuses), mute (takes connections, says nothing) or
    expired (shows another certificate)."""

    service: str
    address: str
    port: int
    behind: int
    manner: str = "open"
    server: asyncio.Server | None = None
    talks: set[asyncio.Task[None]] = field(default_factory=set)


class Relay:
    """All doors; everything runs in the loop that started it."""

    def __init__(self, ports: Mapping[str, int], certificates: Path) -> None:
        self._behind = ports
        self._expired = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._expired.load_cert_chain(certificates / "expired.pem")
        self.doors: dict[Spot, Door] = {}
        self.ports: dict[str, int] = dict(ports)
        self.slow = 0.0
        """Seconds by which every answer of the name server is late."""
        self._names: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """Open a door at every site for each service over TCP, one for the names."""
        for service in ("https", "http", "database"):
            await self._open_all(service, SITES, self._behind[service])
        await self._open_all("pair", LOOPBACKS, 0)
        stream, datagram = bound(SITES[:1], datagrams=True)
        self.ports["names"] = stream.getsockname()[1]
        stream.close()
        loop = asyncio.get_running_loop()
        self._names, _ = await loop.create_datagram_endpoint(lambda: _Names(self), sock=datagram)

    async def _open_all(self, service: str, addresses: tuple[str, ...], behind: int) -> None:
        port = 0
        for address in addresses:
            server = await asyncio.start_server(self._answer(service, address), address, port)
            port = server.sockets[0].getsockname()[1]
            self.doors[service, address] = Door(service, address, port, behind, server=server)
        self.ports[service] = port

    async def turn(self, spot: Spot, manner: str) -> None:
        """Change how a door behaves from now on; connections that stand are cut."""
        door = self.doors[spot]
        door.manner = manner
        for talk in door.talks:
            talk.cancel()
        if manner == "closed" and door.server is not None:
            door.server.close()
            door.server = None
        elif manner != "closed" and door.server is None:
            door.server = await asyncio.start_server(self._answer(*spot), door.address, door.port)

    def close(self) -> None:
        """Shut every door."""
        for door in self.doors.values():
            if door.server is not None:
                door.server.close()
            for talk in door.talks:
                talk.cancel()
        if self._names is not None:
            self._names.close()

    def _answer(self, service: str, address: str) -> Answer:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            door = self.doors[service, address]
            task = asyncio.current_task()
            assert task is not None
            door.talks.add(task)
            try:
                await self._serve(door, reader, writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass
            finally:
                door.talks.discard(task)
                with suppress(OSError):
                    writer.transport.abort()

        return answer

    async def _serve(self, door: Door, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if door.manner == "mute":
            await asyncio.sleep(60)
        elif door.manner == "expired":
            # The handshake is all that it takes: nobody who looks at the certificate goes on.
            with suppress(ssl.SSLError, OSError):
                await writer.start_tls(self._expired)
                await asyncio.wait_for(reader.read(1), 5)
        elif not door.behind:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(PAGE)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        else:
            there, back = await asyncio.open_connection(door.address, door.behind)
            try:
                await asyncio.gather(_pump(reader, back), _pump(there, writer))
            finally:
                back.transport.abort()

    async def ask(self, question: bytes) -> bytes:
        """What the real name server answers, later than it did."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bytes] = loop.create_future()
        behind = (SITES[0], self._behind["names"])
        transport, _ = await loop.create_datagram_endpoint(lambda: _Once(done), remote_addr=behind)
        try:
            transport.sendto(question)
            answer = await asyncio.wait_for(done, 10)
        finally:
            transport.close()
        await asyncio.sleep(self.slow)
        return answer


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while piece := await source.read(65536):
        target.write(piece)
        await target.drain()
    if target.can_write_eof():
        target.write_eof()


class _Once(asyncio.DatagramProtocol):
    def __init__(self, done: asyncio.Future[bytes]) -> None:
        self._done = done

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self._done.done():
            self._done.set_result(data)


class _Names(asyncio.DatagramProtocol):
    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not isinstance: in Python 3.11 asyncio's own transport does not inherit from DatagramTransport.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        async def answer() -> None:
            with suppress(OSError, TimeoutError):
                self._transport.sendto(await self._relay.ask(data), addr)

        task = asyncio.get_running_loop().create_task(answer())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
