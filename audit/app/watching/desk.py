"""Events of the watch to the letters that reach people, what became of each letter to events."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Protocol

import anyio

from audit.app.watching.letters import Writer
from audit.app.watching.situation import OWN_KINDS, SUBJECT_KINDS, WINDOW_KINDS, Situation
from audit.app.watching.tray import News, Tray, short_code
from audit.model.estate import Estate
from audit.model.event import Event, Kind
from audit.model.watching import Channel
from audit.world.messenger import CannotSend, Letter

KINDS: Final[tuple[Kind, ...]] = (
    *SUBJECT_KINDS, *OWN_KINDS, *WINDOW_KINDS, "alert", "alert-failed", "acknowledged", "test-alert",
)  # fmt: skip
"""What `restore` has to be given of the log."""
POST: Final = timedelta(minutes=1)
"""How often an Alertmanager is told what still stands."""
TEST: Final = timedelta(hours=1)
"""How long a test alert is tried to be sent."""
SETTLE: Final = timedelta(seconds=15)
"""For the looks that confirm a failure, beyond the cadence."""


class Sends(Protocol):
    """What takes a letter: `audit.world.messenger.Messenger`."""

    async def send(self, channel: Channel, letter: Letter) -> None:
        """CannotSend with the reason."""


class Desk:
    """Tells each channel what changed, once; repeats it until somebody acknowledges.

    It compares what is wrong now with what each channel was told last, so a channel that failed, quiet hours or a
    restart lose nothing, and tell nothing twice. Alerts of a cause in maintenance are not sent before the window ends.
    What came and went while a channel had to be quiet is not told.

    `tell` takes the events that it makes: `alert` (subject: the cause; values: channel, what, code, kind, fallen),
    `alert-failed` (subject: the channel; values: why, tries, of a test alert its code), `test-alert` (subject: the
    channel; values: code).
    """

    def __init__(
        self,
        estate: Estate,
        messenger: Sends,
        tell: Callable[[Event], None],
        watched: Collection[str] | None = None,
    ) -> None:
        self._messenger = messenger
        self._tell = tell
        self._situation = Situation(estate, watched)
        self._stamp: datetime | None = None
        self._acknowledged: dict[str, str] = {}
        self._trays: dict[str, Tray] = {}
        self._gone: dict[str, Tray] = {}
        """Channels that the log knows, but the inventory no longer."""
        self._hold: Mapping[str, timedelta] = MappingProxyType({})
        self._seat(estate)

    def use(self, estate: Estate, watched: Collection[str] | None = None) -> None:
        """Go on with another inventory."""
        self._situation.use(estate, watched)
        self._seat(estate)

    def restore(self, events: Iterable[Event]) -> None:
        """Take up where a log ends."""
        for event in events:
            if event.kind == "alert":
                self._tray(str(event.values.get("channel", ""))).restore(event)
            elif event.kind == "acknowledged":
                self.acknowledged(event)
            else:
                self._situation.heed(event)

    def heed(self, event: Event) -> None:
        """Take in what happened; what is to be told of it goes out with a later `step`."""
        self._situation.heed(event)
        if event.kind in KINDS:
            self._stamp = max(self._stamp or event.at, event.at)

    def acknowledged(self, event: Event) -> None:
        """Somebody took up the alert whose code the event holds; it is not repeated."""
        code, by = str(event.values.get("code", "")), str(event.values.get("by", ""))
        for tray in self._trays.values():
            tray.acknowledge(code, by)

    def window(self, subject: str, at: datetime) -> str:
        """The id of a declared maintenance window that a subject is in, empty where there is none."""
        return self._situation.window(subject, at)

    async def step(self, now: datetime) -> None:
        """Send what is due. It comes back when every channel answered or gave up, which may take half a minute."""
        explain = self._situation.unexplained()
        if explain is not None:
            await anyio.to_thread.run_sync(explain)  # the loop has looks to time meanwhile
        self._leave(now)
        alarms, muted = self._situation.alarms(now)
        stamp, self._stamp = min(self._stamp or now, now), None
        estate = self._situation.estate
        async with anyio.create_task_group() as group:
            for tray in self._trays.values():
                # Reckoned for each channel, even one that cannot be reached now: it notes when each alarm was new.
                news = tray.news(alarms, muted, now, stamp, estate, self._hold)
                if tray.busy or (tray.not_before is not None and now < tray.not_before):
                    continue
                if tray.test is not None or news or self._posts(tray, now):
                    tray.busy = True  # from here on: another step may come before the task begins
                    group.start_soon(self._work, tray, news, now)

    async def test(self, channel: Channel, now: datetime) -> str:
        """Send a test alert that somebody has to acknowledge by its code; it is tried for an hour. The code."""
        tray = self._trays.setdefault(channel.id, Tray(channel))
        tray.test = (short_code(secrets.token_hex(16)), now)
        code = tray.test[0]
        if not tray.busy:
            tray.busy = True
            await self._work(tray, (), now)
        return code

    def recall(self, now: datetime) -> None:
        """Nothing of what the log told waits any longer for its cause: it had the time since another process ended."""
        alarms, muted = self._situation.alarms(now)
        for tray in self._trays.values():
            tray.news(alarms, muted, now, now, self._situation.estate, {})

    def _tray(self, channel: str) -> Tray:
        if channel in self._trays:
            return self._trays[channel]
        return self._gone.setdefault(channel, Tray(Channel.model_construct(id=channel, kind="apprise")))

    def _leave(self, now: datetime) -> None:
        """Note that nobody hears any more of what was told to channels that are gone."""
        for tray in self._gone.values():
            for event in tray.dropped(now):
                self._tell(event)
        self._gone.clear()

    def _seat(self, estate: Estate) -> None:
        watch = estate.watch
        known = self._gone | self._trays
        self._trays = {channel.id: known.pop(channel.id, Tray(channel)) for channel in watch.alerts}
        for channel in watch.alerts:
            self._trays[channel.id].channel = channel
        self._gone = known
        self._hold = MappingProxyType(
            {
                one.ref: watch.down.recover * (one.every or watch.every) + SETTLE
                for _, system in estate.systems()
                for one in system.endpoints
            }
        )

    def _posts(self, tray: Tray, now: datetime) -> bool:
        """Whether it is time to say again what stands: an Alertmanager takes silence for the end."""
        if tray.channel.kind != "alertmanager" or not tray.told:
            return False
        return tray.posted is None or not timedelta(0) <= now - tray.posted < POST

    async def _work(self, tray: Tray, news: tuple[News, ...], now: datetime) -> None:
        try:
            failures = tray.failures
            if tray.test is not None:
                await self._test(tray, now)
            if (news or self._posts(tray, now)) and tray.failures <= failures:
                await self._send(tray, news, now)
        finally:
            tray.busy = False

    async def _send(self, tray: Tray, news: tuple[News, ...], now: datetime) -> None:
        silent = tray.channel.kind == "apprise" and all(one.what == "merged" for one in news)
        if not silent:
            writer, told = Writer(self._situation.estate, tray.channel), tuple(tray.told.values())
            letter = await anyio.to_thread.run_sync(writer.letter, news, told, now)
            if not await self._delivered(tray, letter, now):
                return
        tray.posted = now
        tray.sent(news, now)
        for one in news:
            self._tell(one.event(tray.channel.id, now))

    async def _test(self, tray: Tray, now: datetime) -> None:
        if tray.test is None:
            return
        code, asked = tray.test
        if now - asked > TEST:
            tray.test = None
        elif await self._delivered(tray, Writer(self._situation.estate, tray.channel).test(code, now), now, code):
            tray.test = None
            tray.failures, tray.not_before = 0, None
            self._tell(Event(now, "test-alert", tray.channel.id, {"code": code, "channel": tray.channel.id}))

    async def _delivered(self, tray: Tray, letter: Letter, now: datetime, code: str = "") -> bool:
        try:
            await self._messenger.send(tray.channel, letter)
        except CannotSend as cannot:
            tray.failed(now)
            # The 1st, 2nd, 4th, 8th ...: the log is not for noise. That a test failed must be in it.
            if tray.failures & (tray.failures - 1) == 0 or code not in ("", tray.test_failed):
                values = {"channel": tray.channel.id, "why": str(cannot), "tries": tray.failures}
                if code:
                    values["code"] = tray.test_failed = code
                self._tell(Event(now, "alert-failed", tray.channel.id, values))
            return False
        return True
