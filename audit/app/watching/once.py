"""An inventory with the history of its store to one look at everything that is due, for those who have cron."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from audit.app.watching.declared import declared, silent
from audit.app.watching.gauges import Gauges
from audit.app.watching.holding import Past
from audit.app.watching.journal import Journal
from audit.app.watching.kept import Kept
from audit.app.watching.looks import Looks, Watched
from audit.app.watching.pulse import Pulse
from audit.app.watching.rounds import AT_ONCE, wall
from audit.app.watching.setting import Setting, known, log_of, most_looks, watched
from audit.app.watching.telling import ALWAYS, line_of, nothing
from audit.app.watching.wiring import Wiring
from audit.contract import bug_text
from audit.engine.recurring import measure
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.model.measurement import GOOD, Measurement, State, reasoned
from audit.model.message import say
from audit.model.technology import Endpoint
from audit.schedule.wheel import Row, Wheel


async def look_once(setting: Setting, estate: Estate) -> Exit:
    """Look at everything that came due since it was last looked at; write, judge, tell.

    READY where all of it answered, FAILED where something did not, NOT_VERIFIED where nobody could tell. Stop(LOCKED)
    where a watch has the store.
    """
    past = await asyncio.to_thread(setting.open_past)
    once = _Once(setting, _at_once(estate), past)
    try:
        return await once.whole()
    finally:
        await once.leave()


def _at_once(estate: Estate) -> Estate:
    """All is looked at together, so no alert has to wait for others to go with."""
    alerts = tuple(channel.model_copy(update={"group": timedelta(0)}) for channel in estate.watch.alerts)
    return estate.model_copy(update={"watch": estate.watch.model_copy(update={"alerts": alerts})})


class _Once:
    """One round."""

    def __init__(self, setting: Setting, estate: Estate, past: Past) -> None:
        self._setting = setting
        self._estate = estate
        self._world = setting.world(estate)
        self._journal = Journal(past, estate.watch.vantage, wall, self._heed)
        gauges = Gauges(estate, lambda: Pulse(at=wall()))
        self._wiring = Wiring(estate, self._world, setting.messenger(estate), gauges, self._tell)
        self._looks = Looks(self._measure, self._keep, wall, estate.watch.vantage, most_looks())
        self._kept = Kept(self._bug)
        self._seen: list[Measurement] = []

    async def whole(self) -> Exit:
        now, estate = wall(), self._estate
        subjects = watched(estate, self._setting.catalogue)
        log = await self._journal.ask(partial(log_of, now=now))
        self._wiring.restore(log)
        if not subjects:
            self._setting.talk(nothing(estate.ref))
        shortest = min((one.every for one in subjects.values()), default=estate.watch.every)
        self._wiring.adopt(estate, self._world, subjects, log, shortest=shortest)
        self._wiring.recall()
        for event in declared(estate.maintenance, log, now):
            self._tell(event)
        read = {event.values.get("id"): event.at for event in log if event.kind == "maintenance-declared"}
        self._looks.set(subjects, silent(estate, {one.id: read.get(one.id, now) for one in estate.maintenance}))
        self._kept.begin("lag", self._wiring.lag.run)
        self._kept.begin("selfcheck", self._wiring.selfcheck.run)
        await self._look(subjects, now)
        await self._kept.end()
        await self._wiring.settle()
        if not await self._journal.flush():
            raise Stop(Exit.STORAGE, self._journal.trouble)
        return self._exit(subjects)

    async def _look(self, subjects: Mapping[str, Watched], now: datetime) -> None:
        vantage = self._estate.watch.vantage
        last, shift = await self._journal.ask(partial(known, vantage=vantage, now=now))
        wheels: dict[timedelta, list[str]] = defaultdict(list)
        for ref, one in subjects.items():
            wheels[one.every].append(ref)
        due: list[tuple[str, datetime]] = []
        for every, refs in wheels.items():
            wheel = Wheel(every, refs, shift)
            for ref in refs:
                row = wheel.row(ref, last.get(ref, now - every), now)
                if row is None:
                    continue
                if row.first < row.last:
                    self._looks.miss(Row(ref, row.first, row.last - every), every)
                due.append((ref, row.last))
        await self._journal.ask(partial(self._replay, longest=max(wheels, default=timedelta(0)), now=now))
        for number, (ref, at) in enumerate(due):
            self._looks.begin(ref, at)
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
        await self._looks.all()

    def _replay(self, past: Past, longest: timedelta, now: datetime) -> None:
        """Down is what failed several times: the samples before this one are in the store alone."""
        down = self._estate.watch.down
        self._wiring.replay(past.raw("", now - 2 * (down.of + down.recover) * longest, now))

    def _measure(self, one: Watched, due: datetime) -> Coroutine[Any, Any, Measurement]:
        habits = self._wiring.habits(one.every)
        return measure(one.item, one.probe, self._world, due, habits)

    def _keep(self, measurement: Measurement) -> None:
        self._seen.append(measurement)
        self._journal.keep(measurement)
        self._wiring.heed(measurement)

    def _tell(self, event: Event) -> None:
        self._journal.tell(event)
        self._heed(event)

    def _heed(self, event: Event) -> None:
        says = line_of(event)
        if says is not None and (not self._setting.quiet or event.kind in ALWAYS):
            self._setting.talk(says)
        self._wiring.flip(event)

    def _bug(self, name: str, bug: BaseException) -> None:
        self._tell(Event(wall(), "failed", "", {"what": name, "why": bug_text(bug)}))

    def _exit(self, subjects: Mapping[str, Watched]) -> Exit:
        looked = [one for one in self._seen if one.until is None and one.attempts]
        failed = [one for one in looked if _fails(one, subjects[one.subject])]
        unknown = [one for one in looked if one.state is State.UNKNOWN]
        if not self._setting.quiet:
            for one in failed:
                why = reasoned(one.reason, one.detail)
                self._setting.talk(say("{subject} does not answer as it should: {why}", subject=one.subject, why=why))
            for one in unknown:
                why = reasoned(one.reason, one.detail)
                self._setting.talk(say("nobody can tell of {subject}: {why}", subject=one.subject, why=why))
        return Exit.FAILED if failed else Exit.NOT_VERIFIED if unknown else Exit.READY

    async def leave(self) -> None:
        """Give the store back."""
        await self._kept.end()
        self._wiring.end()
        await self._journal.leave()


def _fails(one: Measurement, subject: Watched) -> bool:
    if one.state is not State.PARTIAL:
        return one.state not in (*GOOD, State.UNKNOWN)
    counts = subject.item.counts if isinstance(subject.item, Endpoint) else None
    return not (counts == "any" or (counts == "quorum" and 2 * one.good > one.tried))
