"""The references of an estate to whether any of them answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, Generic, TypeVar

from audit.model.message import Message, say
from audit.model.verdict import CannotSee, Reason
from audit.model.watching import Reference
from audit.world.world import World

T = TypeVar("T")
PATIENCE: Final = timedelta(seconds=2)
_SILENT: Final = (Reason.UNREACHABLE, Reason.TIMEOUT)
_PROOF: Final = ("refused", "reset")
"""Failures that only a machine at the other end can cause."""


class Fresh(Generic[T]):
    """An answer that is asked for again only when it is too old, however many want it at once."""

    def __init__(self, ask: Callable[[], Awaitable[T]], monotonic: Callable[[], float]) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._known: tuple[float, T] | None = None
        self._asking = asyncio.Lock()

    async def within(self, age: float) -> T:
        """The answer, at most so many seconds old."""
        known = self._known
        if known is None or self._monotonic() - known[0] > age:
            async with self._asking:
                known = self._known  # somebody else may have asked while we waited
                if known is None or self._monotonic() - known[0] > age:
                    known = self._known = (self._monotonic(), await self._ask())
        return known[1]


class References:
    """Ports outside the estate's systems; where they are all silent, it is the prober that is cut off."""

    def __init__(self, references: Sequence[Reference], world: World) -> None:
        self._references = references
        self._world = world
        self.silent_since: float | None = None
        """When the first check began since which none has answered; None while one does or nobody could be asked."""
        self.answers = Fresh(self._ask, world.clock.monotonic)

    def __bool__(self) -> bool:
        return bool(self._references)

    async def refused(self) -> tuple[Message, ...]:
        """What is wrong with references that can never be asked."""
        problems = []
        for reference in self._references:
            try:
                await self._world.guard.check(reference.machine)
            except CannotSee as gap:
                if gap.reason not in _SILENT:
                    where = f"{reference.machine}:{reference.port}"
                    problems.append(say("the reference {host} cannot be asked: {why}", host=where, why=gap.says))
        return tuple(problems)

    async def _ask(self) -> bool:
        """Whether nothing says that all are silent."""
        began = self._world.clock.monotonic()
        answers = await asyncio.gather(*(self._knock(reference) for reference in self._references))
        heard = [answer for answer in answers if answer is not None]
        if not heard or any(heard):
            self.silent_since = None
        elif self.silent_since is None:
            self.silent_since = began
        return self.silent_since is None

    async def _knock(self, reference: Reference) -> bool | None:
        """Whether it answers; None where the question itself is not allowed."""
        try:
            seen = await self._world.tcp.knock(reference.machine, reference.port, PATIENCE)
        except CannotSee as gap:
            return False if gap.reason in _SILENT else None
        return any(sample.failure is None or sample.failure in _PROOF for sample in seen.tried)
