"""Questions in DNS with the servers they go to become what those servers say."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import Final, Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype

from audit.world.question import Heard, Question, knows_no_extension

MOST: Final = 32
"""Questions that leave from one port: one who wants to forge an answer has to guess port and number."""
_TURN: Final = 32
"""Datagrams that are read in one turn of the loop."""
Server = tuple[str, int]
Trouble = OSError | dns.exception.DNSException
Taken = Callable[[bytes | OSError], bool]
"""Takes a datagram under the number of a question, or an error; whether it was the answer."""


class Numbers:
    """Two random bytes at a time, that nobody foresees; the system is asked for many at once."""

    def __init__(self) -> None:
        self._left: list[int] = []

    def next(self) -> int:
        if not self._left:
            self._left = list(struct.unpack("=256H", secrets.token_bytes(512)))
        return self._left.pop()


class Post:
    """Keeps nothing while no question is open, so that it serves one event loop after the other."""

    def __init__(self) -> None:
        self._lines: dict[tuple[asyncio.AbstractEventLoop, Server], _Line] = {}
        self._numbers = Numbers()
        self.open = 0
        """Sockets that are open now."""

    def send(self, server: Server, question: Question, taken: Taken) -> Callable[[], None]:
        """Send a question; OSError where nothing can leave. The function that comes back ends the waiting."""
        loop = asyncio.get_running_loop()
        line = self._lines.get((loop, server))
        if line is None or line.full:
            line = self._lines[loop, server] = _Line(loop, server, self._numbers, self._closed)
            self.open += 1
        return line.send(question, taken)

    def _closed(self, line: _Line) -> None:
        self.open -= 1
        if self._lines.get((line.loop, line.server)) is line:
            del self._lines[line.loop, line.server]


class _Line:
    """One socket, connected: it takes datagrams of its server alone, and hears at once that a port is closed."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        server: Server,
        numbers: Numbers,
        closed: Callable[[_Line], None],
    ) -> None:
        self.loop = loop
        self.server = server
        self._numbers = numbers
        self._closed = closed
        self._sent = 0
        self._waiting: dict[int, Taken] = {}
        self._channel = _channel(server, socket.SOCK_DGRAM)
        try:
            self._channel.connect(server)
            loop.add_reader(self._channel, self._read)
        except OSError:
            self._channel.close()
            raise

    @property
    def full(self) -> bool:
        return self._sent >= MOST

    def send(self, question: Question, taken: Taken) -> Callable[[], None]:
        number = self._numbers.next()
        while number in self._waiting:
            number = self._numbers.next()
        self._sent += 1
        self._waiting[number] = taken
        try:
            # A buffer that is full is a datagram that is lost: the question is asked again later.
            with contextlib.suppress(BlockingIOError):
                self._channel.send(question.numbered(number))
        except OSError as broken:
            # What the system says here may be the answer to an earlier question, and is said only once.
            self._break(broken)
        return lambda: self._end(number, taken)

    def _break(self, broken: OSError) -> None:
        waiting, self._waiting = self._waiting, {}
        self._close()
        for taken in waiting.values():
            taken(broken)

    def _end(self, number: int, taken: Taken) -> None:
        if self._waiting.get(number) is taken:
            del self._waiting[number]
            if not self._waiting:
                self._close()

    def _close(self) -> None:
        self.loop.remove_reader(self._channel)
        self._channel.close()
        self._closed(self)

    def _read(self) -> None:
        for _ in range(_TURN):
            if not self._waiting:
                return
            try:
                wire = self._channel.recv(65535)
            except BlockingIOError:
                return
            except OSError as broken:
                self._break(broken)
                return
            number = int.from_bytes(wire[:2], "big")
            found = self._waiting.get(number) if len(wire) > 2 else None
            if found is not None and found(wire):
                self._end(number, found)


