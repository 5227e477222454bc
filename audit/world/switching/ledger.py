"""Where a canary is written while a group is switched, as the Protocol of it, to strokes that tell when it could be."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final, Protocol

from audit.model.verdict import CannotSee

EVERY: Final = 0.1
"""Seconds from one stroke to the next."""
PATIENCE: Final = 1.0
"""Seconds after which a stroke counts as not acknowledged."""


class Ledger(Protocol):
    """A table or a key of which only the rows of one switch are written, found, taken away."""

    async def write(self, number: int) -> str:
        """Write one number; which server acknowledged it. CannotSee where none did."""
        ...

    async def found(self) -> frozenset[int]:
        """The numbers that are there now, at the server that leads. CannotSee."""
        ...

    async def clear(self) -> None:
        """Take all of them away. CannotSee."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Stroke:
    """One write."""

    number: int
    at: float
    """Seconds of the monotonic clock at which it was acknowledged, or given up."""
    server: str
    """Who acknowledged it; empty where nobody did."""
    why: str = ""


@dataclass(slots=True)
class Course:
    """All that is known of a switch while it goes on."""

    strokes: list[Stroke] = field(default_factory=list)
    before: str = ""
    """The server that acknowledged before the request."""
    asked: float | None = None
    """When the request was sent."""
    answer: str = ""
    trouble: str = ""
    found: frozenset[int] | None = None
    left: str = ""
    """Why the rows of the canary could not be taken away."""

    @property
    def good(self) -> list[Stroke]:
        """What was acknowledged."""
        return [stroke for stroke in self.strokes if stroke.server]

    @property
    def first_new(self) -> Stroke | None:
        """The first write after the request that another server acknowledged."""
        asked = self.asked
        if asked is None:
            return None
        return next((one for one in self.strokes if one.server not in ("", self.before) and one.at >= asked), None)


async def beating(ledger: Ledger, course: Course) -> None:
    """Write one number after the other until it is cancelled; what was missed is not made up for."""
    due = time.monotonic()
    number = 0
    while True:
        number += 1
        try:
            async with asyncio.timeout(PATIENCE):
                server, why = await ledger.write(number), ""
        except TimeoutError:
            server, why = "", "no answer in time"
        except (CannotSee, OSError) as gap:
            server, why = "", str(gap)[:200]
        course.strokes.append(Stroke(number, time.monotonic(), server, why))
        due = max(due + EVERY, time.monotonic())
        await asyncio.sleep(max(0.0, due - time.monotonic()) or EVERY / 10)
