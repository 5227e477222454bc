"""Measurements with events in, the same in the store out, also where the store is away for a while."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Final, TypeVar

from audit.app.watching.holding import Past
from audit.app.watching.worker import Worker
from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.model.measurement import LOST, Measurement, State
from audit.model.message import say

T = TypeVar("T")
BATCH: Final = 1_000
LARGEST: Final = 20_000
"""Measurements in one transaction, where more than a batch has gathered."""
MOST: Final = 500_000
"""Measurements that wait for a store that is away; older ones become rows of `unknown: lost`."""
MOST_EVENTS: Final = 50_000
EVERY: Final = 1.0
ALIVE: Final = timedelta(seconds=10)
"""How often a sign of life is written where nothing else is."""
RETRY: Final = 2.0
LEAVE: Final = 1.0
INSTANT: Final = timedelta(microseconds=1)


class Journal:
    """Writes in batches in one thread of its own. What cannot be stored waits, and the rest of the watch goes on."""

    def __init__(
        self, past: Past, vantage: str, now: Callable[[], datetime], told: Callable[[Event], None], most: int = MOST
    ) -> None:
        self._past: Past | None = past
        self._vantage = vantage
        self._now = now
        self._told = told
        self._most = most
        self._waiting: deque[Measurement] = deque()
        self._events: deque[Event] = deque()
        self._lost: dict[str, Measurement] = {}
        self._wake = asyncio.Event()
        self._thread = Worker("journal")
        self._alive: datetime | None = None
        self._flying: tuple[Measurement, ...] = ()
        """The batch that is being written; of it nobody knows whether it was stored before the store went away."""
        self._in_doubt = False
        self._telling: tuple[Event, ...] = ()
        """Entries of the log of which nobody knows whether they were stored."""
        self._turn = asyncio.Lock()
        self.trouble = ""
        """Why nothing can be stored now; empty where it can."""

    @property
    def waiting(self) -> int:
        return len(self._waiting) + len(self._flying)

    @property
    def lost(self) -> int:
        """Subjects of which some measurements could not even wait."""
        return len(self._lost)

    async def reopen(self, open_it: Callable[[], Past]) -> None:
        """Open the store anew, as it was lost; Stop where that cannot be done now."""
        async with self._turn:
            try:
                self._past = await self._thread.do(partial(self._anew, open_it))
            except Stop as stop:
                self._past = None
                self._away(stop)
                raise
            self._away(Stop(Exit.STORAGE, say("the lock of the store was lost")))

    def keep(self, measurement: Measurement) -> None:
        """Store this, soon."""
        self._waiting.append(measurement)
        self._fit()
        if len(self._waiting) == BATCH:
            self._wake.set()

    def tell(self, event: Event) -> None:
        """Store this, soon."""
        self._events.append(event)
        if len(self._events) > MOST_EVENTS:
            self._events.popleft()

    async def ask(self, question: Callable[[Past], T]) -> T:
        """An answer of the store, in the thread that writes to it; Stop where it has none."""
        past = self._past
        if past is None:
            raise Stop(Exit.STORAGE, say("the store is away"))
        return await self._thread.do(partial(question, past))

    async def run(self) -> None:
        """Write each second, or as soon as a batch is full, for ever."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), RETRY if self.trouble else EVERY)
            self._wake.clear()
            # Ended half way, the thread would go on writing what the last flush then writes a second time.
            await asyncio.shield(self.flush())

    async def flush(self) -> bool:
        """Write what waits; whether everything is stored now."""
        async with self._turn:
            try:
                while await self._write():
                    pass
            except Stop as stop:
                self._away(stop)
                return False
        return True

    async def leave(self, patience: float = LEAVE) -> None:
        """Give the store back; one that does not answer is left."""
        with suppress(Stop, TimeoutError):
            async with asyncio.timeout(patience):
                await self.ask(lambda past: past.leave())
        self._thread.end()

    def _anew(self, open_it: Callable[[], Past]) -> Past:
        # First out, then in: an own lock that nobody took must not keep us out.
        old, self._past = self._past, None
        if old is not None:
            with suppress(Stop):
                old.leave()
        return open_it()

    async def _write(self) -> bool:
        """Write one batch; whether more waits."""
        now = self._now()
        if not self._flying:
            self._take_off()
        elif self._in_doubt and await self._was_stored(self._flying):
            self._flying = ()
        if self._flying or self._alive is None or abs(now - self._alive) >= ALIVE:
            batch = self._flying
            # Until it is known to be stored it may be stored or not: the answer of a server can get lost as well.
            self._in_doubt = True
            await self.ask(lambda past: past.note(batch, now))
            self._alive = now
        self._flying, self._in_doubt = (), False
        events = self._telling or tuple(islice(self._events, BATCH))
        if events:
            if not self._telling or not await self._was_told(events[-1]):
                self._telling = events
                await self.ask(lambda past: past.tell(events))
            self._telling = ()
            for event in events:
                if self._events and self._events[0] is event:
                    self._events.popleft()
        self._back()
        self._fit()
        return len(self._waiting) >= BATCH or len(self._events) > 0

    def _take_off(self) -> None:
        lost = tuple(self._lost.values())
        self._lost.clear()
        count = min(len(self._waiting), LARGEST)
        self._flying = (*lost, *(self._waiting.popleft() for _ in range(count)))

    def _fit(self) -> None:
        """Give up the oldest of what waits where it is too much."""
        while len(self._waiting) > self._most:
            self._give_up(self._waiting.popleft())

    async def _was_stored(self, batch: tuple[Measurement, ...]) -> bool:
        """Whether a batch is in the store: it is there as a whole or not at all, so that one of it is proof."""
        one = batch[-1]
        # Not by the newest due in the store: where the clock was put back, that one lies ahead.
        there = await self.ask(lambda past: tuple(past.raw(one.subject, one.due, one.due + INSTANT, one.vantage)))
        return any((other.due, other.until) == (one.due, one.until) for other in there)

    async def _was_told(self, event: Event) -> bool:
        """The same for entries of the log."""
        there = await self.ask(lambda past: past.events(kinds=(event.kind,), subject=event.subject, since=event.at))
        return any((other.at, other.subject) == (event.at, event.subject) for other in there)

    def _give_up(self, measurement: Measurement) -> None:
        # Other vantages keep their own files, from which it is read again.
        if measurement.vantage != self._vantage:
            return
        before = self._lost.get(measurement.subject)
        until = measurement.until or measurement.due
        first = measurement.due if before is None else before.due
        self._lost[measurement.subject] = replace(
            measurement,
            due=first,
            state=State.UNKNOWN,
            reason=LOST,
            detail="the store was away for so long that this could not be kept",
            latency=None,
            phases=(),
            good=0,
            tried=0,
            until=until if until > first else None,
        )

    def _away(self, stop: Stop) -> None:
        if not self.trouble:
            self.trouble = stop.lines[0] if stop.lines else "?"
            self._say("store-lost")

    def _back(self) -> None:
        if self.trouble:
            self.trouble = ""
            self._say("store-back")

    def _say(self, kind: str) -> None:
        values = {"why": self.trouble, "waiting": len(self._waiting), "lost": len(self._lost)}
        event = Event(self._now(), "store-lost" if kind == "store-lost" else "store-back", "", values)
        self.tell(event)
        self._told(event)
