"""One thing that is watched, with the time at which it is due, to its measurement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from audit.contract import Probe, bug_text
from audit.engine.leash import Leash
from audit.engine.looked import Looked, looked, shown, unseen
from audit.model.facts import ServiceState
from audit.model.item import Technology
from audit.model.measurement import PROBER, Measurement, State
from audit.model.message import Message, say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.deadline import Deadline
from audit.world.world import World

SPARE: Final = 0.05
"""The share of a cadence that is left free, so that a look is over before the next is due."""
SHORTEST: Final = 0.05
"""Seconds in which another attempt still makes sense."""
MORE: Final = 2
"""Attempts beyond the planned ones, where those say nothing as this machine was behind its work."""


def _nothing(*told: str) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the watch looks; sleep, chance and what is known of the prober itself come from outside."""

    confirm: tuple[float, ...] = (2.0, 8.0)
    """Seconds after a first failure at which it is looked again; closer together where the cadence is short."""
    lag: float = 0.05
    """Seconds of delay of the prober itself beyond which a failure by time says nothing."""
    every: timedelta
    """The cadence: a look is over before the next is due."""
    vantage: str
    sleep: Callable[[float], Awaitable[None]]
    jitter: Callable[[], float]
    """Seconds added to each pause."""
    doubt: Callable[[str, str], Awaitable[str]]
    """Told host and failure before a silence counts as an outage: empty, or why it lies with the prober itself."""
    late: Callable[[float], float]
    """The worst delay of the event loop, in seconds, since a monotonic instant."""
    noted: Callable[[str, str], None] = _nothing
    """Told of each first attempt: the host with how it was silent, empty where it was not."""


def measurable(probe: Probe) -> bool:
    """Whether what a probe looks at is a service, which is all that a watch measures."""
    return issubclass(probe.facts, ServiceState)


async def measure(item: Technology, probe: Probe, world: World, due: datetime, habits: Habits) -> Measurement:
    """Look, look again before anything counts as failed, tell how it was; over before the next look is due."""
    return await _Look(item, probe, world, due, habits).whole()


class _Tied(Leash):
    """A leash that also ends when the watch itself does."""

    deadline: Deadline

    def send(self, value: Any) -> Any:
        if self._let_go:
            return super().send(value)
        self._waits_for = step = self._look.send(value)  # nobody is told who is busy: this is the hot path
        return step

    def throw(self, *thrown: Any) -> Any:
        self.deadline.heed(thrown)
        return super().throw(*thrown)


