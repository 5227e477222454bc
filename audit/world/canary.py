"""A server of our own on loopback to whether this machine can still connect to anything."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from audit.model.message import Message, say
from audit.model.units import plain

SONG: Final = b"well\n"


class Canary:
    """Where even this server cannot be reached in time, no silence of others means anything."""

    def __enter__(self) -> Self:
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setblocking(False)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self._where = self._listener.getsockname()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    async def trouble(self, limit: float) -> Message | None:
        """Why it cannot be reached within some seconds; None where it can."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(limit):
                await self._hear()
        except TimeoutError:
            took = plain(timedelta(seconds=round(time.monotonic() - began, 1)))
            return say("this machine did not answer itself within {time}", time=took)
        except OSError as broken:
            why = os.strerror(broken.errno) if broken.errno else type(broken).__name__
            return say("this machine cannot connect to itself: {error}", error=why)
        return None

    async def _hear(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as channel:
            channel.setblocking(False)
            await loop.sock_connect(channel, self._where)
            while True:
                singer, whose = await loop.sock_accept(self._listener)
                with contextlib.closing(singer):
                    if whose != channel.getsockname():
                        continue  # of a question that was given up, or of a stranger
                    await loop.sock_sendall(singer, SONG)
                    if await loop.sock_recv(channel, len(SONG)) != SONG:
                        raise ConnectionResetError
                    return
