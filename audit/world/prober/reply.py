"""The bytes that a server sends to its response, by the quick reader where that suffices, by h11 everywhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import h11

from audit.world.body import Gathering
from audit.world.fault import Fault
from audit.world.prober.head import END, Head, read_plain

HEADERS: Final = 65536
"""Bytes that may come before the body, informational responses included."""
_BUSY: Final = 32
"""Parts of an answer that are read in one go: an answer of tiny parts must not hold up the others."""
_MARK: Final = b"HTTP/"
Heed = Callable[[Head], Gathering | None]
"""Takes a head, says where the body goes; None ends the reading there. Raises Fault for a head that is wrong."""


class Reply:
    """One response while it comes in."""

    __slots__ = (
        "_came", "_ended", "_gathering", "_heed", "_left", "_limit", "_machine", "_method", "_most", "_start", "body",
        "done", "head", "pending",
    )  # fmt: skip

    def __init__(self, method: str, most: int, heed: Heed) -> None:
        self._method = method
        self._most = most
        """Bytes of body, as they come."""
        self._heed = heed
        self._start: bytearray | None = None
        """What came before the head was whole."""
        self._came = 0
        self._left = 0
        self._limit = HEADERS
        self._ended = False
        self._machine: h11.Connection | None = None
        self._gathering: Gathering | None = None
        self.head: Head | None = None
        self.body = b""
        self.done = False
        self.pending = False
        """More can be read from what came already."""

    def take(self, piece: bytes) -> None:
        """The next bytes, none for the end of the connection. Fault where the response is wrong."""
        self._came += len(piece)
        self._ended = not piece
        if self._machine is not None:
            self._feed(piece)
        elif self.head is not None:
            self._go_on(piece)
        else:
            self._begin(piece)

    def read_on(self) -> None:
        """Read some more of what came already."""
        machine = self._machine
        self.pending = False
        if machine is None:
            return
        try:
            for _ in range(_BUSY):
                event = machine.next_event()
                if event is h11.NEED_DATA and not self._ended:
                    return
                if self._event(event):
                    return
        except h11.RemoteProtocolError as broken:
            raise self._fault(broken) from broken
        self.pending = True

    def _begin(self, piece: bytes) -> None:
        if not piece and not self._came:
            raise Fault("reset", "the server closed the connection without an answer")
        start = self._start
        # Most answers come in one piece: no copy of it is made.
        whole: bytes | bytearray = piece
        if start is not None:
            start += piece
            whole = start
        if not whole.startswith(_MARK[: len(whole)]):
            raise Fault("protocol", "the answer is not in HTTP/1")
        end = END.search(whole, max(0, len(whole) - len(piece) - 2))
        if (end is None or end.end() > HEADERS) and len(whole) > HEADERS:
            raise Fault("too-large", f"more than {HEADERS} bytes before the body")
        if end is None and piece:
            self._start = bytearray(piece) if start is None else start
            return
        self._start = None
        found = read_plain(whole, bare=self._method == "HEAD")
        if found is not None:
            head, start_of_body, self._left = found
            if not self._opened(head):
                self._go_on(bytes(whole[start_of_body:]))
            return
        self._machine = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADERS)
        self._machine.send(h11.Request(method=self._method, target="/", headers=[("Host", "")]))
        self._machine.send(h11.EndOfMessage())
        self._machine.receive_data(bytes(whole))
        if not piece and whole:
            self._machine.receive_data(b"")
        self.read_on()

    def _opened(self, head: Head) -> bool:
        """Whether a head is all that is wanted."""
        self.head = head
        # Chunks may be small: their frames count, up to as much again.
        self._limit = self._came + 2 * self._most + HEADERS
        self._gathering = self._heed(head)
        self.done = self._gathering is None
        return self.done

    def _go_on(self, piece: bytes) -> None:
        """A body whose length is known."""
        gathering = self._gathering
        if gathering is None:
            return
        if piece:
            if len(piece) > self._left:
                piece = piece[: self._left]
            self._left -= len(piece)
            gathering.take(piece)
        elif self._ended and self._left:
            raise Fault("truncated", "the connection ended in the middle of the answer")
        if not self._left:
            self.body = gathering.end()
            self.done = True

    def _feed(self, piece: bytes) -> None:
        machine = self._machine
        if machine is None:
            return
        if self._came > self._limit and machine.their_state is not h11.SEND_BODY:
            raise Fault("too-large", f"more than {HEADERS} bytes before the body")
        if self._came > self._limit:
            raise Fault("too-large", f"more than {self._most} bytes")
        machine.receive_data(piece)
        self.read_on()

    def _event(self, event: h11.Event | type) -> bool:
        """Whether what h11 read is the end of what is wanted."""
        if isinstance(event, h11.Data):
            if self._gathering is not None:
                self._gathering.take(bytes(event.data))
            return False
        if isinstance(event, h11.Response):
            fields = ((bytes(name), bytes(value)) for name, value in event.headers)
            return self._opened(Head(event.status_code, bytes(event.reason), fields))
        if isinstance(event, h11.EndOfMessage):
            self.body = self._gathering.end() if self._gathering is not None else b""
            self.done = True
            return True
        if isinstance(event, h11.InformationalResponse):
            return False
        raise Fault("protocol", "the server sent something that is no part of a response")

    def _fault(self, broken: h11.RemoteProtocolError) -> Fault:
        if broken.error_status_hint == 431:
            return Fault("too-large", f"more than {HEADERS} bytes before the body")
        if self._ended:
            return Fault("truncated", "the connection ended in the middle of the answer")
        return Fault("protocol", f"no answer in HTTP/1.1: {broken}")
