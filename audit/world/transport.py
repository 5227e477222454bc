"""An HTTP request for one checked address to the response that comes over a fresh connection."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import anyio.lowlevel
import h11
import httpx

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.connect import Wire
from audit.world.draft import Draft
from audit.world.fault import Fault
from audit.world.tls import shake_hands
from audit.world.trust import Trust

HEADERS: Final = 65536
"""Bytes that may come before the body, informational responses included."""
_BUSY: Final = 256
_MARK: Final = b"HTTP/"


@dataclass(frozen=True, slots=True)
class Order:
    """What a request carries for this transport, as the extension `order`."""

    draft: Draft
    """Names the address, takes the notes."""
    trust: Trust
    authority: str | None
    verify: bool
    most: int
    """Bytes of body, as they come."""


class FreshTransport(httpx.AsyncBaseTransport):
    """The one seam between visits and the network: one connection a request, nothing kept, nothing taken up again.

    Raises Fault for what is wrong at the target, OSError for what the sockets say. No proxy, no environment.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        order: Order = request.extensions["order"]
        draft, url = order.draft, request.url
        draft.enter("connect")
        secure = url.scheme == "https"
        port = url.port or (443 if secure else 80)
        wire = await Wire.to(draft.address, port)
        with contextlib.ExitStack() as unless_answered:
            unless_answered.callback(wire.close)
            if secure:
                context = order.trust.trusting(order.authority) if order.verify else order.trust.blind()
                await shake_hands(wire, draft, port, url.raw_host.decode("ascii"), context, order.trust)
            exchange = _Exchange(wire, draft, order.most)
            await exchange.send(request)
            response = await exchange.response()
            unless_answered.pop_all()
        return httpx.Response(
            response.status_code,
            headers=list(response.headers),
            stream=_Body(exchange),
            extensions={"reason_phrase": bytes(response.reason)},
        )


class _Exchange:
    """One request and its response over one connection."""

    def __init__(self, wire: Wire, draft: Draft, most: int) -> None:
        self.wire = wire
        self._draft = draft
        self._machine = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADERS)
        self._most = HEADERS
        self._body = most
        self._came = 0
        self._start = b""
        self._ended = False

    async def send(self, request: httpx.Request) -> None:
        self._draft.enter("send")
        try:
            head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        except h11.LocalProtocolError as broken:
            raise CannotSee(Reason.INCOMPLETE, say("the request cannot be written in HTTP")) from broken
        await self.wire.send((self._machine.send(head) or b"") + (self._machine.send(h11.EndOfMessage()) or b""))

    async def response(self) -> h11.Response:
        self._draft.enter("first-byte")
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                self._draft.enter("body")
                # Chunks may be small: their frames count, up to as much again.
                self._most = self._came + 2 * self._body + HEADERS
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise Fault("protocol", "the server sent something else than a response")

    async def pieces(self) -> AsyncIterator[bytes]:
        turns = 0
        while True:
            event = await self._next()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return
            turns += 1
            if turns % _BUSY == 0:
                await anyio.lowlevel.checkpoint()

    async def _next(self) -> h11.Event:
        try:
            event = self._machine.next_event()
            while event is h11.NEED_DATA and not self._ended:
                piece = await self.wire.receive()
                self._came += len(piece)
                self._ended = not piece
                if not piece and not self._came:
                    raise Fault("reset", "the server closed the connection without an answer")
                if self._came > self._most and self._machine.their_state is not h11.SEND_BODY:
                    raise Fault("too-large", f"more than {HEADERS} bytes before the body")
                if self._came > self._most:
                    raise Fault("too-large", f"more than {self._body} bytes")
                if len(self._start) < len(_MARK):
                    self._start = (self._start + piece)[: len(_MARK)]
                    if not self._start.startswith(_MARK[: len(self._start)]):
                        raise Fault("protocol", "the answer is not in HTTP/1")
                self._machine.receive_data(piece)
                event = self._machine.next_event()
        except h11.RemoteProtocolError as broken:
            raise self._fault(broken) from broken
        if isinstance(event, type):
            raise Fault("protocol", "the server sent something that is no part of a response")
        return event

    def _fault(self, broken: h11.RemoteProtocolError) -> Fault:
        if broken.error_status_hint == 431:
            return Fault("too-large", f"more than {HEADERS} bytes before the body")
        if self._ended:
            return Fault("truncated", "the connection ended in the middle of the answer")
        return Fault("protocol", f"no answer in HTTP/1.1: {broken}")


class _Body(httpx.AsyncByteStream):
    """The body as it comes, still packed."""

    def __init__(self, exchange: _Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._exchange.pieces():
            yield piece

    async def aclose(self) -> None:
        self._exchange.wire.close()
