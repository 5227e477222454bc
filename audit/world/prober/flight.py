"""A checked address with what to do there to how that went: one connection, moved on by whoever sees news of it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Final

from audit.model.verdict import CannotSee
from audit.world.draft import Draft
from audit.world.fault import BEHIND, Fault, late_by
from audit.world.prober.channel import Channel
from audit.world.prober.reply import Reply

_STREAK: Final = 4
"""Pieces of an answer that are read in one go."""


class Flight:
    """Connects; shakes hands where there is a context; asks where there is a reply to fill. Then it has `ended`."""

    __slots__ = (
        "_channel", "_context", "_reply", "_request", "_step", "again", "awaited", "draft", "ended", "late", "name",
        "number", "port", "queued", "shaken", "stamp", "ticket", "tls", "trouble",
        "until",
    )  # fmt: skip

    def __init__(
        self,
        draft: Draft,
        port: int,
        request: bytes = b"",
        reply: Reply | None = None,
        context: ssl.SSLContext | None = None,
        name: str = "",
    ) -> None:
        self.draft = draft
        """Names the address, takes the notes."""
        self.port = port
        self.name = name
        """For the certificate."""
        self._request = request
        self._reply = reply
        self._context = context
        self._channel: Channel | None = None
        # A function, not a method of this object: that would keep it alive until the collector comes round.
        self._step: Callable[[Flight, Channel], None] = Flight._connecting
        self.number = -1
        """Of the file that the kernel watches."""
        self.ticket = 0
        """Under which its deadline is noted."""
        self.tls: ssl.SSLObject | None = None
        self.shaken = False
        """The handshake came to a good end."""
        self.trouble: Exception | None = None
        """What ended it."""
        self.awaited: asyncio.Future[None] | None = None
        self.ended = False
        self.queued = False
        """There is news that it has not heeded yet."""
        self.again = False
        """It let the others have their turn and has more to do."""
        self.stamp = 0.0
        """When the news was seen."""
        self.late = 0.0
        """How long before that it may have come."""
        self.until = draft.deadline
        """When to give up."""

    def start(self) -> int:
        """Begin to connect: the number of the file to watch. OSError where this machine cannot."""
        self.until = self.draft.enter("connect")
        self._channel = channel = Channel(self.draft.address, self.port)
        self.number = channel.number
        return self.number

    def news(self, flags: int, stamp: float, late: float) -> None:
        """Note what was seen of the connection; `go_on` heeds it."""
        if self._channel is not None:
            self._channel.news(flags)
        if not self.queued:
            self.queued = True
            self.stamp, self.late = stamp, late

    def go_on(self) -> bool:
        """Do what can be done now; whether that was the end."""
        channel = self._channel
        if self.ended or channel is None:
            return True
        self.queued = self.again = channel.again = False
        behind = self.stamp - self.until
        if behind > BEHIND:
            self.end(late_by(behind))
            return True
        self.until += self.draft.noticed(self.stamp, self.late, self.until)
        whole = False
        try:
            self._step(self, channel)
            whole = True
        except (OSError, Fault, CannotSee) as trouble:
            whole = True
            self.end(trouble)
        finally:
            if not whole:
                self.end(RuntimeError("the prober did not get on with an answer"))
        self.again = self.again or channel.again
        return self.ended

    def end(self, trouble: Exception | None = None) -> None:
        """It is over; whoever waits for it learns why."""
        if self.ended:
            return
        self.ended = True
        self.trouble = trouble
        channel, self._channel = self._channel, None
        if channel is not None:
            self.tls, self.shaken = channel.tls, channel.shaken
            channel.close()
        if self.awaited is not None and not self.awaited.done():
            self.awaited.set_result(None)

    def _connecting(self, channel: Channel) -> None:
        if not channel.connected():
            return
        if self._context is not None:
            self.until = self.draft.enter("tls")
            channel.secure(self._context, self.name)
            self._step = Flight._shaking
            self._shaking(channel)
        else:
            self._ask(channel)

    def _shaking(self, channel: Channel) -> None:
        if channel.shake():
            self._ask(channel)

    def _ask(self, channel: Channel) -> None:
        if self._reply is None:
            channel.send()
            self.end()
            return
        self.until = self.draft.enter("send")
        self._step = Flight._sending
        if channel.send(self._request):
            self._asked(channel)

    def _sending(self, channel: Channel) -> None:
        if channel.send():
            self._asked(channel)

    def _asked(self, channel: Channel) -> None:
        self.until = self.draft.enter("first-byte")
        self._step = Flight._hearing
        self._hearing(channel)

    def _hearing(self, channel: Channel) -> None:
        reply = self._reply
        for _ in range(_STREAK):
            if reply is None or reply.done:
                self.end()
                return
            if reply.pending:
                reply.read_on()
                continue
            piece = channel.receive()
            if piece is None:
                return
            try:
                reply.take(piece)
            finally:
                if reply.head is not None and self._step is Flight._hearing:
                    self.until = self.draft.enter("body")
                    self._step = Flight._reading
        self._linger(reply)

    def _reading(self, channel: Channel) -> None:
        self._hearing(channel)

    def _linger(self, reply: Reply | None) -> None:
        if reply is not None and reply.done:
            self.end()
        else:
            self.again = True
