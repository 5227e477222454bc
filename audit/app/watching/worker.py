"""Functions that wait for a disk or a server to their answers, in order, in a thread that holds up nobody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self, TypeVar

T = TypeVar("T")


class Worker:
    """One thread. Python waits for those of its own pools as the program ends: one that hangs in a database, or in a
    disk that is gone, would keep the watch from ending in time."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._live, name=name, daemon=True).start()

    async def do(self, function: Callable[[], T]) -> T:
        """What the function returns or raises."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_called(function), self._loop))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """No further work; the thread ends with what it is doing."""
        with suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _live(self) -> None:
        self._loop.run_forever()
        self._loop.close()


async def _called(function: Callable[[], T]) -> T:
    return function()
