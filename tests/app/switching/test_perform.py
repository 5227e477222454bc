"""A ledger that behaves as told in, the course of a switch with its record out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from audit.app.switching.measured import Frame, measured
from audit.app.switching.perform import Bounds, performed
from audit.model.authorization import Authorization, Order
from audit.model.failover import FailoverState, Member
from audit.model.message import say
from audit.model.switching import SwitchState
from audit.model.verdict import CannotSee, Reason
from audit.world.switching.ledger import Course

NOW = datetime.now(UTC)
AFTER = FailoverState(
    members=(
        Member(name="node2", role="primary", usable=True),
        Member(name="node1", role="standby", usable=True, lag_bytes=0),
    )
)
BOUNDS = Bounds(outage=1.0, whole=3.0, quiet=1.0, last=1.5, deaf=1.5)


@dataclass
class Paper:
    """A ledger in memory of two servers; `old` leads until `gone`, then nobody for `gap` seconds, then `new`."""

    gap: float = 0.3
    takes_over: bool = True
    forgets: int = 0
    """How many of the last writes at the old server the new one never got."""
    deaf: bool = False
    gone: float | None = None
    rows: dict[int, str] = field(default_factory=dict)
    cleared: int = 0
    closed: bool = False

    async def write(self, number: int) -> str:
        if self.deaf:
            raise CannotSee(Reason.DENIED, say("nobody may write"))
        if self.gone is not None:
            since = time.monotonic() - self.gone
            if since < self.gap or not self.takes_over:
                raise CannotSee(Reason.UNREACHABLE, say("nobody is there"))
        server = "old" if self.gone is None else "new"
        self.rows[number] = server
        return server

    async def found(self) -> frozenset[int]:
        old = [number for number, server in self.rows.items() if server == "old"]
        return frozenset(self.rows) - frozenset(old[len(old) - self.forgets :])

    async def clear(self) -> None:
        self.cleared += 1

    async def close(self) -> None:
        self.closed = True

    async def switch(self) -> str:
        self.gone = time.monotonic()
        return "Successfully switched over"

    async def refuse(self) -> str:
        raise CannotSee(Reason.INCOMPLETE, say("the request was refused: 412 no candidate"))


async def nothing() -> None:
    return


def run(
    paper: Paper, ask: Callable[[], Awaitable[str]], before: Callable[[], Awaitable[None]] = nothing,
    bounds: Bounds = BOUNDS,
) -> Course:  # fmt: skip
    course = Course()
    try:
        asyncio.run(performed(paper, course, before, ask, bounds))
    finally:
        assert paper.closed
        assert paper.cleared
    return course


def record(course: Course, after: FailoverState | CannotSee = AFTER, trouble: str = "") -> SwitchState:
    order = Order(request="POST", address="http://127.0.0.1:9/switchover", content="{}")
    allowed = Authorization(
        estate="lab", estate_sha256="0", store="s", failover="kibo/guarantee/pair", leads="node1",
        takes_over=("node2",), order=order, not_before=NOW, not_after=NOW + timedelta(hours=1),
        most_outage=timedelta(seconds=1), most_lag=0, nonce="0" * 32,
    )  # fmt: skip
    frame = Frame("id", NOW, NOW, timedelta(days=183), ("kim", "lee"), "Patroni")
    state = measured(course, allowed, after, frame, trouble)
    assert SwitchState.model_validate(state.plain()) == state
    return state


def test_the_outage_is_that_between_the_last_old_and_the_first_new_write() -> None:
    paper = Paper(gap=0.5)
    state = record(run(paper, paper.switch))
    assert state.proven, state
    assert timedelta(seconds=0.45) < state.outage < timedelta(seconds=2)
    assert timedelta(seconds=0.45) < state.rto <= state.outage
    assert (state.lost, state.rpo, state.left, state.taken) == (0, timedelta(0), "node1", "node2")
    assert state.acknowledged == len(paper.rows) >= 20
    assert [part.name for part in state.parts] == ["preflight", "switch"]


def test_acknowledged_writes_that_are_gone_fail_it() -> None:
    paper = Paper(forgets=3)
    state = record(run(paper, paper.switch))
    assert not state.proven
    assert state.lost == 3
    assert state.rpo > timedelta(seconds=0.3)
    assert [one.name for one in state.checks if not one.held] == ["canary"]


def test_an_outage_above_the_bound_ends_it() -> None:
    paper = Paper(takes_over=False)
    began = time.monotonic()
    state = record(run(paper, paper.switch), CannotSee(Reason.UNREACHABLE, say("nobody leads")))
    assert time.monotonic() - began < 20
    assert "nobody took writes for" in state.trouble
    assert "switching back needs an authorization of its own" in state.trouble
    assert not state.has("outage")
    assert {one.name for one in state.checks if not one.held} >= {"leader", "outage", "standby"}


def test_a_group_that_stays_as_it_was_fails_it() -> None:
    paper = Paper()

    async def ask() -> str:
        return "of course"

    assert "no other server took over" in record(run(paper, ask)).trouble


def test_a_refusal_is_told() -> None:
    paper = Paper()
    course = run(paper, paper.refuse, bounds=Bounds(outage=1.0, whole=60.0, quiet=1.0))
    assert "412 no candidate" in record(course).trouble


def test_what_cannot_be_written_is_never_asked_for() -> None:
    paper, asked = Paper(deaf=True), []

    async def ask() -> str:
        asked.append(1)
        return ""

    with pytest.raises(CannotSee, match="nobody may write"):
        run(paper, ask)
    assert not asked


def test_the_last_word_ends_it_before_the_request() -> None:
    paper = Paper()

    async def stop() -> None:
        raise CannotSee(Reason.DENIED, say("too late"))

    with pytest.raises(CannotSee, match="too late"):
        run(paper, paper.switch, stop)
    assert paper.gone is None


def test_one_broken_off_is_cleared_and_can_be_recorded() -> None:
    paper, course = Paper(gap=60), Course()

    async def work() -> None:
        task = asyncio.create_task(performed(paper, course, nothing, paper.switch, Bounds(60, 60)))
        while course.asked is None:
            await asyncio.sleep(0.05)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(work())
    assert (paper.closed, paper.cleared) == (True, 1)
    state = record(course, CannotSee(Reason.INCOMPLETE, say("nobody looked")), "it was broken off after the request")
    assert (state.proven, state.acknowledged > 0, state.lost) == (False, True, 0)


@pytest.mark.parametrize("broken", ["write", "ask"])
def test_a_bug_on_the_way_leaves_no_canary_behind(broken: str) -> None:
    class Buggy(Paper):
        async def write(self, number: int) -> str:
            if broken == "write" and self.gone is not None:
                raise ArithmeticError("a bug")
            return await super().write(number)

    paper = Buggy()

    async def ask() -> str:
        await paper.switch()
        if broken == "ask":
            raise ArithmeticError("a bug")
        return "of course"

    with pytest.raises(ArithmeticError):
        run(paper, ask)


def test_what_could_not_be_read_again_is_absent() -> None:
    class Blind(Paper):
        async def found(self) -> frozenset[int]:
            raise CannotSee(Reason.TIMEOUT, say("no answer"))

    paper = Blind()
    course = run(paper, paper.switch)
    state = record(course)
    assert not state.proven
    with pytest.raises(CannotSee, match="could not be read again"):
        _ = state.lost
