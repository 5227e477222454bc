"""The prober's own clocks, loop, network to whether its failures can be believed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from audit.app.watching.breaker import Breaker
from audit.app.watching.clocks import paused, read_clocks, stepped
from audit.app.watching.references import Fresh, References
from audit.model.event import Event, Kind
from audit.model.message import Message, say
from audit.model.units import plain
from audit.model.watching import Watch
from audit.world.canary import Canary
from audit.world.lag import Lag
from audit.world.link import Link, broken_since, read_link
from audit.world.world import World

TICK: Final = 1.0
CALM, URGENT = 60.0, 5.0
"""Seconds between questions to the references while all is well, while something is silent."""
SONG: Final = 10.0
"""Seconds between questions to our own server while all is well."""
LIMIT: Final = 1.0
"""Seconds in which our own server answers on a machine that is well."""
LATELY: Final = 10.0
SETTLING: Final = 30.0
"""Seconds that a machine needs after a pause until its network is there again."""
WELL: Final = 2
"""Ticks without trouble after which it is over."""
_AT_HOME: Final = ("localhost", "::1")


class SelfCheck:
    """Doubts the prober before its targets are said to be down; tells its trouble once, not once a target."""

    def __init__(
        self, watch: Watch, world: World, lag: Lag, tell: Callable[[Event], None], *, shortest: timedelta
    ) -> None:
        self.trouble = ""
        """Why silence means nothing at present; empty while it does."""
        self._lag = lag
        self._tell = tell
        self._canary: Canary | None = None
        self._home = Fresh(self._sing, world.clock.monotonic)
        self._link_before = self._link = read_link()
        self._link_at = world.clock.monotonic()
        self._resumed: float | None = None
        self._since = world.clock.now()
        self._well = 0
        self.renew(watch, world, shortest=shortest)

    def renew(self, watch: Watch, world: World, *, shortest: timedelta) -> None:
        """Go on with another inventory; `shortest` is the shortest cadence in it."""
        self._watch = watch
        self._world = world
        self._shortest = shortest
        self._references = References(watch.references, world)
        self._unread = True
        self._breaker = Breaker(shortest.total_seconds())

    def noted(self, host: str, failure: str) -> None:
        """A first attempt: its host with how it was silent, empty where it was not."""
        if not _at_home(host):
            self._breaker.note(self._world.clock.monotonic(), host, failure)

    async def refused(self) -> tuple[Message, ...]:
        """What is wrong with the references of the inventory."""
        return await self._references.refused()

    async def doubt(self, host: str, failure: str) -> str:
        """Why a silence lies with the prober itself; empty where it lies with the host."""
        home = await self._sung(TICK)
        if home is None and not _at_home(host):
            if self._references:
                await self._references.answers.within(URGENT)
            why = self._why(None)
        else:
            why = home or self._behind()
        if why is not None:
            self._troubled(why)
            return str(why)
        now = self._world.clock.monotonic()
        if self._resumed is not None and now - self._resumed < SETTLING:
            return str(say("the watch did not run until {time} ago", time=_seconds(now - self._resumed)))
        return ""

    async def run(self) -> None:
        """Check until cancelled."""
        try:
            with Canary() as self._canary:
                async with asyncio.TaskGroup() as group:
                    # Apart, so that waiting for somebody who is silent does not look like a clock that stood still.
                    group.create_task(self._heed_clocks())
                    group.create_task(self._check())
        finally:
            self._canary = None

    async def _check(self) -> None:
        while True:
            if self._unread:
                self._unread = False
                for problem in await self.refused():
                    self._say("failed", what="reference", why=str(problem))
            home = await self._sung(TICK if self.trouble else SONG)
            if self._references:
                doubtful = self.trouble or self._breaker.row(self._world.clock.monotonic())
                await self._references.answers.within(URGENT if doubtful else CALM)
            why = self._why(home)
            if why is not None:
                self._troubled(why)
            elif self.trouble:
                self._well += 1
                if self._well >= WELL:
                    self._say("prober-well", since=self._since.isoformat(), why=self.trouble)
                    self.trouble = ""
            await asyncio.sleep(TICK)

    def _troubled(self, why: Message) -> None:
        self._well = 0
        if not self.trouble:
            self._since = self._world.clock.now()
            self._say("prober-trouble", why=str(why))
        self.trouble = str(why)

    def _say(self, kind: Kind, **values: Any) -> None:
        self._tell(Event(self._world.clock.now(), kind, values=MappingProxyType(values)))

    def _why(self, home: Message | None) -> Message | None:
        """What is wrong with the prober at present."""
        return home or self._behind() or self._cut_off() or self._silence()

    def _behind(self) -> Message | None:
        late = self._lag.worst(self._world.clock.monotonic() - LATELY)
        if late <= max(1.0, 20 * self._watch.lag.total_seconds()):
            return None
        return say("this machine is {time} behind its work", time=_seconds(late))

    def _cut_off(self) -> Message | None:
        now = self._world.clock.monotonic()
        if now - self._link_at >= TICK:
            self._link, self._link_at = read_link(), now
        before, link = self._link_before, self._link
        if before is None or link is None:
            return None
        why = broken_since(before, link)
        if why is None:
            self._link_before = Link(before.running | link.running, before.routes | link.routes)
        return why

    def _silence(self) -> Message | None:
        breaker, now = self._breaker, self._world.clock.monotonic()
        silent, looked = breaker.counted(now)
        if not self._references:
            if breaker.alone(now):
                return say(
                    "{silent} of {looked} hosts fell silent at once, with no reference to ask",
                    silent=silent,
                    looked=looked,
                )
            return None
        since = self._references.silent_since
        if since is None:
            return None
        if breaker.most(now):
            return say(
                "{silent} of {looked} hosts fell silent at once, every reference with them",
                silent=silent,
                looked=looked,
            )
        # Others that answered since then show that it is the references that are down.
        if breaker.row(now) and (breaker.proven is None or breaker.proven < since):
            return say("no reference answers")
        return None

    async def _heed_clocks(self) -> None:
        clock = self._world.clock
        before = read_clocks(clock)
        while True:
            await asyncio.sleep(TICK)
            now = read_clocks(clock)
            step = stepped(before, now)
            if step is not None:
                self._say("clock-step", seconds=round(step.total_seconds(), 3))
            gap = paused(before, now, self._shortest)
            if gap is not None:
                self._resumed = clock.monotonic()
                start = now.wall - gap
                values = {"from": start.isoformat(), "to": now.wall.isoformat(), "seconds": gap.total_seconds()}
                self._say("suspended", **values)
            before = now

    async def _sung(self, age: float) -> Message | None:
        return await self._home.within(age) if self._canary is not None else None

    async def _sing(self) -> Message | None:
        return await self._canary.trouble(LIMIT) if self._canary is not None else None


def _at_home(host: str) -> bool:
    """Whether it is this very machine, which no network stands between."""
    return host.startswith("127.") or host in _AT_HOME


def _seconds(length: float) -> str:
    return plain(timedelta(seconds=round(length, 1)))
