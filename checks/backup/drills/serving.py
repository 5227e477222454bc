"""The command line of a server becomes that server while it runs, what it showed the level that this proves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from typing import Final

from audit.contract import CannotSee, Reason, Workshop, say
from audit.model.drilling import Checked

_LONGEST_SOCKET: Final = 107


def level_of(checks: Sequence[Checked]) -> int:
    """5 where the canary held too, 4 where the server started and found everything whole, else 1."""
    started = any(check.held for check in checks if check.name == "start")
    if not started or not all(check.held for check in checks if check.name != "canary"):
        return 1
    canaries = [check.held for check in checks if check.name == "canary"]
    return 5 if canaries and all(canaries) else 4


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
