"""Paths that are asked for over HTTP to the answers of a function, on a port that no caller can hold up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final

import h11

from audit.model.exit import Exit, Stop
from audit.model.message import say

HEAD_BYTES: Final = 8 * 1024
"""The request line with all headers."""
HEAD_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 30.0
"""For making the answer and handing it over, however slowly it is taken."""
CALLERS: Final = 32
"""At once; one more, and whoever has been asking for longest without a whole question has to go."""
_PIECE: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers."""

    body: bytes = b""
    media: str = "text/plain; charset=utf-8"
    status: int = 200
    pieces: Iterable[bytes] = ()
    """What follows the body, gone through in a thread: a long answer is never one text, which would have to be made
    and copied while all else waits."""


NOT_FOUND: Final = Answer(b"not found\n", status=404)
_NOT_ALLOWED: Final = Answer(b"only GET and HEAD\n", status=405)
_BAD_REQUEST: Final = Answer(b"bad request\n", status=400)
_TOO_LARGE: Final = Answer(b"too many headers\n", status=431)
_ELSEWHERE: Final = Answer(b"not the name of this machine\n", status=421)


def is_loopback(host: str) -> bool:
    """Whether only this machine can call at that address; no for a name that may lead anywhere."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _means_here(written: bytes) -> bool:
    """Whether a Host header is an address or a name of this machine alone. A page from elsewhere whose name was made
    to lead here (DNS rebinding) has that name in it."""
    host = written.decode("ascii", "replace").strip()
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0].rstrip(".").lower()
    try:
        return bool(ip_address(host))
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@asynccontextmanager
async def open_door(host: str, port: int, answer: Callable[[str], Answer]) -> AsyncIterator[int]:
    """Answer GET and HEAD until the context ends; yields the port, which the system picks where 0 is asked for.

    `answer` is called in the loop with the path, without its query; the pieces of one answer at a time are made in a
    thread. Neither may raise. On an address of this machine alone, who asks for another name is refused. Stop(USAGE)
    where the port cannot be had.
    """
    desk = _Desk(answer, _means_here if is_loopback(host) else _anybody)
    try:
        server = await asyncio.start_server(desk.call, host.strip("[]"), port, limit=HEAD_BYTES, backlog=CALLERS)
    except OSError as broken:
        # asyncio writes the address into the text of some of these again; the number alone is sure.
        number = broken.errno or 0
        why = os.strerror(number) if number > 0 else broken.strerror or type(broken).__name__
        where = f"[{host}]" if ":" in host and not host.startswith("[") else host
        raise Stop(Exit.USAGE, say("cannot listen on {host}:{port}: {why}", host=where, port=port, why=why)) from broken
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        desk.shut()


class _Desk:
    """Who is calling."""

    def __init__(self, answer: Callable[[str], Answer], means_us: Callable[[bytes], bool]) -> None:
        self._answer = answer
        self._means_us = means_us
        self._one_at_a_time = asyncio.Lock()
        self._asking: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        """In the order in which they came; those that are being answered are not here, but who was answered is."""
        self._answered_since: dict[asyncio.Task[None], tuple[float, asyncio.StreamWriter]] = {}
        """Who is being answered, in order too."""
        self._callers: set[asyncio.Task[None]] = set()

    async def call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one caller from the first byte to the last."""
        me = asyncio.current_task()
        if me is None or self._full():
            writer.transport.abort()
            return
        self._callers.add(me)
        self._asking[me] = writer
        try:
            await self._serve(me, reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            # The caller is gone, too slow, or turned out: a task of a stream that ends cancelled would be logged.
            writer.transport.abort()
        finally:
            self._asking.pop(me, None)
            self._answered_since.pop(me, None)
            self._callers.discard(me)
            writer.close()

    def _full(self) -> bool:
        """Whether there is no room even after whoever asks for longest was turned out."""
        if len(self._callers) < CALLERS:
            return False
        oldest = next(iter(self._asking), None)
        if oldest is not None:
            self._turn_out(oldest, self._asking.pop(oldest))
            return False
        for slow, (since, writer) in self._answered_since.items():
            # Who takes an answer so slowly would keep the door shut for all others.
            if asyncio.get_running_loop().time() - since < HEAD_SECONDS:
                break
            del self._answered_since[slow]
            self._turn_out(slow, writer)
            return False
        return True

    def _turn_out(self, caller: asyncio.Task[None], writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()
        self._callers.discard(caller)
        caller.cancel()

    def shut(self) -> None:
        """Everybody out."""
        for task in tuple(self._callers):
            task.cancel()

    async def _serve(self, me: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = h11.Connection(h11.SERVER)
        async with asyncio.timeout(HEAD_SECONDS):
            asked = await _question(talk, reader)
        self._asking.pop(me, None)
        if asked is None:
            return
        self._answered_since[me] = asyncio.get_running_loop().time(), writer
        async with asyncio.timeout(ANSWER_SECONDS):
            made = self._answered(asked)
            pieces = (made.body, *await self._all(made.pieces))
            writer.write(_head(talk, made, sum(map(len, pieces))))
            if not (isinstance(asked, h11.Request) and asked.method == b"HEAD"):
                await _body(writer, pieces)
            await writer.drain()
        self._answered_since.pop(me, None)
        self._asking[me] = writer
        await _parted(reader, writer)

    async def _all(self, pieces: Iterable[bytes]) -> tuple[bytes, ...]:
        if not pieces:
            return ()
        async with self._one_at_a_time:
            return await asyncio.to_thread(tuple, pieces)

    def _answered(self, asked: h11.Request | Answer) -> Answer:
        if isinstance(asked, Answer):
            return asked
        if asked.method not in (b"GET", b"HEAD"):
            return _NOT_ALLOWED
        if not all(self._means_us(host) for name, host in asked.headers if name == b"host"):
            return _ELSEWHERE
        return self._answer(asked.target.decode("ascii", "replace").partition("?")[0])


def _anybody(host: bytes) -> bool:
    return True


async def _question(talk: h11.Connection, reader: asyncio.StreamReader) -> h11.Request | Answer | None:
    """The request, the answer to something that is none, or None for a caller who left."""
    room = HEAD_BYTES
    while True:
        try:
            event = talk.next_event()
        except h11.RemoteProtocolError:
            return _BAD_REQUEST
        if isinstance(event, h11.Request):
            return event
        if event is not h11.NEED_DATA:
            return None
        if not room:
            return _TOO_LARGE
        more = await reader.read(room)
        room -= len(more)
        talk.receive_data(more)


def _head(talk: h11.Connection, answer: Answer, length: int) -> bytes:
    headers = [
        ("Content-Type", answer.media),
        ("Content-Length", str(length)),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Connection", "close"),
    ]
    if answer.status == 405:
        headers.append(("Allow", "GET, HEAD"))
    return (
        talk.send(h11.Response(status_code=answer.status, headers=headers, reason=HTTPStatus(answer.status).phrase))
        or b""
    )


async def _body(writer: asyncio.StreamWriter, pieces: Sequence[bytes]) -> None:
    for piece in pieces:
        for start in range(0, len(piece), _PIECE):
            writer.write(piece[start : start + _PIECE])
            await writer.drain()


async def _parted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Let the caller read to the end: closing with unread bytes of theirs would reset the line under the answer."""
    with suppress(NotImplementedError):
        writer.write_eof()
    with suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            while await reader.read(HEAD_BYTES):
                pass
