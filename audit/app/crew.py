"""A plan in, its observations out, also where a plugin never gives control back or somebody presses Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any, Final

import anyio

from audit.catalogue import Catalogue
from audit.engine import Options, look
from audit.model.evidence import Observation, Task
from audit.model.facts import Unseen
from audit.model.message import say
from audit.model.plan import Plan
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.world import World

TICK: Final = 0.2
GRACE: Final = 5.0
"""Seconds beyond its deadline after which whatever has not ended is left behind; more than the engine's own grace."""


def observe(
    plan: Plan,
    catalogue: Catalogue,
    world: Callable[[], World],
    deadline: timedelta,
    on_seen: Callable[[Observation | None], None],
    grace: float = GRACE,
) -> str:
    """Take the looks of a plan in a thread of their own, so that no plugin can hold up the end of the run.

    A probe that blocks the whole thread is left behind with it: what it looks at is unknown, a new thread takes the
    looks that are left. `on_seen` is called in the thread of the caller, with None while there is nothing new. The
    first Ctrl-C ends the run in order, the second one at once. The answer is `complete`, `deadline` or `interrupted`.
    """
    if not logging.getLogger().handlers:
        # What libraries log of servers is hostile text; without a handler Python prints it as it is.
        logging.getLogger().addHandler(logging.NullHandler())
    ends = time.monotonic() + deadline.total_seconds()
    left = {task.subject: task for task in plan.tasks}
    with _interruptible() as interrupted:
        while True:
            time_left = timedelta(seconds=max(0.0, ends - time.monotonic()))
            crew = _Crew(replace(plan, tasks=tuple(left.values())), catalogue, world(), time_left)
            crew.start()
            for observation in crew.watched(left, interrupted, ends, grace):
                if observation is not None:
                    left.pop(observation.subject, None)
                on_seen(observation)
            if not left:
                return "complete"
            if interrupted.is_set():
                return "interrupted"
            if crew.ended or time.monotonic() >= ends:
                return "deadline"


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """An event that the first SIGINT or SIGTERM sets; the one after it acts as ever."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    before: dict[int, Any] = {}

    def heed(number: int, frame: FrameType | None) -> None:
        event.set()
        signal.signal(number, before[number])

    for number in (int(signal.SIGINT), int(signal.SIGTERM)):
        before[number] = signal.signal(number, heed)
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Crew:
    """One thread with one event loop that takes looks; nobody waits for it longer than its time."""

    def __init__(self, plan: Plan, catalogue: Catalogue, world: World, deadline: timedelta) -> None:
        self.ended = False
        self._seen: SimpleQueue[Observation | asyncio.Task[str]] = SimpleQueue()
        self._busy: tuple[str, float] = ("", 0.0)
        self._stop = anyio.Event()
        self._loop = asyncio.new_event_loop()
        # A thread that is left behind must not print into the report of a run that went on without it.
        self._loop.set_exception_handler(lambda loop, context: None)
        options = Options(
            sleep=anyio.sleep,
            jitter=lambda: random.uniform(0.3, 1.0),  # noqa: S311 - no secret hangs on it
            deadline=deadline,
            stop=self._stop,
            redact=world.redact,
            busy=self._note,
        )
        self._looking = look(plan, catalogue, world, self._seen.put, options)

    def start(self) -> None:
        # A daemon: at the end of the program nobody waits for a thread that hangs, nor for those that it made.
        threading.Thread(target=self._live, name="looks", daemon=True).start()

    def watched(
        self, tasks: dict[str, Task], interrupted: threading.Event, ends: float, grace: float
    ) -> Iterator[Observation | None]:
        """What is seen, None at every tick without, until the crew has ended or is left behind."""
        leave = ends + grace
        stopping = False
        try:
            while True:
                got = self._next()
                if isinstance(got, asyncio.Task):
                    self.ended = True
                    got.result()
                    return
                yield got
                now = time.monotonic()
                if interrupted.is_set() and not stopping:
                    stopping, leave = True, min(leave, now + grace)
                    self._end()
                subject, since = self._busy
                task = tasks.get(subject)
                if task is not None and now > min(leave, since + task.deadline.total_seconds() + grace):
                    if not stopping:
                        yield _hung(task, now - since)
                    return
                if now > leave:
                    return
        finally:
            self._end()

    def _next(self) -> Observation | asyncio.Task[str] | None:
        try:
            return self._seen.get(timeout=TICK)
        except Empty:
            return None

    def _note(self, subject: str) -> None:
        self._busy = (subject, time.monotonic() if subject else 0.0)

    def _end(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: it has ended already
            self._loop.call_soon_threadsafe(self._stop.set)

    def _live(self) -> None:
        looking = self._loop.create_task(self._looking)
        looking.add_done_callback(self._done)
        self._loop.run_forever()
        rest = asyncio.all_tasks(self._loop)
        for task in rest:
            task.cancel()
        if rest:
            _, rest = self._loop.run_until_complete(asyncio.wait(rest, timeout=1))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        if not rest:
            self._loop.close()

    def _done(self, looking: asyncio.Task[str]) -> None:
        self._seen.put(looking)
        self._loop.stop()


def _hung(task: Task, took: float) -> Observation:
    says = say("the probe did not give back control in {deadline}", deadline=plain(task.deadline))
    return Observation(
        subject=task.subject,
        probe=task.probe,
        at=datetime.now(UTC),
        took=timedelta(seconds=round(took, 6)),
        seen=None,
        unseen=Unseen.of(CannotSee(Reason.TIMEOUT, says)),
        source=f"{task.probe} at {task.host}",
    )
