"""Two works of a drill to what both of them gave, done at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """What both gave; where one fails, the other is ended before its failure is raised, the first one's if both do."""
    works = (asyncio.create_task(first), asyncio.create_task(second))
    try:
        await asyncio.wait(works, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for work in works:
            if not work.done():
                work.cancel()
        # Each ends its program on the way out.
        await asyncio.gather(*works, return_exceptions=True)
    failed = [work for work in works if not work.cancelled() and work.exception() is not None]
    if failed:
        await failed[0]
    return works[0].result(), works[1].result()
