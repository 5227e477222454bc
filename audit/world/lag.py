"""The event loop while it runs to how late it was."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Final

TICK: Final = 0.05
KEPT: Final = 6000
"""Ticks that are remembered: five minutes."""


class Lag:
    """How late the event loop comes to what is due. A look cannot measure better than that."""

    def __init__(self, tick: float = TICK, kept: int = KEPT) -> None:
        self._tick = tick
        self._ticks: deque[tuple[float, float]] = deque(maxlen=kept)
        """When a tick came, with how late it was; the newest is the last."""
        self._due: float | None = None

    async def run(self) -> None:
        """Tick until cancelled."""
        try:
            while True:
                self._due = due = time.monotonic() + self._tick
                await asyncio.sleep(self._tick)
                now = time.monotonic()
                self._ticks.append((now, max(0.0, now - due)))
        finally:
            self._due = None

    def worst(self, since: float) -> float:
        """The greatest delay of a tick that came after a monotonic instant, the one that is due now included."""
        worst = max(0.0, time.monotonic() - self._due) if self._due is not None else 0.0
        for came, late in reversed(self._ticks):
            if came < since:
                break
            if late > worst:
                worst = late
        return worst
