"""Wheels with the clock in, each look begun at the instant at which it is due, or told as missed, out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from audit.app.watching.clocks import read_together, stepped
from audit.schedule.wheel import Due, Row, Wheel

AT_ONCE: Final = 32
"""Looks that are begun in one turn of the loop: more of them would falsify each other's times."""
PATIENCE: Final = timedelta(seconds=10)
"""Beyond this, or its cadence, a look is not made up for: it is missed, and no burst follows a long sleep."""
AHEAD: Final = timedelta(seconds=5)
"""How much further than to its next tick a round looks ahead, should that tick come late."""
Begin = Callable[[str, datetime], None]
Miss = Callable[[Row, timedelta], None]


def wall() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class Rounds:
    """One round for each cadence. The schedule calls `tick`; between two ticks timers of the loop begin the looks."""

    def __init__(self, begin: Begin, miss: Miss, now: Callable[[], datetime] = wall) -> None:
        self._begin = begin
        self._miss = miss
        self._now = now
        self._rounds: dict[timedelta, _Round] = {}
        self._anchor = read_together(now, time.monotonic)
        self.shift = 0
        """Grows each time the clock was put back, so that no due comes twice."""

    @property
    def cadences(self) -> tuple[timedelta, ...]:
        return tuple(self._rounds)

    def set(self, wanted: Iterable[tuple[str, timedelta]]) -> None:
        """Go on with these references and their cadences; what was due up to this moment is begun first."""
        groups: dict[timedelta, list[str]] = {}
        for ref, every in wanted:
            groups.setdefault(every, []).append(ref)
        self.end()
        now = self._now()
        for every, refs in groups.items():
            self._add(Wheel(every, refs, self.shift), now)

    async def tick(self, every: timedelta) -> None:
        """The schedule calls this once in each cadence."""
        found = self._rounds.get(every)
        if found is not None:
            found.tick()

    def check(self) -> bool:
        """Whether the clock was set, so that all rounds reckon anew; to be asked about once a second."""
        before, self._anchor = self._anchor, read_together(self._now, time.monotonic)
        step = stepped(before, self._anchor)
        if step is None:
            return False
        if step < timedelta(0):
            self.shift += 1
            old, self._rounds = self._rounds, {}
            for every, one in old.items():
                one.stop()
                self._add(Wheel(every, one.wheel.refs, self.shift), self._anchor.wall)
        for one in self._rounds.values():
            one.tick()
        return True

    def _add(self, wheel: Wheel, start: datetime) -> None:
        self._rounds[wheel.every] = _Round(wheel, start, self._begin, self._miss, self._now)

    def missed(self, last: Callable[[str], datetime | None]) -> Iterator[tuple[Row, timedelta]]:
        """For each reference the row of looks that were due after the last one that is known and before the rounds."""
        for every, one in self._rounds.items():
            for ref in one.wheel.refs:
                after = last(ref)
                row = one.wheel.row(ref, after, one.start) if after is not None else None
                if row is not None:
                    yield row, every

    def end(self) -> None:
        """Begin what is due by now, and nothing after it."""
        for one in self._rounds.values():
            one.settle()
            one.stop()
        self._rounds = {}


class _Round:
    """One cadence: a pointer that walks through its wheel."""

    def __init__(self, wheel: Wheel, start: datetime, begin: Begin, miss: Miss, now: Callable[[], datetime]) -> None:
        self.wheel = wheel
        self._begin = begin
        self._miss = miss
        self._now = now
        self.start = start
        """Nothing up to here is looked at in this round."""
        self._cursor = start
        """Everything up to here was begun or missed."""
        self._horizon = start
        self._coming: Iterator[Due] = iter(())
        self._head: Due | None = None
        self._timer: asyncio.Handle | None = None
        self._patience = min(PATIENCE, wheel.every)

    def tick(self) -> None:
        self._horizon = self._now() + self.wheel.every + AHEAD
        self._aim()
        self._go()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def settle(self) -> None:
        """Begin or miss whatever is due by now, all at once."""
        now = self._now()
        if self._missed(now):
            return
        for due in self.wheel.due(self._cursor, now):
            self._begin(due.ref, due.at)
        self._cursor = max(self._cursor, now)

    def _aim(self) -> None:
        self._coming = self.wheel.due(self._cursor, self._horizon)
        self._head = next(self._coming, None)

    def _missed(self, now: datetime) -> bool:
        head = self._head or next(self.wheel.due(self._cursor, now), None)
        if head is None or now - head.at <= self._patience:
            return False
        for row in self.wheel.rows(self._cursor, now):
            self._miss(row, self.wheel.every)
        self._cursor = now
        return True

    def _go(self) -> None:
        self.stop()
        now = self._now()
        if self._missed(now):
            self._aim()
        started = 0
        while self._head is not None and self._head.at <= now and started < AT_ONCE:
            self._cursor = self._head.at
            self._begin(self._head.ref, self._head.at)
            self._head = next(self._coming, None)
            started += 1
        if self._head is None:
            return
        loop = asyncio.get_running_loop()
        if self._head.at <= now:
            self._timer = loop.call_later(0, self._go)
        else:
            self._timer = loop.call_later((self._head.at - now).total_seconds(), self._go)
