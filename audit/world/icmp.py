"""A host to what echoes (ping) to its addresses show."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from audit.model.facts import ServiceState
from audit.world.draft import Draft
from audit.world.echoes import Echo, Echoes
from audit.world.every import every_address
from audit.world.guard import Guard

_Key = tuple[asyncio.AbstractEventLoop, bool]


@dataclass(frozen=True, slots=True)
class IcmpHand:
    """Echoes to any number of targets over one socket a family."""

    guard: Guard
    _open: dict[_Key, Echoes] = field(default_factory=dict, repr=False, compare=False)

    async def ping(self, host: str, timeout: timedelta, family: int | None = None) -> ServiceState:
        return await every_address(self.guard, host, family, timeout, self._echo)

    async def _echo(self, draft: Draft) -> None:
        echo = Echo(self._echoes(":" in draft.address), draft.address)
        draft.enter("echo")
        try:
            echo.send()
            late = await echo.ended
        finally:
            echo.close()
        # The system noted when the reply came: that this machine looked later is no part of the time.
        draft.enter("")
        draft.phases["echo"] = max(0.0, draft.phases["echo"] - late)

    def _echoes(self, newer: bool) -> Echoes:  # noqa: FBT001 - a family
        key = asyncio.get_running_loop(), newer
        if key not in self._open:
            self._open[key] = Echoes(key[0], newer=newer, closed=lambda: self._forget(key))
        return self._open[key]

    def _forget(self, key: _Key) -> None:
        self._open.pop(key, None)
