"""A function from questions to answers becomes a UDP server of loopback that lives as long as it is needed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def answering(reply: Callable[[bytes], tuple[bytes, ...]]) -> Iterator[int]:
    """The port of a server that sends these datagrams back for each that comes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    data, caller = line.recvfrom(65_535)
                except TimeoutError:
                    continue
                for answer in reply(data):
                    line.sendto(answer, caller)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield line.getsockname()[1]
        finally:
            over.set()
            thread.join(5)
