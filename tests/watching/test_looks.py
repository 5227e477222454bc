"""Looks that end, hang, raise or are never taken in, the measurements of them out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from audit.app.watching.looks import Looks, Watched
from audit.contract import CannotSee, Reason, World, probe, say
from audit.model.facts import ServiceState
from audit.model.measurement import MISSED, Measurement, State
from audit.model.place import Place
from audit.model.technology import Endpoint
from audit.schedule.wheel import Row

AT = datetime(2026, 11, 22, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Bulb(Endpoint, kind="bulb"):
    """A lamp."""


@probe()
async def shine(bulb: Bulb, world: World) -> ServiceState:
    raise CannotSee(Reason.CRASHED, say("nobody looks at it"))


def watched(ref: str) -> Watched:
    item = Bulb.model_validate({"@": Place("estate.yaml", 1, 1, ref=ref), "id": ref, "kind": "bulb"})
    return Watched(item, shine, SECOND)


class Hall:
    """Looks that end when they are let."""

    def __init__(self, most: int = 10) -> None:
        self.kept: list[Measurement] = []
        self.gate = asyncio.Event()
        self.now = AT
        self.bug: BaseException | None = None
        self.silent = ""
        self.looks = Looks(self._measure, self.kept.append, lambda: self.now, "here", most)
        self.looks.set({ref: watched(ref) for ref in "abcd"}, lambda ref, due: self.silent)

    async def _measure(self, one: Watched, due: datetime) -> Measurement:
        await self.gate.wait()
        if self.bug is not None:
            raise self.bug
        return Measurement(one.item.ref, due, self.now, State.UP, every=one.every)

    def told(self) -> list[tuple[str, int, str]]:
        return [(one.subject, (one.due - AT) // SECOND, one.reason) for one in self.kept]


def in_hall(act: Callable[[Hall], Awaitable[None]], most: int = 10) -> Hall:
    async def whole() -> Hall:
        hall = Hall(most)
        await act(hall)
        return hall

    return asyncio.run(whole())


def test_the_next_look_is_missed_while_one_still_runs() -> None:
    async def act(hall: Hall) -> None:
        for second in range(4):
            hall.looks.begin("a", AT + second * SECOND)
        await asyncio.sleep(0)
        assert hall.kept == []
        hall.gate.set()
        await hall.looks.all()

    hall = in_hall(act)
    assert hall.told() == [("a", 0, ""), ("a", 1, MISSED)]
    assert hall.kept[1].until == AT + 3 * SECOND
    assert hall.kept[1].detail == "the look before it still ran"


def test_no_more_than_so_many_at_once() -> None:
    async def act(hall: Hall) -> None:
        for ref in "abcd":
            hall.looks.begin(ref, AT)
        hall.looks.begin("d", AT + SECOND)
        assert hall.looks.under_way == 2
        hall.gate.set()
        await hall.looks.all()

    hall = in_hall(act, most=2)
    assert sorted(hall.told()) == [("a", 0, ""), ("b", 0, ""), ("c", 0, ""), ("d", 0, ""), ("d", 1, MISSED)]


def test_who_waits_for_longer_than_a_cadence_is_missed() -> None:
    async def act(hall: Hall) -> None:
        for ref in "ab":
            hall.looks.begin(ref, AT)
        hall.looks.begin("b", AT + SECOND)
        hall.now += 5 * SECOND
        hall.gate.set()
        await hall.looks.all()

    hall = in_hall(act, most=1)
    assert hall.told() == [("a", 0, ""), ("b", 0, MISSED)]
    assert hall.kept[1].until == AT + SECOND


def test_a_bug_is_unknown() -> None:
    async def act(hall: Hall) -> None:
        hall.bug = ZeroDivisionError("a\x1b[2Jb")
        hall.gate.set()
        hall.looks.begin("a", AT)
        await hall.looks.all()

    hall = in_hall(act)
    assert hall.told() == [("a", 0, "crashed")]
    assert hall.kept[0].state is State.UNKNOWN
    assert "\x1b" not in hall.kept[0].detail


def test_a_look_that_cancels_itself_is_not_lost() -> None:
    async def act(hall: Hall) -> None:
        hall.bug = asyncio.CancelledError()
        hall.gate.set()
        hall.looks.begin("a", AT)
        hall.looks.begin("a", AT + SECOND)
        await hall.looks.all()

    assert in_hall(act).told() == [("a", 0, "crashed"), ("a", 1, MISSED)]


def test_a_silent_window_is_unknown() -> None:
    async def act(hall: Hall) -> None:
        hall.silent = "maintenance disks"
        hall.looks.begin("a", AT)
        hall.looks.begin("nobody", AT)

    hall = in_hall(act)
    assert hall.told() == [("a", 0, MISSED)]
    assert hall.kept[0].detail == "maintenance disks"


def test_a_row_is_told_after_the_look_that_runs() -> None:
    async def act(hall: Hall) -> None:
        hall.looks.begin("a", AT)
        hall.looks.miss(Row("a", AT + SECOND, AT + 9 * SECOND), SECOND)
        hall.looks.miss(Row("b", AT, AT), SECOND)
        hall.gate.set()
        await hall.looks.all()

    hall = in_hall(act)
    assert hall.told() == [("b", 0, MISSED), ("a", 0, ""), ("a", 1, MISSED)]
    assert hall.kept[0].until is None


def test_the_end_cuts_off_what_hangs() -> None:
    async def act(hall: Hall) -> None:
        hall.looks.begin("a", AT)
        await hall.looks.end(0.05)
        assert hall.looks.under_way == 0

    assert in_hall(act).kept == []
