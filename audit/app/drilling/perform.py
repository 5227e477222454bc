"""A drill with its workshop in, what it brought back out, also where it does not end by itself."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from audit.contract import Drill, bug_text
from audit.engine.leash import Leash
from audit.model.drilling import Restored
from audit.model.message import say
from audit.model.technology import Copy
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.drilling.shop import Shop
from audit.world.drilling.space import full

GRACE: Final = 10.0
"""Seconds in which a drill that is cancelled has to end; then it is let go of."""
_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def performed(drill: Drill, copy: Copy, shop: Shop, grace: float = GRACE) -> Restored:
    """CannotSee where it could not be tried, ran out of time or is broken; KeyboardInterrupt where a signal ends it.

    Whatever it started has ended when this returns.
    """
    return asyncio.run(_performed(drill, copy, shop, grace))


async def _performed(drill: Drill, copy: Copy, shop: Shop, grace: float) -> Restored:
    total = shop.left
    leash = Leash(drill.restore(copy, shop), copy.ref, lambda subject: None)  # type: ignore[arg-type]
    work, guard = asyncio.create_task(leash.run()), asyncio.create_task(full(shop.room))
    with _interruptible() as interrupted:
        try:
            await asyncio.wait(
                (work, guard, interrupted), timeout=total.total_seconds(), return_when=asyncio.FIRST_COMPLETED
            )
            late = not work.done()
            for end in (work.cancel, leash.let_go):
                if not work.done():
                    end()
                    await asyncio.wait((work,), timeout=grace)
        finally:
            # Also where Ctrl-C comes a second time: nothing of it may go on.
            await shop.close()
            filled = guard.done() and not guard.cancelled() and guard.exception() is None
            guard.cancel()
    if interrupted.done():
        raise KeyboardInterrupt
    if filled:
        raise CannotSee(Reason.DENIED, say("the scratch space ran full; nothing was decided"))
    if late:
        raise CannotSee(Reason.TIMEOUT, say("the drill did not end within {timeout}", timeout=plain(total)))
    if isinstance(leash.bug, CannotSee):
        raise leash.bug
    if leash.bug is not None:
        raise CannotSee(Reason.CRASHED, say("the drill failed: {bug}", bug=shop.clean(bug_text(leash.bug))))
    if not isinstance(leash.value, Restored):
        raise CannotSee(Reason.CRASHED, say("the drill returned {what} and no result", what=type(leash.value).__name__))
    return leash.value


@contextmanager
def _interruptible() -> Iterator[asyncio.Future[None]]:
    """What is done as soon as a signal asks for the end; in any other thread than the main one it never is."""
    loop = asyncio.get_running_loop()
    asked: asyncio.Future[None] = loop.create_future()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def heed() -> None:
        if not asked.done():
            asked.set_result(None)

    for number in _ENDING:
        loop.add_signal_handler(number, heed)
    try:
        yield asked
    finally:
        for number in _ENDING:
            loop.remove_signal_handler(number)