class _Look:
    """One look of the watch while it lasts."""

    __slots__ = ("_at", "_attempts", "_began", "_due", "_ends", "_habits", "_item", "_probe", "_timeout", "_world")

    def __init__(self, item: Technology, probe: Probe, world: World, due: datetime, habits: Habits) -> None:
        self._item = item
        self._probe = probe
        self._world = world
        self._due = due
        self._habits = habits
        self._attempts = 0
        self._at = world.clock.now()
        self._began = world.clock.monotonic()
        every = habits.every.total_seconds()
        # Where it begins much too late, or the clock was set, half of the cadence is there all the same.
        behind = min(max((self._at - due).total_seconds(), 0.0), every / 2)
        self._ends = self._began + (every - behind) * (1 - SPARE)
        timeout = getattr(item, "timeout", None)
        self._timeout = timeout.total_seconds() if isinstance(timeout, timedelta) else None

    async def whole(self) -> Measurement:
        first = await self._attempt(self._ends - self._began)
        if not first.deceived and (first.tried or first.silent):
            self._habits.noted(self._item.host, first.reason if first.silent else "")
        if not first.again:
            return self._measured(first)
        return await self._ended(await self._again(first))

    async def _again(self, first: Looked) -> list[Looked]:
        """Look again until it is well or the attempts are used up; all attempts that were whole."""
        clock, habits = self._world.clock, self._habits
        seen = [first]
        starts, between = self._starts(clock.monotonic())
        more = MORE
        while starts:
            start = starts.pop(0)
            if start + SHORTEST >= self._ends:
                break
            await habits.sleep(max(0.0, start - clock.monotonic()))
            left = self._ends - clock.monotonic()
            if left < SHORTEST:
                break
            attempt = await self._attempt(left / (len(starts) + 1))
            if attempt.cut:
                continue
            seen.append(attempt)
            if not attempt.again:
                break
            if not starts and more and all(one.deceived for one in seen[1:]):
                more -= 1
                starts.append(clock.monotonic() + between)
        return seen

    def _starts(self, failed: float) -> tuple[list[float], float]:
        """When to look again after a failure, with the seconds to wait before any attempt beyond those."""
        pauses = [pause + self._habits.jitter() for pause in self._habits.confirm]
        if not pauses:
            return [], 0.0
        left = self._ends - failed
        needed = 0.4 * left if self._timeout is None else min(self._timeout, 0.4 * left)
        shrink = min(1.0, max(0.0, left - needed) / pauses[-1]) if pauses[-1] > 0 else 1.0
        return [failed + pause * shrink for pause in pauses], pauses[0] * shrink

    async def _attempt(self, room: float) -> Looked:
        """Look once, from fresh sockets; `room` seconds are there for it."""
        began = self._world.clock.monotonic()
        item, longest, short = self._item, self._probe.deadline.total_seconds(), False
        if self._timeout is not None:
            longest = max(longest, 3 * self._timeout + 2)
            if self._timeout > room:
                # A timeout that the cadence has no room for: the first attempt then leaves half to those that confirm.
                share = 0.9 if self._attempts else 0.5
                item, short = item.model_copy(update={"timeout": timedelta(seconds=room * share)}), True
        longest = min(longest, room)
        leash = _Tied(self._seen(item), item.ref, _nothing)
        with Deadline(longest, leash.let_go) as deadline:
            leash.deadline = deadline
            await leash.run()
        deadline.pass_on(leash.bug)
        first = not self._attempts
        self._attempts += 1
        if isinstance(leash.value, Looked):
            seen = leash.value
        else:
            seen = _impossible(leash.bug, longest if deadline.over else None)
        seen.error = max(seen.error, self._habits.late(began))
        seen.deceived = seen.late and seen.error > self._habits.lag
        seen.cut = not first and (deadline.over or (short and seen.late))
        return seen

    async def _seen(self, item: Technology) -> Looked:
        seen: object = await self._probe.look(item, self._world)
        if not isinstance(seen, ServiceState):
            raise TypeError(f"the probe returned {type(seen).__name__} and no {ServiceState.__name__}")
        return looked(seen)

    async def _ended(self, seen: list[Looked]) -> Measurement:
        """What several attempts say together; the newest that can be trusted counts."""
        last = seen[-1]
        if last.state in (State.UP, State.DEGRADED):
            return self._well_at_last(seen)
        sure = [one for one in (seen[1:] or seen) if not one.deceived]
        if not sure:
            behind = plain(timedelta(milliseconds=round(1000 * last.error)))
            return self._doubted(last, say("this machine was {time} behind its work", time=behind))
        end = sure[-1]
        if end.state is State.UNKNOWN:
            failing = [one for one in seen if one.state is not State.UNKNOWN and not one.deceived]
            if len(failing) < 2:
                return self._measured(end)
            end = failing[-1]
        if end.state is State.DOWN and end.silent:
            why = await self._habits.doubt(self._item.host, end.reason)
            if why:
                return self._doubted(end, say("{why}", why=why))
        return self._measured(end)

    def _well_at_last(self, seen: list[Looked]) -> Measurement:
        last = seen[-1]
        failed = next((one for one in seen[:-1] if not one.deceived), None)
        if failed is not None:
            last.state, last.reason, last.detail = State.DEGRADED, failed.reason, failed.detail
        return self._measured(last)

    def _doubted(self, end: Looked, why: Message) -> Measurement:
        return self._measured(Looked(State.UNKNOWN, PROBER, str(why), error=end.error, good=end.good, tried=end.tried))

    def _measured(self, end: Looked) -> Measurement:
        habits = self._habits
        return Measurement(
            self._item.ref,
            self._due,
            self._at,
            end.state,
            end.reason,
            shown(self._world.redact(end.detail)) if end.detail else "",
            end.latency,
            end.phases,
            end.error,
            self._world.clock.monotonic() - self._began,
            self._attempts,
            end.good,
            end.tried,
            None,
            habits.every,
            habits.vantage,
        )


def _impossible(bug: BaseException | None, deadline: float | None) -> Looked:
    """An attempt that saw nothing; `deadline` where that was reached."""
    if isinstance(bug, CannotSee):
        # As a plugin may raise it, so that even its parts are of any type.
        reason: object = bug.reason
        return unseen((reason if isinstance(reason, Reason) else Reason.CRASHED).value, str(bug.says))
    if deadline is not None:
        says = say("the look did not end in {deadline}", deadline=plain(timedelta(seconds=round(deadline, 3))))
        return unseen(Reason.TIMEOUT.value, str(says))
    what = "nothing was returned" if bug is None else bug_text(bug)
    return unseen(Reason.CRASHED.value, str(say("the probe failed: {bug}", bug=what)))
