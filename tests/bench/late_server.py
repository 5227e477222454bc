"""Seconds, a number of addresses to a server on loopback whose every answer comes that long after its request.

Run as a program: prints its port, then, for each line on its input, how late its own answers since then were.
"""

from __future__ import annotations

import contextlib
import heapq
import json
import resource
import select
import socket
import struct
import sys
import time
from typing import Final

BODY: Final = b'{"status":"UP","detail":"' + b"x" * 174 + b'"}'
ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\nServer: late\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(BODY), BODY)
)
STAMP: Final = 35
"""SO_TIMESTAMPNS, which Python does not name."""


def arrived(channel: socket.socket) -> tuple[bytes, float]:
    """A request, with the seconds since the kernel got it."""
    data, extra, _, _ = channel.recvmsg(4096, 64)
    now = time.time()
    for _, kind, value in extra:
        if kind == STAMP:
            seconds, nano = struct.unpack("qq", value[:16])
            return data, max(0.0, now - seconds - nano / 1e9)
    return data, 0.0


class LateServer:
    """All connections in one loop."""

    def __init__(self, delay: float, addresses: int) -> None:
        self._delay = delay
        self._poll = select.epoll()
        self._listeners: dict[int, socket.socket] = {}
        self._open: dict[int, socket.socket] = {}
        self._due: list[tuple[float, int, str]] = []
        self._late: dict[str, float] = {}
        self.port = 0
        for number in range(1, addresses + 1):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, STAMP, 1)
            listener.bind((f"127.0.1.{number}", self.port))
            self.port = listener.getsockname()[1]
            listener.listen(65535)
            listener.setblocking(False)
            self._listeners[listener.fileno()] = listener
            self._poll.register(listener.fileno(), select.EPOLLIN)
        self._poll.register(0, select.EPOLLIN)

    def serve(self) -> None:
        """Until the input ends."""
        while True:
            wait = max(0.0, self._due[0][0] - time.monotonic()) if self._due else -1
            for number, _ in self._poll.poll(wait, 256):
                if number == 0:
                    if not sys.stdin.readline():
                        return
                    print(json.dumps(self._late), flush=True)
                    self._late.clear()
                elif number in self._listeners:
                    self._accept(self._listeners[number])
                elif number in self._open:
                    self._read(number)
            self._answer()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(64):
                channel, _ = listener.accept()
                channel.setblocking(False)
                self._open[channel.fileno()] = channel
                self._poll.register(channel.fileno(), select.EPOLLIN)

    def _read(self, number: int) -> None:
        try:
            request, waited = arrived(self._open[number])
        except OSError:
            request, waited = b"", 0.0
        if not request:
            self._open.pop(number).close()
            return
        path = request.split(b" ", 2)[1].decode()
        heapq.heappush(self._due, (time.monotonic() - waited + self._delay, number, path))

    def _answer(self) -> None:
        now = time.monotonic()
        for _ in range(64):
            if not self._due or self._due[0][0] > now:
                return
            due, number, path = heapq.heappop(self._due)
            self._late[path] = time.monotonic() - due
            with contextlib.suppress(OSError, KeyError):
                self._open[number].send(ANSWER)


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server = LateServer(float(sys.argv[1]), int(sys.argv[2]))
    print(server.port, flush=True)
    server.serve()
