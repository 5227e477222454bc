"""Cadences with cron expressions to calls at their times, on APScheduler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

Call = Callable[[], Awaitable[None]]
"""An async function or a partial of one; APScheduler takes a lambda for a plain function and never awaits it."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One piece of work at the times of a cron expression."""

    name: str
    cron: str
    call: Call


class Ticking:
    """One job a cadence or cron expression; must be made and used inside the running event loop."""

    def __init__(self, zone: str) -> None:
        # Without these defaults APScheduler drops, silently, whatever it comes to a second too late.
        settings = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self.zone = zone
        """In which cron expressions are meant; another one holds for what is added from then on."""
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=settings)
        self._scheduler.start()

    def every(self, name: str, every: timedelta, call: Call, now: datetime) -> None:
        """Call at once, then once in each cadence; takes the place of an older call of that name."""
        trigger = IntervalTrigger(seconds=max(every.total_seconds(), 0.05), timezone=UTC)
        self._scheduler.add_job(call, trigger, id=name, replace_existing=True, next_run_time=now)

    def at(self, work: Timed) -> None:
        """Call at the times of a cron expression, in the zone of the estate; takes the place of an older one."""
        trigger = CronTrigger.from_crontab(work.cron, timezone=ZoneInfo(self.zone))
        self._scheduler.add_job(work.call, trigger, id=work.name, replace_existing=True)

    def keep_only(self, names: set[str]) -> None:
        """Forget every call of another name."""
        for job in self._scheduler.get_jobs():
            if job.id not in names:
                job.remove()

    def again(self, now: datetime) -> None:
        """Reckon all times anew: the clock of this machine was put back or forward, or it stood still."""
        for job in self._scheduler.get_jobs():
            trigger: Any = job.trigger
            if isinstance(trigger, IntervalTrigger):
                job.modify(next_run_time=now)
            else:
                job.modify(next_run_time=trigger.get_next_fire_time(None, now))

    def next(self, name: str) -> datetime | None:
        """When a call comes next; None where it never will."""
        job: Any = self._scheduler.get_job(name)
        return None if job is None or job.next_run_time is None else job.next_run_time.astimezone(UTC)

    def end(self) -> None:
        """No further call; one that is running is left to its caller."""
        self._scheduler.shutdown(wait=False)
