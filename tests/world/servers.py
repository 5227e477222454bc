"""A function that talks on a socket becomes a server on loopback that ends with its test."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Final

import dns.exception
import dns.message

from tests.real.children import free_port

Talk = Callable[[socket.socket], None]
_ABORT: Final = struct.pack("ii", 1, 0)


@contextlib.contextmanager
def served(
    talk: Talk, *, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """The port at which `talk` gets every connection, in a thread of its own."""
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(128)
    taken: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def one(channel: socket.socket) -> None:
        with contextlib.suppress(OSError):
            inside = channel
            if tls is not None:
                inside = tls.wrap_socket(channel, server_side=True)
                taken.append(inside)
            talk(inside)
            inside.close()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                channel, _ = listener.accept()
                taken.append(channel)
                threads.append(threading.Thread(target=one, args=(channel,), daemon=True))
                threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        _shut(listener)
        acceptor.join(5)
        for channel in taken:
            _shut(channel)
        for thread in threads:
            thread.join(5)


def _shut(channel: socket.socket) -> None:
    # close() alone leaves another thread waiting in accept() or recv().
    with contextlib.suppress(OSError):
        channel.shutdown(socket.SHUT_RDWR)
    channel.close()


def asked(channel: socket.socket) -> bytes:
    """The head of a request."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = channel.recv(65536)
        if not piece:
            raise ConnectionResetError
        head += piece
    return head


def says(answer: bytes) -> Talk:
    """A talk that answers every request alike."""

    def talk(channel: socket.socket) -> None:
        asked(channel)
        channel.sendall(answer)

    return talk


def page(body: bytes = b"ready", *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A whole response."""
    lines = (b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def silent(channel: socket.socket) -> None:
    """Take everything, say nothing, until the other side goes."""
    while channel.recv(65536):
        pass


def resets(channel: socket.socket) -> None:
    """End a connection the hard way."""
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
    channel.close()


def closed_port() -> int:
    """A port at which nobody listens, nor begins to: the kernel gives it to none of those that name no port."""
    return free_port()


Answers = Callable[[dns.message.Message], dns.message.Message]
Reply = Callable[[dns.message.Message], dns.message.Message | tuple[bytes, ...] | None]
"""A question to its answer, to the datagrams that come in its place, or to silence."""


@contextlib.contextmanager
def named(reply: Reply, *, over_tcp: Reply | None = None) -> Iterator[int]:
    """The port at which `reply` answers questions in DNS; None keeps silent. TCP is answered by `over_tcp`."""
    by_stream = over_tcp or reply

    def talk(stream: socket.socket) -> None:
        size = struct.unpack("!H", stream.recv(2))[0]
        for packed in _packed(by_stream, stream.recv(size)):
            stream.sendall(struct.pack("!H", len(packed)) + packed)

    with served(talk) as port, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", port))

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    wire, asker = channel.recvfrom(65535)
                    if not wire:
                        return
                    for packed in _packed(reply, wire):
                        channel.sendto(packed, asker)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield port
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", ("127.0.0.1", port))
            thread.join(5)


def _packed(reply: Reply, wire: bytes) -> tuple[bytes, ...]:
    try:
        answer = reply(dns.message.from_wire(wire))
    except dns.exception.DNSException:
        return ()
    return (answer.to_wire(max_size=65535),) if isinstance(answer, dns.message.Message) else answer or ()
