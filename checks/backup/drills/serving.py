"""The command line of a server becomes that server while it runs, the time of its start measured."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import Final

from audit.contract import CannotSee, Reason, Workshop, say

_LONGEST_SOCKET: Final = 107


@asynccontextmanager
async def serving(
    workshop: Workshop, argv: tuple[str, ...], ready: Callable[[], Awaitable[bool]]
) -> AsyncIterator[None]:
    """CannotSee(incomplete) where it ended before it was ready: what it was given may be damaged."""
    with ExitStack() as timed:
        timed.enter_context(workshop.part("start"))
        async with workshop.serve(argv, ready):
            timed.close()
            yield


def short_enough(workshop: Workshop, name: str) -> str:
    """The path of a socket in the room. CannotSee(denied) where the scratch folder lies too deep for one."""
    path = f"{workshop.room}/{name}"
    if len(path.encode()) > _LONGEST_SOCKET:
        raise CannotSee(Reason.DENIED, say("the path of the scratch folder is too long for a socket"))
    return path
