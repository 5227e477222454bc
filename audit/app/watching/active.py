"""An inventory with the history of its store to the watch over it, for as long as the store's lock is held."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from audit.app.watching.declared import declared, silent
from audit.app.watching.gauges import Gauges
from audit.app.watching.holding import Past
from audit.app.watching.jobs import Jobs
from audit.app.watching.journal import Journal
from audit.app.watching.kept import Kept
from audit.app.watching.looks import Looks, Watched
from audit.app.watching.pulse import Pulse
from audit.app.watching.reload import Marks, Refused, Reload
from audit.app.watching.rounds import Rounds, wall
from audit.app.watching.setting import Setting, known, log_of, most_looks, watched
from audit.app.watching.telling import ALWAYS, line_of
from audit.app.watching.wiring import Wiring
from audit.contract import bug_text
from audit.engine.recurring import Habits, measure
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.model.measurement import Measurement
from audit.model.message import Message, say
from audit.schedule.ticking import Ticking, Timed

FLUSH: Final = 3.0
"""Seconds that the last write may take at the end."""
RARELY: Final = (20_000, 50, 50)
"""Thresholds of the collector: a look makes nearly nothing that only it could free."""
LATELY: Final = 10.0
"""Seconds over which the delay of the loop is told."""
CUT: Final = 0.5
"""Seconds that looks have to end when the watch does."""
ROLL: Final = "7 * * * *"
"""When hours and days are rolled up: a little after the hour, when late measurements are in."""


class Active:
    """The watch while it has the store; begin it with `run`."""

    def __init__(
        self, setting: Setting, estate: Estate, past: Past, gauges: Gauges, *, marks: Marks, took_over: bool
    ) -> None:
        self._setting = setting
        self._took_over = took_over
        self._lost = asyncio.Event()
        self.estate = estate
        self._world = setting.world(estate)
        vantage = estate.watch.vantage
        self.journal = Journal(past, vantage, wall, self._heed)
        self.wiring = Wiring(estate, self._world, setting.messenger(estate), gauges, self.tell)
        self.looks = Looks(self._measure, self._keep, wall, vantage, most_looks())
        self.rounds = Rounds(self.looks.begin, self.looks.miss)
        self.jobs = Jobs(setting.path, setting.store, setting.catalogue, wall, self.tell)
        self._reload = Reload(setting.path, setting.catalogue, estate, marks)
        self._ticking = Ticking(estate.about.timezone)
        self._kept = Kept(self._bug)
        self._habits: dict[timedelta, Habits] = {}
        self._watched: Mapping[str, Watched] = {}
        self._log_number = 0
        self.started = wall()
        self._refused = False
        self.alive: datetime | None = None
        """When the newest look ended."""

    def pulse(self) -> Pulse:
        """How this watch is doing."""
        watch = self.estate.watch
        return Pulse(
            at=wall(),
            subjects=len(self._watched),
            alive=self.alive,
            slowest=max((one.every for one in tuple(self._watched.values())), default=watch.every),
            started=self.started,
            lag=self.wiring.lag.worst(time.monotonic() - LATELY),
            most_lag=watch.lag.total_seconds(),
            store=not self.journal.trouble,
            buffered=self.journal.waiting,
            trouble=self.wiring.selfcheck.trouble,
            inventory=not self._refused,
        )

    def reload(self) -> None:
        """Read the inventory again, now."""
        self._reload.ask()

    def tell(self, event: Event) -> None:
        """Write an entry into the log, let everybody heed it."""
        self.journal.tell(event)
        self._heed(event)

    async def run(self, stop: asyncio.Event) -> bool:
        """Watch until somebody wants it to stop; False where the store was lost to another watch."""
        await self._begin()
        ends = [asyncio.ensure_future(event.wait()) for event in (stop, self._lost)]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            await self._end()
        return not self._lost.is_set()

    async def _begin(self) -> None:
        now, vantage = wall(), self.estate.watch.vantage
        log = await self.journal.ask(partial(log_of, now=now))
        self._log_number = max((event.number for event in log), default=0)
        self.wiring.restore(log)
        self.jobs.restore(log)
        last, self.rounds.shift = await self.journal.ask(partial(known, vantage=vantage, now=now))
        await self._adopt(self.estate, log)
        values = {"process": os.getpid(), "vantage": vantage, "estate": self.estate.ref, "subjects": len(self._watched)}
        self.tell(Event(now, "took-over" if self._took_over else "started", "", values))
        for row, every in self.rounds.missed(last.get):
            self.looks.miss(row, every)
        await self.journal.flush()
        self._kept.begin("journal", self.journal.run)
        self._kept.begin("lock", self._hold)
        self._kept.begin("clock", self._guard)
        self._kept.begin("reload", partial(self._reload.run, self._changed))
        self.wiring.begin(self._kept, self._keep, self.pulse)
        self._tick()

    async def _adopt(self, estate: Estate, log: Sequence[Event]) -> None:
        """Watch this estate from now on."""
        now = wall()
        if estate is not self.estate:
            self._world = self._setting.world(estate)
        self.estate = estate
        self._habits.clear()
        self._watched = watched(estate, self._setting.catalogue)
        shortest = min((one.every for one in self._watched.values()), default=estate.watch.every)
        self.wiring.adopt(estate, self._world, self._watched, log, shortest=shortest)
        with suppress(Stop):
            await self.journal.ask(self.wiring.follow)
        for event in declared(estate.maintenance, log, now):
            self.tell(event)
        read = {event.values.get("id"): event.at for event in log if event.kind == "maintenance-declared"}
        self.looks.set(self._watched, silent(estate, {one.id: read.get(one.id, now) for one in estate.maintenance}))
        self.rounds.set((ref, one.every) for ref, one in self._watched.items())
        _settle()

    def _tick(self) -> None:
        """One job for each cadence, one for each cron expression of the estate."""
        names = set()
        self._ticking.zone = self.estate.about.timezone
        for every in self.rounds.cadences:
            name = f"every {every.total_seconds():g} s"
            self._ticking.every(name, every, partial(self.rounds.tick, every), wall())
            names.add(name)
        for work in (*self.jobs.adopt(self.estate), Timed("roll", ROLL, self._roll), *self.wiring.timed()):
            self._ticking.at(work)
            names.add(work.name)
        self._ticking.keep_only(names)

    def _measure(self, one: Watched, due: datetime) -> Coroutine[Any, Any, Measurement]:
        habits = self._habits.get(one.every)
        if habits is None:
            habits = self._habits[one.every] = self.wiring.habits(one.every)
        return measure(one.item, one.probe, self._world, due, habits)

    def _keep(self, measurement: Measurement) -> None:
        if measurement.vantage == self.estate.watch.vantage:
            self.alive = wall()
        self.journal.keep(measurement)
        self.wiring.heed(measurement)

    def _heed(self, event: Event) -> None:
        says = line_of(event)
        if says is not None and (not self._setting.quiet or event.kind in ALWAYS):
            self._setting.talk(says)
        self.wiring.flip(event)

    def _bug(self, name: str, bug: BaseException) -> None:
        self.tell(Event(wall(), "failed", "", {"what": name, "why": bug_text(bug)}))

    def _changed(self, found: Estate | Refused) -> None:
        if isinstance(found, Refused):
            self._refused = True
            for one in found.says:
                self._setting.talk(one if isinstance(one, Message) else say("{text}", text=one))
            says = [str(one) for one in found.says[:20]]
            self.tell(Event(wall(), "reload-refused", "", {"problems": len(found.says), "says": says}))
            return
        self._refused = False
        before, after = self.estate.watch, found.watch
        doors = {(watch.metrics.machine, watch.metrics.port) for watch in (before, after)}
        if after.vantage != before.vantage or len(doors) > 1:
            self._setting.talk(say("another `vantage` or `metrics` holds from the next start of the watch on"))
            kept = {"vantage": before.vantage, "metrics": before.metrics}
            found = found.model_copy(update={"watch": after.model_copy(update=kept)})
        self._kept.begin("adopt", partial(self._anew, found))

    async def _anew(self, estate: Estate) -> None:
        before = set(self._watched)
        try:
            # What was told a moment ago must be in the log: a window could not be withdrawn from where it is not.
            log = await self.journal.ask(partial(log_of, now=wall())) if await self.journal.flush() else None
        except Stop:
            log = None
        if log is None:
            log = ()  # the store is away: flips go on, what is declared now counts from when it is back
            self._reload.ask_later()
        await self._adopt(estate, log)
        after = set(self._watched)
        self._tick()
        values = {"subjects": len(after), "new": len(after - before), "gone": len(before - after)}
        self.tell(Event(wall(), "reloaded", "", {**values, "sha256": estate.sha256}))

    async def _guard(self) -> None:
        """Once a second: was the clock set, did somebody acknowledge."""
        while True:
            await asyncio.sleep(1)
            if self.rounds.check():
                self._ticking.again(wall())
            if not self.journal.trouble:
                with suppress(Stop):
                    await self._acknowledged()

    async def _acknowledged(self) -> None:
        number = self._log_number
        found = await self.journal.ask(lambda past: past.events(kinds=("acknowledged",), after=number))
        for event in found:
            self._log_number = max(self._log_number, event.number)
            self.wiring.acknowledged(event)

    async def _hold(self) -> None:
        """Once a second: is the store's lock still ours. Where nobody can tell, the store is away for all."""
        while True:
            await asyncio.sleep(1)
            try:
                if await self.journal.ask(lambda past: past.holds()):
                    continue
            except Stop:
                pass
            try:
                await self.journal.reopen(self._setting.open_past)
            except Stop as stop:
                if stop.code is Exit.LOCKED:
                    self._lost.set()
                    return

    async def _roll(self) -> None:
        raw = self.estate.watch.raw
        try:
            await self.journal.ask(lambda past: past.roll(wall(), raw))
        except Stop as stop:
            self.tell(Event(wall(), "failed", "", {"what": "roll", "says": list(stop.lines)}))

    async def _end(self) -> None:
        """Within five seconds, whatever hangs."""
        lost = self._lost.is_set()
        self._ticking.end()
        self.rounds.end()
        await self.looks.end(0 if lost else CUT)
        await self._kept.end()
        self.wiring.end()
        ending = asyncio.ensure_future(self.jobs.end())
        if not lost:
            self.tell(Event(wall(), "ended", "", {"process": os.getpid()}))
            await self._last_write()
        await ending
        await self.journal.leave()

    async def _last_write(self) -> None:
        flushing = asyncio.ensure_future(self.journal.flush())
        await asyncio.wait((flushing,), timeout=FLUSH)
        left = self.journal.waiting
        if left:
            self._setting.talk(say("{count} measurements could not be stored", count=left))
        if flushing.done() and (bug := flushing.exception()) is not None:
            self._bug("journal", bug)


def _settle() -> None:
    """Keep the collector of garbage away from what stays: it would stop every look while it goes through that."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)
