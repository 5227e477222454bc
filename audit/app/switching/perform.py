"""A ledger with a request in, the course of the switch out, also where it does not come to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.switching.ledger import Course, Ledger, beating

T = TypeVar("T")
WARM: Final = 10
"""Acknowledged writes, all by one server, one after the other, before anything is asked."""
_COLD: Final = 20.0
SETTLED: Final = 2.0
"""Seconds of writes by the new server after which it counts as serving."""
_TRY: Final = 3.0
_POLL: Final = 0.05


@dataclass(frozen=True, slots=True)
class Bounds:
    """When it is over."""

    outage: float
    """Seconds without an acknowledged write after which it ends as failed."""
    whole: float
    """Seconds after the request in which another server has to acknowledge."""
    quiet: float = 10.0
    """Seconds for which a group that refused is watched as it goes on."""
    last: float = 10.0
    """Seconds for reading again what was written, as many for taking it away."""
    deaf: float = 4.0
    """Seconds after which nobody goes on where not one write was acknowledged."""


async def performed(
    ledger: Ledger, course: Course, before: Callable[[], Awaitable[None]], ask: Callable[[], Awaitable[str]],
    bounds: Bounds,
) -> None:  # fmt: skip
    """Write, then ask once, then go on writing until another server serves, or the bounds are reached.

    `before` has the last word before the request: what it raises ends the switch with nothing sent. CannotSee where
    the canary cannot even be written now. `course` is filled as it goes, so that it tells also of one broken off.
    """
    writing = asyncio.create_task(beating(ledger, course))
    asking: asyncio.Task[str] | None = None
    try:
        await _warm(course, bounds)
        await before()
        course.asked = time.monotonic()
        asking = asyncio.create_task(_asked(ask))
        await _over(course, asking, bounds)
    finally:
        try:
            if asking is not None and asking.done() and not asking.cancelled() and asking.exception() is None:
                course.answer = asking.result()
            elif asking is not None:
                await _ended(asking)
            await _ended(writing)
        finally:
            await _closed(ledger, course, bounds.last)


async def _warm(course: Course, bounds: Bounds) -> None:
    """Until enough writes in a row were acknowledged by one server."""
    began = time.monotonic()
    while time.monotonic() < began + (_COLD if course.good else bounds.deaf):
        await asyncio.sleep(_POLL)
        last = course.strokes[-WARM:]
        if len(last) == WARM and last[0].server and len({stroke.server for stroke in last}) == 1:
            course.before = last[0].server
            return
    why = next((stroke.why for stroke in reversed(course.strokes) if stroke.why), "") or "-"
    raise CannotSee(Reason.INCOMPLETE, say("the canary cannot be written: {why}", why=why))


async def _asked(ask: Callable[[], Awaitable[str]]) -> str:
    """The answer, or `! ` with why there is none: what came of the request is seen by the canary."""
    try:
        return await ask()
    except CannotSee as gap:
        return f"! {gap}"


async def _over(course: Course, asking: asyncio.Task[str], bounds: Bounds) -> None:
    """Until another server has served for a while; says in the course why it never did."""
    asked = course.asked or time.monotonic()
    while True:
        await asyncio.sleep(_POLL)
        now, first, good = time.monotonic(), course.first_new, course.good
        last = good[-1].at if good else asked
        if first is not None and last - first.at >= SETTLED:
            return
        if now - last > bounds.outage:
            course.trouble = f"nobody took writes for {now - last:.1f} s; at most {bounds.outage:g} s are allowed"
            return
        refused = asking.done() and asking.result().startswith("! ")
        if refused and first is None and now - asked > bounds.quiet and now - last < 1:
            course.trouble = asking.result().removeprefix("! ")
            return
        if first is None and now - asked > bounds.whole:
            course.trouble = f"no other server took over within {bounds.whole:g} s"
            return


async def _closed(ledger: Ledger, course: Course, patience: float) -> None:
    """Find what was written, take it away; what is not possible is told."""
    if course.asked is not None:
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                course.found = await _retried(ledger.found)
    try:
        async with asyncio.timeout(patience):
            await (_retried(ledger.clear) if course.good else ledger.clear())
    except (CannotSee, TimeoutError) as broken:
        course.left = str(broken) or "no answer in time"
    await ledger.close()


async def _retried(work: Callable[[], Awaitable[T]]) -> T:
    """Until it is done, or the time is over."""
    while True:
        try:
            async with asyncio.timeout(_TRY):
                return await work()
        except (CannotSee, TimeoutError):
            await asyncio.sleep(_POLL * 10)


async def _ended(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
