"""Looks that are due to the measurements of those that were taken, with a row for those that were not."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from audit.contract import Probe, bug_text
from audit.model.item import Technology
from audit.model.measurement import MISSED, Measurement, State
from audit.model.verdict import Reason
from audit.schedule.wheel import Row

LONGEST_DETAIL: Final = 200


@dataclass(frozen=True, slots=True)
class Watched:
    """One subject of the watch."""

    item: Technology
    probe: Probe
    every: timedelta


Measure = Callable[[Watched, datetime], Coroutine[Any, Any, Measurement]]


class Looks:
    """Every look that is under way, at most one for each subject, at most `most` at once."""

    def __init__(
        self,
        measure: Measure,
        keep: Callable[[Measurement], None],
        now: Callable[[], datetime],
        vantage: str,
        most: int,
    ) -> None:
        self._measure = measure
        self._keep = keep
        self._now = now
        self._most = most
        self._vantage = vantage
        self._watched: Mapping[str, Watched] = {}
        self._silent: Callable[[str, datetime], str] = lambda ref, due: ""
        self._out: dict[str, asyncio.Task[Measurement]] = {}
        self._waiting: deque[tuple[Watched, datetime]] = deque()
        self._queued: set[str] = set()
        self._behind: dict[str, Measurement] = {}
        """Looks that were due while the one before still ran; told after it, so that times stay in order."""

    @property
    def under_way(self) -> int:
        return len(self._out)

    def set(self, watched: Mapping[str, Watched], silent: Callable[[str, datetime], str]) -> None:
        """What is watched from now on; `silent` says why nobody may look at a subject at an instant."""
        self._watched = watched
        self._silent = silent

    def begin(self, ref: str, due: datetime) -> None:
        """A look is due."""
        watched = self._watched.get(ref)
        if watched is None:
            return
        why = self._silent(ref, due)
        if ref in self._out or ref in self._queued:
            self._put_behind(self._missed(Row(ref, due, due), watched.every, why or "the look before it still ran"))
        elif why:
            self._keep(self._missed(Row(ref, due, due), watched.every, why))
        elif len(self._out) >= self._most:
            self._waiting.append((watched, due))
            self._queued.add(ref)
        else:
            self._start(watched, due)

    def miss(self, row: Row, every: timedelta) -> None:
        """A row of looks did not happen."""
        missed = self._missed(row, every, "nobody looked then")
        if row.ref in self._out or row.ref in self._queued:
            self._put_behind(missed)
        else:
            self._keep(missed)

    async def all(self) -> None:
        """Wait until no look is under way or waits for its turn."""
        while self._out:
            await asyncio.wait(tuple(self._out.values()), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)  # what ended is told, what waited begins

    async def end(self, patience: float) -> None:
        """No further looks; those under way have a moment to end, then they are cut off and count as missed later."""
        self._watched = {}
        self._waiting.clear()
        self._queued.clear()
        if not self._out:
            return
        _, late = await asyncio.wait(tuple(self._out.values()), timeout=patience)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=1)

    def _start(self, watched: Watched, due: datetime) -> None:
        task = asyncio.get_running_loop().create_task(self._measure(watched, due))
        self._out[watched.item.ref] = task
        task.add_done_callback(partial(self._ended, watched, due))

    def _ended(self, watched: Watched, due: datetime, task: asyncio.Task[Measurement]) -> None:
        ref = watched.item.ref
        del self._out[ref]
        behind = self._behind.pop(ref, None)
        # One that cancelled itself is told of like any other bug: only who ends the watch may cut a look off.
        if not task.cancelled() or self._watched:
            bug = asyncio.CancelledError() if task.cancelled() else task.exception()
            self._keep(task.result() if bug is None else self._crashed(watched, due, bug))
            if behind is not None:
                self._keep(behind)
        while self._waiting and len(self._out) < self._most:
            waited, was_due = self._waiting.popleft()
            self._queued.discard(waited.item.ref)
            if self._now() - was_due > waited.every:
                self._too_late(waited, was_due)
            elif waited.item.ref in self._watched:
                self._start(waited, was_due)

    def _too_late(self, watched: Watched, due: datetime) -> None:
        ref = watched.item.ref
        missed = self._missed(Row(ref, due, due), watched.every, "too many looks were under way")
        behind = self._behind.pop(ref, None)
        self._keep(missed if behind is None else replace(missed, until=behind.until or behind.due))

    def _put_behind(self, missed: Measurement) -> None:
        before = self._behind.get(missed.subject)
        if before is not None:
            missed = replace(before, until=missed.until or missed.due)
        self._behind[missed.subject] = missed

    def _missed(self, row: Row, every: timedelta, why: str) -> Measurement:
        return Measurement(
            subject=row.ref,
            due=row.first,
            at=self._now(),
            state=State.UNKNOWN,
            reason=MISSED,
            detail=why[:LONGEST_DETAIL],
            until=row.last if row.last > row.first else None,
            every=every,
            attempts=0,
            vantage=self._vantage,
        )

    def _crashed(self, watched: Watched, due: datetime, bug: BaseException) -> Measurement:
        return Measurement(
            subject=watched.item.ref,
            due=due,
            at=self._now(),
            state=State.UNKNOWN,
            reason=Reason.CRASHED.value,
            detail=bug_text(bug),
            every=watched.every,
            vantage=self._vantage,
        )
