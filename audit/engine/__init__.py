"""A plan in, one observation for each of its looks out, told to a callback as it comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import anyio

from audit.catalogue import Catalogue
from audit.contract import bug_text
from audit.engine.documents import document
from audit.engine.leash import Leash
from audit.engine.queue import Queue
from audit.model.estate import Evidence
from audit.model.evidence import Observation, Task
from audit.model.facts import DocumentState, Facts, ServiceState, Unseen
from audit.model.item import Item, Technology
from audit.model.message import Message, fill, say
from audit.model.plan import Plan
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.world import World

PASSING: Final = (Reason.UNREACHABLE, Reason.TIMEOUT)
"""Reasons that may be gone a moment later: the engine looks again before anybody judges."""
POLL: Final = 0.25
LONGEST_HISTORY: Final = 300


@dataclass(frozen=True, slots=True)
class Options:
    """How a run looks; sleep and chance come from outside."""

    sleep: Callable[[float], Awaitable[None]]
    jitter: Callable[[], float]
    """Seconds to wait before looking again."""
    deadline: timedelta = timedelta(minutes=10)
    """For the whole run."""
    overall: int = 64
    """Looks at once."""
    per_host: int = 2
    attempts: int = 3
    grace: float = 2.0
    """Seconds that a probe has for tidying up after it was told to end."""
    stop: anyio.Event | None = None
    """Once set, the run ends; what was seen is kept."""
    redact: Callable[[str], str] = str
    """Takes secrets out of a text."""
    busy: Callable[[str], None] = lambda subject: None
    """Told whose probe is running, with an empty text when it hands back control."""


async def look(
    plan: Plan, catalogue: Catalogue, world: World, on_seen: Callable[[Observation], None], options: Options
) -> str:
    """Take every look of a plan; `complete`, or why some were not taken: `deadline` or `interrupted`.

    A probe that never gives control back (`time.sleep`, an endless loop) holds up this function: whoever needs a bound
    for that too runs it in a thread and watches `options.busy`.
    """
    return await _Run(plan, catalogue, world, on_seen, options).whole()


class _Run:
    """One run while it lasts."""

    def __init__(
        self, plan: Plan, catalogue: Catalogue, world: World, on_seen: Callable[[Observation], None], options: Options
    ) -> None:
        self._plan = plan
        self._catalogue = catalogue
        self._world = world
        self._on_seen = on_seen
        self._options = options
        self._queue = Queue(plan.tasks, options.per_host)
        self._missing = len(plan.tasks)
        self._out = 0
        self._wake = anyio.Event()
        self._interrupted = False
        self._scopes: list[anyio.CancelScope] = []
        """If one of them was cancelled, the run is over."""
        self._ends: dict[Leash, float] = {}
        """Running attempts with the instant at which each has to be over."""

    async def whole(self) -> str:
        tidying = anyio.CancelScope(shield=True)
        async with anyio.create_task_group() as around:
            try:
                with anyio.move_on_after(self._options.deadline.total_seconds()) as scope:
                    self._scopes += (scope, around.cancel_scope)
                    around.start_soon(self._let_go, tidying)
                    if self._options.stop is not None:
                        around.start_soon(self._heed, self._options.stop, scope)
                    await self._take_all()
            finally:
                tidying.cancel()
            around.cancel_scope.cancel()
        if not self._missing:
            return "complete"
        return "interrupted" if self._interrupted else "deadline"

    async def _heed(self, stop: anyio.Event, scope: anyio.CancelScope) -> None:
        await stop.wait()
        self._interrupted = True
        scope.cancel()

    async def _let_go(self, tidying: anyio.CancelScope) -> None:
        """Let go of every probe that goes on after its time, or after the end of the run."""
        now = self._world.clock.monotonic
        over: float | None = None
        with tidying:
            while True:
                await self._options.sleep(POLL)
                if over is None and any(scope.cancel_called for scope in self._scopes):
                    over = now()
                for leash, ends in tuple(self._ends.items()):
                    if now() > (ends if over is None else min(ends, over)) + self._options.grace:
                        leash.let_go()

    async def _take_all(self) -> None:
        async with anyio.create_task_group() as group:
            self._scopes.append(group.cancel_scope)
            while True:
                while self._out < self._options.overall and (task := self._queue.take()) is not None:
                    self._out += 1
                    group.start_soon(self._take, task)
                if not self._out:
                    return
                await self._wake.wait()
                self._wake = anyio.Event()

    async def _take(self, task: Task) -> None:
        observation = await self._look(task)
        self._missing -= 1
        self._out -= 1
        self._queue.back(task)
        self._wake.set()
        self._on_seen(observation)

    async def _look(self, task: Task) -> Observation:
        """Look, and look again where what was seen may be passing; the last whole attempt counts."""
        clock = self._world.clock
        began = clock.monotonic()
        ends = began + task.deadline.total_seconds()
        history: list[str] = []
        at = clock.now()
        seen, _ = await self._attempt(task, ends)
        while len(history) + 1 < self._options.attempts and _may_pass(seen):
            pause = self._options.jitter()
            if clock.monotonic() + pause >= ends:
                break
            await self._options.sleep(pause)
            again = clock.now()
            other, cut = await self._attempt(task, ends)
            if cut:
                break
            history.append(self._options.redact(_short(seen))[:LONGEST_HISTORY])
            at, seen = again, other
        return Observation(
            subject=task.subject,
            probe=task.probe,
            at=at,
            took=timedelta(seconds=round(clock.monotonic() - began, 6)),
            seen=seen if isinstance(seen, Facts) else None,
            unseen=seen if isinstance(seen, Unseen) else None,
            attempts=len(history) + 1,
            history=tuple(history),
            source=self._options.redact(f"{task.probe} at {task.host}"),
        )

    async def _attempt(self, task: Task, ends: float) -> tuple[Facts | Unseen, bool]:
        """What one attempt saw, or why it could not see; whether it was cut off by the deadline of its task."""
        leash = Leash(self._seen(task), task.subject, self._options.busy)
        self._ends[leash] = ends
        try:
            with anyio.move_on_after(ends - self._world.clock.monotonic()) as scope:
                async with anyio.create_task_group() as room:
                    room.start_soon(leash.run)
        finally:
            del self._ends[leash]
        if isinstance(leash.value, Facts):
            return leash.value, False
        if isinstance(leash.bug, CannotSee):
            return self._unseen(leash.bug.reason, leash.bug.says), False
        if scope.cancel_called:
            return self._unseen(
                Reason.TIMEOUT, say("the look did not end in {deadline}", deadline=plain(task.deadline))
            ), True
        bug = "nothing was returned" if leash.bug is None else bug_text(leash.bug)
        return self._unseen(Reason.CRASHED, say("the probe failed: {bug}", bug=bug)), False

    async def _seen(self, task: Task) -> Facts:
        """What the probe of a task returns, read back as the store would read it: nonsense is a bug from here on."""
        item: Item = self._plan.estate.index[task.subject]
        if isinstance(item, Evidence):
            seen: object = await document(item, self._plan.estate, self._world)
            kind: type[Facts] = DocumentState
        else:
            probe = self._catalogue.probe_of(type(item)) if isinstance(item, Technology) else None
            if probe is None:
                raise TypeError(f"no probe looks at a {type(item).__name__}")
            seen = await probe.look(item, self._world)
            kind = probe.facts
        if not isinstance(seen, kind):
            raise TypeError(f"the probe returned {type(seen).__name__} and no {kind.__name__}")
        values = seen.model_dump(mode="json", exclude_unset=True, warnings="error")
        return type(seen).model_validate(_redacted(values, self._options.redact))

    def _unseen(self, reason: object, says: object) -> Unseen:
        """As a plugin may raise it, so that even its parts are of any type."""
        message = says if isinstance(says, Message) else say("{text}", text=says)
        values = {name: self._options.redact(text) for name, text in message.values.items()}
        known = reason if isinstance(reason, Reason) else Reason.CRASHED
        return Unseen(reason=known, template=message.template, values=values)


def _may_pass(seen: Facts | Unseen) -> bool:
    return seen.reason in PASSING if isinstance(seen, Unseen) else seen.troubled()


def _short(seen: Facts | Unseen) -> str:
    if isinstance(seen, Unseen):
        return f"{seen.reason}: {fill(seen.template, seen.values)}"
    if isinstance(seen, ServiceState):
        return "; ".join(f"{sample.address} {sample.failure or 'answered'}" for sample in seen.tried)
    return type(seen).__name__


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    """Plain values with every text cleaned of secrets."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_redacted(one, redact) for one in value]
    if isinstance(value, dict):
        return {key: _redacted(one, redact) for key, one in value.items()}
    return value
