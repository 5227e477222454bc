"""A running event loop to the ring of flights that lives in it."""

from __future__ import annotations

import asyncio
import resource
import threading
from collections.abc import Awaitable
from typing import Final

from audit.world.prober.flight import Flight
from audit.world.prober.ring import Ring

_SHARE: Final = 0.9
"""Of the files that this process may have open; the rest is for everything that is no probe."""
_LEAST: Final = 4


class Engine:
    """The prober of a world. It binds itself to whatever loop it is used in, one after the other or side by side."""

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._rings: tuple[Ring, ...] = ()
        self._lock = threading.Lock()

    def fly(self, flight: Flight) -> Awaitable[None]:
        """See a flight to its end; raises what ended it: Fault, OSError (TimeoutError at its deadline), CannotSee."""
        loop = asyncio.get_running_loop()
        for ring in self._rings:
            if ring.loop is loop:
                return ring.fly(flight)
        return self._bound(loop).fly(flight)

    def _bound(self, loop: asyncio.AbstractEventLoop) -> Ring:
        with self._lock:
            for ring in self._rings:
                if ring.loop.is_closed():
                    ring.close()
            made = Ring(loop, self._most or _room(), self._closed)
            self._rings = (*(ring for ring in self._rings if not ring.loop.is_closed()), made)
        return made

    def _closed(self, closed: Ring) -> None:
        with self._lock:
            self._rings = tuple(ring for ring in self._rings if ring is not closed)


def _room() -> int:
    """Connections that may be open at once."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(_LEAST, int(soft * _SHARE)) if soft != resource.RLIM_INFINITY else 1_000_000
