"""A folder of certificates becomes all servers of the demo, in one process that ends with the one that started it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from audit.demo import names, power, web

SITES: Final = ("127.10.0.1", "127.20.0.1", "127.30.0.1", "127.40.0.1", "127.50.0.1")
"""Daejeon, Busan, Gwangju, Seoul, the cloud: five addresses of this machine stand for five sites."""
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


def bound(addresses: tuple[str, ...], *, datagrams: bool = False) -> list[socket.socket]:
    """Sockets on one port that is free at all the addresses, chosen by the system; with `datagrams` for UDP too."""
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM) if datagrams else (socket.SOCK_STREAM,)
    for _ in range(50):
        taken: list[socket.socket] = []
        with suppress(OSError):
            for address in addresses:
                for kind in kinds:
                    one = socket.socket(socket.AF_INET, kind)
                    taken.append(one)
                    one.bind((address, taken[0].getsockname()[1] if len(taken) > 1 else 0))
            return taken
        for one in taken:
            one.close()
    raise OSError("no port is free at all of " + ", ".join(addresses))


async def serve_all(folder: Path, now: datetime) -> None:
    """Serve until the standard input ends."""
    loop = asyncio.get_running_loop()
    ports: dict[str, int] = {}
    running: list[Any] = []

    async def listen(name: str, addresses: tuple[str, ...], serve: Serve, **settings: Any) -> None:
        sockets = bound(addresses)
        ports[name] = sockets[0].getsockname()[1]
        running.extend([await asyncio.start_server(serve, sock=one, **settings) for one in sockets])

    await listen("https", SITES, web.serve, ssl=web.context(folder))
    await listen("http", SITES, web.serve)
    await listen("database", SITES, _accept)
    await listen("power", SITES[:1], power.Talk(dates(now)).serve)
    stream, datagram = bound(SITES[:1], datagrams=True)
    ports["names"] = stream.getsockname()[1]
    running.append(await asyncio.start_server(names.serve, sock=stream))
    running.append(await loop.create_datagram_endpoint(names.Datagrams, sock=datagram))
    stream, datagram = bound(SITES[:1], datagrams=True)
    ports["silent"] = stream.getsockname()[1]
    running.extend([stream, await loop.create_datagram_endpoint(names.Silence, sock=datagram)])
    # Bound and never listening: whoever knocks is refused, and nobody else can be given the port meanwhile.
    closed = bound(SITES)
    ports["closed"] = closed[0].getsockname()[1]
    running.extend(closed)
    print(json.dumps(ports), flush=True)  # noqa: T201 - the one line that the parent waits for
    over = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), over.set)
    await over.wait()


async def _accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A service that takes a connection and waits."""
    with suppress(OSError, asyncio.TimeoutError):
        await asyncio.wait_for(reader.read(1), 10)
    with suppress(OSError):
        writer.close()


def dates(now: datetime) -> dict[str, str]:
    """What the batteries say of themselves: their ages are the same whenever the demo is run."""
    ages = {"recent": 700, "aged": 4130, "lately": 40}
    return {name: (now - timedelta(days=days)).strftime("%Y/%m/%d") for name, days in ages.items()}


def main() -> None:
    """`python -m audit.demo.servers FOLDER`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(BrokenPipeError):
        asyncio.run(serve_all(Path(sys.argv[1]), datetime.now(UTC)))
    os._exit(0)


if __name__ == "__main__":
    main()
