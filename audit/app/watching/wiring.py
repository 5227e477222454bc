"""Measurements with entries of the log in, each handed to whoever is concerned: flips, alerts, metrics, files."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from audit.analysis.flips import Flips
from audit.app.watching.desk import Desk
from audit.app.watching.gauges import Gauges
from audit.app.watching.holding import Past
from audit.app.watching.kept import Kept
from audit.app.watching.pulse import Pulse
from audit.app.watching.rounds import AT_ONCE, wall
from audit.app.watching.samplefile import SampleFile
from audit.app.watching.selfcheck import SelfCheck
from audit.app.watching.vantages import Follower, follow
from audit.app.watching.worker import Worker
from audit.engine.recurring import Habits
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.exit import Stop
from audit.model.measurement import Measurement
from audit.model.watching import Channel
from audit.schedule.ticking import Timed
from audit.world.lag import Lag
from audit.world.messenger import CannotSend, Messenger
from audit.world.world import World

JITTER: Final = 0.5
"""Seconds that a pause before another attempt is longer at most, so that not all look again at once."""
EVERY: Final = 1.0
FOLLOW: Final = 2.0
"""Seconds between two readings of other vantages' files."""
SOON: Final = 0.5
"""The same where so many were new that there may be more: 50,000 subjects fill a file quicker than it would be read."""
MANY: Final = 1_000
MOST_SAMPLES: Final = 200_000
"""Measurements that wait for the folder of samples."""
MOST_HOLDING: Final = frozenset({"inventory"})
"""Reasons for being less than well that keep no heartbeat back."""


