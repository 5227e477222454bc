"""Clocks that jump in, the looks that are begun with those that are missed out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

from audit.app.watching.rounds import Rounds
from audit.schedule.ticking import Ticking
from audit.schedule.wheel import Row
from audit.world.lag import Lag

SECOND = timedelta(seconds=1)
REFS = [f"a/{number}" for number in range(40)]


class Clock:
    """The clock of this machine, set by so much."""

    def __init__(self) -> None:
        self.step = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.step


class Seen:
    """What a round begins and misses."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.begun: list[tuple[str, datetime]] = []
        self.missed: list[Row] = []
        self.lag, self.stood_still = Lag(), 0.0
        self.rounds = Rounds(self._begin, lambda row, every: self.missed.append(row), self.clock.now)

    def _begin(self, ref: str, due: datetime) -> None:
        self.begun.append((ref, due))

    def whole(self) -> bool:
        """Nothing was missed, but for a machine that was busy."""
        return not self.missed or self.stood_still > 0.5

    def late(self) -> list[timedelta]:
        return [self.clock.now() - due for _, due in self.begun]


def on_a_loop(told: Callable[[Seen, Ticking], Awaitable[None]]) -> Seen:
    async def whole() -> Seen:
        seen = Seen()
        beside = asyncio.create_task(seen.lag.run())
        seen.rounds.set((ref, SECOND) for ref in REFS)
        ticking = Ticking("UTC")
        ticking.every("all", SECOND, partial(seen.rounds.tick, SECOND), seen.clock.now())
        await told(seen, ticking)
        ticking.end()
        seen.rounds.end()
        seen.stood_still = seen.lag.worst(0)
        beside.cancel()
        return seen

    return asyncio.run(whole())


async def wait(seconds: float) -> None:
    await asyncio.sleep(seconds)


def test_each_begins_once_a_second() -> None:
    began = time.monotonic()
    seen = on_a_loop(lambda seen, ticking: wait(3))
    took = time.monotonic() - began
    assert len(set(seen.begun)) == len(seen.begun)
    missed = sum(1 + (row.last - row.first) // SECOND for row in seen.missed)
    assert 2.5 * len(REFS) < len(seen.begun) + missed < (took + 0.5) * len(REFS)
    assert seen.whole()


def stepped(by: timedelta) -> Seen:
    async def told(seen: Seen, ticking: Ticking) -> None:
        await asyncio.sleep(1.5)
        seen.rounds.check()
        seen.clock.step = by
        if seen.rounds.check():
            ticking.again(seen.clock.now())
        await asyncio.sleep(2)

    return on_a_loop(told)


def test_a_clock_that_is_put_back_doubles_nothing() -> None:
    seen = stepped(timedelta(seconds=-3600))
    assert len(set(seen.begun)) == len(seen.begun)
    assert len(seen.begun) > 2.5 * len(REFS)
    assert seen.rounds.shift == 1


def test_a_clock_that_is_put_back_a_little_doubles_nothing() -> None:
    seen = stepped(timedelta(seconds=-2))
    assert len(set(seen.begun)) == len(seen.begun)
    assert len(seen.begun) > 2.5 * len(REFS)


def test_a_clock_that_is_put_forward_misses_a_row_each() -> None:
    seen = stepped(timedelta(hours=9))
    assert len(set(seen.begun)) == len(seen.begun)
    assert len(seen.begun) > 2 * len(REFS)
    rows = {row.ref: row for row in seen.missed if row.last - row.first > timedelta(hours=8)}
    assert set(rows) == set(REFS)
    assert all(not row.first <= due <= row.last for ref, due in seen.begun for row in seen.missed if row.ref == ref)


def test_a_loop_that_stood_still_makes_up_for_nothing() -> None:
    async def told(seen: Seen, ticking: Ticking) -> None:
        await asyncio.sleep(1)
        time.sleep(4)
        await asyncio.sleep(1.5)

    seen = on_a_loop(told)
    assert len(set(seen.begun)) == len(seen.begun)
    assert {row.ref for row in seen.missed} == set(REFS)
    assert len(seen.begun) < 4 * len(REFS)


def test_a_changed_set_goes_on_without_a_gap() -> None:
    async def told(seen: Seen, ticking: Ticking) -> None:
        for _ in range(15):
            await asyncio.sleep(0.2)
            seen.rounds.set((ref, SECOND) for ref in (*REFS, "more"))
            await seen.rounds.tick(SECOND)

    seen = on_a_loop(told)
    times = sorted(due for ref, due in seen.begun if ref == REFS[0])
    assert len(times) >= 2
    assert seen.whole()
    assert seen.missed or all(after - before == SECOND for before, after in pairwise(times))


def test_what_was_missed_ends_where_the_rounds_begin() -> None:
    """However long it takes from the one to the other, no look is told as missed, then taken all the same."""
    before: list[int] = []

    async def told(seen: Seen, ticking: Ticking) -> None:
        seen.rounds.set((ref, SECOND) for ref in REFS)
        before.append(len(seen.begun))
        after = seen.clock.now() - 10 * SECOND
        await asyncio.sleep(1.5)
        seen.missed += [row for row, _ in seen.rounds.missed(lambda ref: after)]
        await seen.rounds.tick(SECOND)
        await asyncio.sleep(1)

    seen = on_a_loop(told)
    rows = {row.ref: row for row in seen.missed if row.last - row.first > 5 * SECOND}
    assert set(rows) == set(REFS)
    assert all(due > rows[ref].last for ref, due in seen.begun[before[0] :])


def test_a_machine_that_stops_between_two_clocks_sets_neither() -> None:
    class Held(Clock):
        stops = False

        def now(self) -> datetime:
            seen = super().now()
            if self.stops:
                self.stops = False
                time.sleep(1.2)
            return seen

    clock = Held()
    rounds = Rounds(lambda ref, due: None, lambda row, every: None, clock.now)
    clock.stops = True
    assert not rounds.check()
    assert not rounds.check()
    assert rounds.shift == 0
