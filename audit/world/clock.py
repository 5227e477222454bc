"""This machine's time as the other hands are told it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import anyio


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


async def wait(span: timedelta) -> None:
    """Let a time go by while others work."""
    await anyio.sleep(span.total_seconds())