class Wiring:
    """What hears of each measurement and each entry of the log."""

    def __init__(
        self, estate: Estate, world: World, messenger: Messenger, gauges: Gauges, tell: Callable[[Event], None]
    ) -> None:
        self._estate = estate
        self._world = world
        self._messenger = messenger
        self._gauges = gauges
        self._tell = tell
        self.lag = Lag()
        self.selfcheck = SelfCheck(estate.watch, world, self.lag, tell, shortest=estate.watch.every)
        self._flips = Flips(estate.watch.down, estate.watch.quorum)
        self._desk = Desk(estate, messenger, tell)
        self._steps: set[asyncio.Task[None]] = set()
        self._follower: Follower | None = None
        self._samples: deque[Measurement] = deque(maxlen=MOST_SAMPLES)
        self._folder: SampleFile | None = None
        self._failing: set[str] = set()

    def restore(self, log: Sequence[Event]) -> None:
        """Take up where the log ends."""
        self._flips.restore(log)
        self._desk.restore(log)
        self._gauges.restore(self._flips.down())

    def adopt(
        self, estate: Estate, world: World, subjects: Iterable[str], log: Sequence[Event], *, shortest: timedelta
    ) -> None:
        """Watch this inventory from now on; `log` holds the flips so far."""
        before, self._estate, self._world = self._estate, estate, world
        known = frozenset(subjects)
        if _judging(before) != _judging(estate):
            self._flips = Flips(estate.watch.down, estate.watch.quorum)
            self._flips.restore(log)
        self._flips.keep_only(known)
        self.selfcheck.renew(estate.watch, world, shortest=shortest)
        self._desk.use(estate, known)
        self._gauges.adopt(estate, wall())
        folder = estate.watch.samples
        self._folder = SampleFile(Path(estate.root) / folder, estate.watch.vantage) if folder else None

    def follow(self, past: Past) -> None:
        """Read what other vantages see, from where the history of a store ends; called in the thread of the store."""
        self._follower = follow(self._estate, past.last_due, self._world.redact, self._follower)

    def begin(self, kept: Kept, keep: Callable[[Measurement], None], pulse: Callable[[], Pulse]) -> None:
        """Everything that goes on beside the looks."""
        kept.begin("lag", self.lag.run)
        kept.begin("selfcheck", self.selfcheck.run)
        kept.begin("alerts", self._alert)
        kept.begin("vantages", partial(self._follow, keep))
        kept.begin("samples", self._write)
        kept.begin("heartbeat", partial(self._beat, pulse))

    def timed(self) -> Iterator[Timed]:
        """Test alerts."""
        for channel in self._estate.watch.alerts:
            if channel.test is not None:
                yield Timed(f"test {channel.id}", channel.test, partial(self._test, channel))

    def habits(self, every: timedelta) -> Habits:
        """How it is looked in one cadence."""
        watch = self._estate.watch
        return Habits(
            lag=watch.lag.total_seconds(),
            every=every,
            vantage=watch.vantage,
            sleep=asyncio.sleep,
            jitter=lambda: random.uniform(0, JITTER),  # noqa: S311 - no secret hangs on it
            doubt=self.selfcheck.doubt,
            late=self.lag.worst,
            noted=self.selfcheck.noted,
        )

    def heed(self, measurement: Measurement) -> None:
        """One measurement, of whichever vantage."""
        self._gauges.heed(measurement)
        if self._folder is not None and measurement.vantage == self._estate.watch.vantage:
            self._samples.append(measurement)
        event = self._flips.heed(measurement)
        if event is not None:
            window = self._desk.window(event.subject, event.at)
            if window:
                event = replace(event, values={**event.values, "maintenance": window})
            self._tell(event)

    def replay(self, measurements: Iterable[Measurement]) -> None:
        """Measurements that somebody heeded before this process began: what they led to stands in the log already."""
        for measurement in measurements:
            self._flips.heed(measurement)

    def flip(self, event: Event) -> None:
        """One entry of the log."""
        self._gauges.flip(event)
        self._desk.heed(event)

    def acknowledged(self, event: Event) -> None:
        """Somebody acknowledged an alert."""
        self._desk.acknowledged(event)

    def recall(self) -> None:
        """What an earlier process saw waits for nothing any more."""
        self._desk.recall(wall())

    async def settle(self) -> None:
        """Send what is due now, wait until it went out."""
        await self._desk.step(wall())

    async def _alert(self) -> None:
        """A channel that takes its time keeps no other one waiting."""
        while True:
            for task in tuple(self._steps):
                if task.done():
                    self._steps.discard(task)
                    task.result()
            task = asyncio.ensure_future(self._desk.step(wall()))
            self._steps.add(task)
            await asyncio.sleep(EVERY)

    async def _test(self, channel: Channel) -> None:
        await self._desk.test(channel, wall())

    async def _follow(self, keep: Callable[[Measurement], None]) -> None:
        pause = FOLLOW
        with Worker("vantages") as worker:
            while True:
                await asyncio.sleep(pause)
                follower = self._follower
                if follower is None or not self._estate.watch.vantages:
                    continue
                found = await worker.do(partial(follower.read, wall()))
                pause = FOLLOW if len(found) < MANY else SOON
                for start in range(0, len(found), AT_ONCE):
                    for measurement in found[start : start + AT_ONCE]:
                        keep(measurement)
                    await asyncio.sleep(0)  # looks want to be timed meanwhile
                for event in follower.troubles():
                    self._tell(event)

    async def _write(self) -> None:
        with Worker("samples") as worker:
            await self._write_with(worker)

    async def _write_with(self, worker: Worker) -> None:
        dropped = wall()
        while True:
            await asyncio.sleep(EVERY)
            folder, now = self._folder, wall()
            batch = tuple(self._samples)
            if folder is None or not batch:
                continue
            try:
                await worker.do(partial(folder.write, batch))
                for _ in batch:
                    self._samples.popleft()
                if now - dropped > timedelta(hours=1):
                    dropped = now
                    await worker.do(partial(folder.drop, now - self._estate.watch.raw))
                self._failing.discard("samples")
            except Stop as stop:
                self._failed("samples", "; ".join(stop.lines))

    async def _beat(self, pulse: Callable[[], Pulse]) -> None:
        while True:
            heartbeat = self._estate.watch.heartbeat
            await asyncio.sleep(heartbeat.every.total_seconds() if heartbeat is not None else EVERY)
            if heartbeat is None or not MOST_HOLDING.issuperset(pulse().reasons()):
                continue
            try:
                await self._messenger.beat(heartbeat)
                self._failing.discard("heartbeat")
            except CannotSend as cannot:
                self._failed("heartbeat", str(cannot))

    def _failed(self, what: str, why: str) -> None:
        """Told once, until it works again."""
        if what not in self._failing:
            self._failing.add(what)
            self._tell(Event(wall(), "failed", "", {"what": what, "why": why}))

    def end(self) -> None:
        """Wait for nobody any more."""
        for task in self._steps:
            task.cancel()


def _judging(estate: Estate) -> tuple[int, ...]:
    # Not the items themselves: they differ where a line above them was added.
    down = estate.watch.down
    return down.fails, down.of, down.recover, estate.watch.quorum
