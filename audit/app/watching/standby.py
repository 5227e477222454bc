"""The address of a store in, the history of it out as soon as no other watch has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from audit.app.watching.holding import Past
from audit.app.watching.worker import Worker
from audit.model.exit import Exit, Stop

AGAIN: Final = 5.0
"""Seconds between two tries of a watch that stands by."""


async def taken(
    open_it: Callable[[], Past], standing_by: Callable[[Stop], None], pause: float = AGAIN
) -> tuple[Past, bool]:
    """The history, and whether another watch had it before.

    Any trouble but another watch's lock ends the first try; of one that stands by already the store may be away.
    """
    waited = False
    worker = Worker("standby")
    try:
        while True:
            try:
                # Not cancelled half way: a lock that was taken must not be forgotten.
                opening = asyncio.ensure_future(worker.do(open_it))
                try:
                    return await asyncio.shield(opening), waited
                except asyncio.CancelledError:
                    opening.add_done_callback(_given_back)
                    raise
            except Stop as stop:
                if stop.code is not Exit.LOCKED and not (waited and stop.code is Exit.STORAGE):
                    raise
                if not waited:
                    standing_by(stop)
                waited = True
            await asyncio.sleep(pause)
    finally:
        worker.end()


def _given_back(opening: asyncio.Future[Past]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().leave()
