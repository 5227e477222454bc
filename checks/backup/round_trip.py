"""A host with a port becomes the least of several round trips to it, which no wire can beat."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, Final

from audit.contract import CannotSee, Reason, World, say
from audit.model.facts import Unseen

_TIMES: Final = 5
_PATIENCE: Final = timedelta(seconds=3)


async def round_trip(world: World, host: str, port: int) -> timedelta:
    """The time of a TCP handshake, the least of five; of a host with several addresses that of the farthest one.

    CannotSee where a handshake is not possible.
    """
    least: dict[str, float] = {}
    for _ in range(_TIMES):
        seen = await world.tcp.knock(host, port, _PATIENCE)
        for sample in seen.samples:
            took = sample.phases.get("connect")
            if sample.failure is None and took is not None:
                least[sample.address] = min(took, least.get(sample.address, took))
    if not least:
        raise CannotSee(
            Reason.UNREACHABLE,
            say("{host} takes no connection that could be timed at port {port}", host=host, port=port),
        )
    return timedelta(seconds=max(least.values()))


async def noted(trip: Awaitable[timedelta], facts: dict[str, Any], absent: dict[str, Unseen]) -> None:
    """Put a round trip among the facts, or why there is none."""
    try:
        facts["round_trip"] = await trip
    except CannotSee as gap:
        absent["round_trip"] = Unseen.of(gap)