class Inquiry:
    """One question on its way to several servers, again and again: a late answer to the first try is an answer too."""

    def __init__(
        self,
        post: Post,
        name: dns.name.Name,
        kind: dns.rdatatype.RdataType,
        *,
        recursive: bool,
        whole: bool,
        signed: bool = False,
    ) -> None:
        self._post = post
        self._what = name, kind
        self._recursive = recursive
        self._whole = whole
        self._question = Question.of(name, kind, recursive=recursive, signed=signed)
        self._heard: deque[tuple[Server, Heard | Trouble]] = deque()
        self._endings: list[Callable[[], None]] = []
        self._wake: asyncio.Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for end in self._endings:
            end()

    def send(self, server: Server, question: Question | None = None) -> None:
        """Ask a server; where that is impossible, it is heard."""
        asked = question or self._question

        def taken(came: bytes | OSError) -> bool:
            read = asked.answer if self._whole else asked.heard
            heard = came if isinstance(came, OSError) else read(came)
            if heard is not None:
                self._hear(server, heard)
            return heard is not None

        try:
            self._endings.append(self._post.send(server, asked, taken))
        except OSError as broken:
            self._hear(server, broken)

    async def hear(self, seconds: float | None) -> tuple[Server, Heard | Trouble] | None:
        """What comes next, from any of the servers asked; None where nothing comes in time."""
        loop = asyncio.get_running_loop()
        until = None if seconds is None else loop.time() + seconds
        while True:
            if not self._heard:
                await self._woken(loop, until)
            if not self._heard:
                return None
            server, heard = self._heard.popleft()
            if not isinstance(heard, OSError | dns.exception.DNSException):
                if knows_no_extension(heard) and self._question.extended:
                    self._question = Question.of(*self._what, recursive=self._recursive, extended=False)
                    self.send(server)
                    continue
                if isinstance(heard, dns.message.Message) and heard.flags & dns.flags.TC:
                    try:
                        async with asyncio.timeout_at(until):
                            return server, await _by_stream(self._question, server)
                    except TimeoutError:
                        return None
                    except (OSError, dns.exception.DNSException) as broken:
                        return server, broken
            return server, heard

    def _hear(self, server: Server, heard: Heard | Trouble) -> None:
        self._heard.append((server, heard))
        if self._wake is not None:
            _ring(self._wake)

    async def _woken(self, loop: asyncio.AbstractEventLoop, until: float | None) -> None:
        self._wake = wake = loop.create_future()
        timer = None if until is None else loop.call_at(until, _ring, wake)
        try:
            await wake
        finally:
            self._wake = None
            if timer is not None:
                timer.cancel()


def _ring(wake: asyncio.Future[None]) -> None:
    if not wake.done():
        wake.set_result(None)


def _channel(server: Server, kind: socket.SocketKind) -> socket.socket:
    channel = socket.socket(socket.AF_INET6 if ":" in server[0] else socket.AF_INET, kind)
    channel.setblocking(False)
    return channel


async def _by_stream(question: Question, server: Server) -> dns.message.Message:
    """The whole of an answer that was cut, over TCP."""
    loop = asyncio.get_running_loop()
    with _channel(server, socket.SOCK_STREAM) as channel:
        await loop.sock_connect(channel, server)
        number = secrets.randbits(16)
        packed = question.numbered(number)
        await loop.sock_sendall(channel, struct.pack("!H", len(packed)) + packed)
        size = struct.unpack("!H", await _exactly(loop, channel, 2))[0]
        wire = await _exactly(loop, channel, size)
    answer = question.answer(wire) if wire[:2] == packed[:2] else None
    if answer is None:
        raise dns.exception.FormError
    return answer


async def _exactly(loop: asyncio.AbstractEventLoop, channel: socket.socket, size: int) -> bytes:
    came = b""
    while len(came) < size:
        piece = await loop.sock_recv(channel, size - len(came))
        if not piece:
            raise dns.exception.FormError
        came += piece
    return came
