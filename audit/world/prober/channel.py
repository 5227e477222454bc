"""A checked address with a port to the bytes that can be moved there now, without waiting."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import ssl
from typing import Final

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason

_PIECE: Final = 65536
_STREAK: Final = 4
"""Pieces that TLS may swallow in one go."""
_OVER: Final = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
"""Something stands behind the last byte: the end, or an error."""
_READABLE: Final = select.EPOLLIN | _OVER
_BEGUN: Final = (0, errno.EINPROGRESS)


class Channel:
    """One connection. The kernel tells of each piece of news once, so all that it told is kept here until it is used.

    Where a method gives None or False, it goes on at the next news; where `again` is set, at the next turn.
    """

    __slots__ = ("_came", "_flags", "_goes", "_readable", "_rest", "_socket", "again", "number", "shaken", "tls")

    def __init__(self, address: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self.number = self._socket.fileno()
        """Of the file that the kernel watches."""
        self._flags = 0
        self._readable = False
        self._rest = b""
        """What should go and did not yet."""
        self.again = False
        self.shaken = False
        """A handshake came to a good end."""
        self.tls: ssl.SSLObject | None = None
        self._came: ssl.MemoryBIO | None = None
        self._goes: ssl.MemoryBIO | None = None
        number = self._socket.connect_ex((address, port))
        if number not in _BEGUN:
            self.close()
            raise OSError(number, os.strerror(number))

    def news(self, flags: int) -> None:
        """What the kernel told."""
        self._flags |= flags
        if flags & _READABLE:
            self._readable = True

    def connected(self) -> bool:
        """Whether the connection stands; OSError where it will not."""
        number = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise OSError(number, os.strerror(number))
        return bool(self._flags & select.EPOLLOUT)

    def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Everything from here on goes under TLS, as a client of `name`; no session is taken up again."""
        with contextlib.suppress(OSError):
            # The end of the handshake and the request are two small packets: the second must not wait.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            self.tls = context.wrap_bio(self._came, self._goes, server_hostname=name.removesuffix("."))
        except ValueError as broken:
            raise CannotSee(Reason.INCOMPLETE, say("{name} cannot be a name in TLS", name=name)) from broken

    def shake(self) -> bool:
        """Go on with the handshake; whether it is over. Its last bytes go with the first that are sent after it."""
        tls = self.tls
        while tls is not None:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                if not self.send() or not self._fill():
                    return False
            except ssl.SSLError:
                # The alert tells the server why; whether it still listens does not matter.
                with contextlib.suppress(OSError):
                    self.send()
                raise
            else:
                self.shaken = True
                return True
        return True

    def send(self, data: bytes = b"") -> bool:
        """Send some more; whether everything went, what had to wait before included."""
        if self.tls is not None and self._goes is not None:
            if data:
                self.tls.write(data)
            data = self._goes.read() if self._goes.pending else b""
        data = self._rest + data if self._rest else data
        if data:
            try:
                sent = self._socket.send(data)
            except BlockingIOError:
                sent = 0
            self._rest = data[sent:]
        return not self._rest

    def receive(self) -> bytes | None:
        """The next bytes; none at the end; None where there are none yet."""
        tls = self.tls
        if tls is None:
            return self._pull()
        for _ in range(_STREAK):
            try:
                return tls.read(_PIECE)
            except ssl.SSLWantReadError:
                if not self.send() or not self._fill():
                    return None
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
        self.again = True
        return None

    def close(self) -> None:
        self._socket.close()

    def _fill(self) -> bool:
        """Give TLS what came; whether something came."""
        piece = self._pull()
        if piece is None or self._came is None:
            return False
        if piece:
            self._came.write(piece)
        else:
            self._came.write_eof()
        return True

    def _pull(self) -> bytes | None:
        if not self._readable:
            return None
        try:
            piece = self._socket.recv(_PIECE)
        except BlockingIOError:
            self._readable = False
            return None
        if len(piece) < _PIECE and not self._flags & _OVER:
            # Nothing is left, and the kernel will tell of more.
            self._readable = False
        return piece
