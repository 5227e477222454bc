"""A store that fails as it is told to in, what reaches it in the end out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from audit.app.watching.journal import Journal
from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.model.measurement import LOST, Measurement, State
from tests.watching.served import doubled

AT = datetime(2026, 11, 22, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Memory:
    """A history in memory that is away while it is told to be; `after` loses the answer to what it stored."""

    def __init__(self) -> None:
        self.away = False
        self.after = False
        self.found: list[Measurement] = []
        self.log: list[Event] = []
        self.left = 0

    def _speak(self) -> None:
        if self.away:
            raise Stop(Exit.STORAGE, "away")

    def note(self, measurements: Sequence[Measurement], alive: datetime) -> None:
        self._speak()
        self.found += measurements
        self._answer()

    def _answer(self) -> None:
        if self.after:
            self.away, self.after = True, False
            raise Stop(Exit.STORAGE, "the answer was lost")

    def tell(self, events: Sequence[Event]) -> None:
        self._speak()
        self.log += events
        self._answer()

    def events(self, **asked: object) -> tuple[Event, ...]:
        self._speak()
        return tuple(self.log)

    def alive(self) -> datetime | None:
        return None

    def last_due(self, vantage: str) -> Mapping[str, datetime]:
        self._speak()
        own = [one for one in self.found if one.vantage == vantage]
        return {one.subject: one.until or one.due for one in sorted(own, key=lambda one: one.due)}

    def raw(self, subject: str, start: datetime, end: datetime, vantage: str = "") -> Iterator[Measurement]:
        self._speak()
        return (one for one in self.found if one.subject == subject and start <= one.due < end)

    def roll(self, now: datetime, raw: timedelta) -> int:
        return 0

    def holds(self) -> bool:
        return not self.away

    def size(self) -> int:
        return 0

    def leave(self) -> None:
        self.left += 1


def sample(number: int, subject: str = "a") -> Measurement:
    due = AT + number * SECOND
    return Measurement(subject, due, due, State.UP, latency=0.1, every=SECOND)


def journal(told: Callable[[Journal, Memory], Awaitable[None]], most: int = 100) -> tuple[Memory, list[str]]:
    memory, said = Memory(), list[str]()

    async def whole() -> None:
        await told(Journal(memory, "here", lambda: AT, lambda event: said.append(event.kind), most), memory)

    asyncio.run(whole())
    return memory, said


def test_what_waits_is_written_in_order() -> None:
    async def told(journal: Journal, memory: Memory) -> None:
        for number in range(50):
            journal.keep(sample(number))
        journal.tell(Event(AT, "started"))
        assert await journal.flush()

    memory, said = journal(told)
    assert memory.found == [sample(number) for number in range(50)]
    assert [event.kind for event in memory.log] == ["started"]
    assert said == []


def test_nothing_is_lost_while_the_store_is_away() -> None:
    async def told(journal: Journal, memory: Memory) -> None:
        memory.away = True
        for number in range(90):
            journal.keep(sample(number))
            if number % 7 == 0:
                assert not await journal.flush()
        assert journal.trouble
        memory.away = False
        assert await journal.flush()
        assert not journal.trouble
        await journal.flush()

    memory, said = journal(told)
    assert memory.found == [sample(number) for number in range(90)]
    assert said == ["store-lost", "store-back"]
    assert [event.kind for event in memory.log] == ["store-lost", "store-back"]


def test_what_is_too_much_becomes_a_row() -> None:
    async def told(journal: Journal, memory: Memory) -> None:
        memory.away = True
        for number in range(250):
            journal.keep(sample(number, "ab"[number % 2]))
            if number == 20:
                await journal.flush()
        memory.away = False
        await journal.flush()
        await journal.flush()

    memory, _ = journal(told)
    lost = [one for one in memory.found if one.reason == LOST]
    assert {one.subject for one in lost} == {"a", "b"}
    assert all(one.state is State.UNKNOWN and one.latency is None for one in lost)
    assert not doubled(tuple(memory.found))
    covered = sum(((one.until or one.due) - one.due) // (2 * SECOND) + 1 for one in lost)
    assert covered + len(memory.found) - len(lost) == 250


def test_a_batch_whose_answer_was_lost_is_not_written_twice() -> None:
    async def told(journal: Journal, memory: Memory) -> None:
        for number in range(10):
            journal.keep(sample(number))
        memory.after = True
        assert not await journal.flush()
        for number in range(10, 20):
            journal.keep(sample(number))
        assert not await journal.flush()
        memory.away = False
        assert await journal.flush()
        await journal.flush()

    memory, _ = journal(told)
    assert memory.found == [sample(number) for number in range(20)]


def test_a_batch_behind_a_clock_that_was_put_back_is_not_written_twice() -> None:
    async def told(journal: Journal, memory: Memory) -> None:
        journal.keep(sample(3600))
        await journal.flush()
        journal.keep(sample(0))
        memory.after = True
        assert not await journal.flush()
        memory.away = False
        assert await journal.flush()

    memory, _ = journal(told)
    assert memory.found == [sample(3600), sample(0)]


def test_entries_of_the_log_whose_answer_was_lost_are_not_written_twice() -> None:
    async def told(journal: Journal, memory: Memory) -> None:
        journal.keep(sample(0))
        await journal.flush()
        journal.tell(Event(AT, "down", "a"))
        memory.after = True
        assert not await journal.flush()
        journal.tell(Event(AT, "up", "a"))
        assert not await journal.flush()
        memory.away = False
        assert await journal.flush()

    memory, _ = journal(told)
    assert [event.kind for event in memory.log] == ["down", "store-lost", "up", "store-back"]


def test_an_end_in_the_middle_of_a_write_writes_nothing_twice() -> None:
    class Slow(Memory):
        def tell(self, events: Sequence[Event]) -> None:
            time.sleep(0.5)
            super().tell(events)

    slow = Slow()

    async def whole() -> None:
        journal = Journal(slow, "here", lambda: AT, lambda event: None)
        journal.tell(Event(AT, "down", "a"))
        journal.keep(sample(0))
        journal.keep(sample(3600))
        writing = asyncio.ensure_future(journal.run())
        while not slow.found:
            await asyncio.sleep(0.01)
        writing.cancel()
        assert await journal.flush()

    asyncio.run(whole())
    assert slow.found == [sample(0), sample(3600)]
    assert [event.kind for event in slow.log] == ["down"]


def test_a_batch_that_never_arrived_is_written() -> None:
    async def told(journal: Journal, memory: Memory) -> None:
        journal.keep(sample(0))
        await journal.flush()
        memory.away = True
        journal.keep(sample(1))
        assert not await journal.flush()
        memory.away = False
        assert await journal.flush()
        await journal.flush()

    memory, _ = journal(told)
    assert memory.found == [sample(0), sample(1)]


def test_it_goes_on_with_the_store_opened_anew() -> None:
    new = Memory()

    async def told(journal: Journal, memory: Memory) -> None:
        journal.keep(sample(0))
        await journal.reopen(lambda: new)
        await journal.flush()
        await journal.leave()

    old, said = journal(told)
    assert (old.left, new.left) == (1, 1)
    assert old.found == []
    assert new.found == [sample(0)]
    assert said == ["store-lost", "store-back"]
