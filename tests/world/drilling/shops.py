"""A folder to a workshop in it that may run a few plain programs."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

import anyio

from audit.world.build import real_world
from audit.world.drilling.namespace import unprivileged
from audit.world.drilling.room import Room, make_room, remove_room
from audit.world.drilling.shop import Shop, Terms
from audit.world.secrets import Secrets
from audit.world.verbs import Verbs

T = TypeVar("T")
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
VERBS: Final = Verbs(
    commands=(
        "sh -c *",
        "sleep *",
        "python3 -c * ARGUMENTS...",
        "/usr/bin/python3 -c * ARGUMENTS...",
        "nothing-of-that-name",
    ),
    environment=("HOME", "MORE", "TZ"),
)


@contextmanager
def shop_in(scratch: Path, terms: Mapping[str, Any] = NOTHING, verbs: Verbs = VERBS) -> Iterator[Shop]:
    """A workshop with a room in a scratch folder; what is left of it is taken away."""
    room: Room = make_room(scratch, "test")
    given = {"verbs": verbs, "user": unprivileged("nobody"), "most": 10**9, "ends": time.monotonic() + 60, **terms}
    try:
        yield Shop(real_world(allow=(), root=scratch), room, Terms(**given), Secrets(scratch))
    finally:
        remove_room(room)


def work(shop: Shop, job: Callable[[Shop], Awaitable[T]]) -> T:
    """Do something in a workshop, then close it."""

    async def done() -> T:
        try:
            return await job(shop)
        finally:
            await shop.close()

    return anyio.run(done)
