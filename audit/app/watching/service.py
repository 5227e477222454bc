"""`haechi watch` as a setting in, the exit code with which it ends out."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

from audit.app.stored import whole
from audit.app.watching.active import Active
from audit.app.watching.gauges import Gauges
from audit.app.watching.holding import Past
from audit.app.watching.notify import Notify
from audit.app.watching.pulse import Pulse, answering
from audit.app.watching.reload import Marks, marks_of
from audit.app.watching.rounds import wall
from audit.app.watching.setting import Setting
from audit.app.watching.standby import taken
from audit.inventory.load import load
from audit.model.estate import Estate
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.world.door import is_loopback, open_door

ENDINGS: Final = (signal.SIGTERM, signal.SIGINT)


async def serve(setting: Setting, longest: timedelta | None = None) -> Exit:
    """Watch until a signal, or for `longest`. READY after SIGTERM, INTERRUPTED after Ctrl-C."""
    return await _Service(setting, *_read(setting)).run(longest)


def _read(setting: Setting) -> tuple[Estate, Marks]:
    marks = marks_of(Path(setting.path))
    return whole(load(Path(setting.path), setting.catalogue)), marks


class _Service:
    """One process: it stands by, or it watches."""

    def __init__(self, setting: Setting, estate: Estate, marks: Marks) -> None:
        self._setting = setting
        self._estate = estate
        self._marks = marks
        self._stop = asyncio.Event()
        self._ending = Exit.READY
        self._notify = Notify()
        self._active: Active | None = None
        self._door: AsyncExitStack | None = None
        self._gauges = Gauges(estate, self._pulse, version("haechi"))

    async def run(self, longest: timedelta | None) -> Exit:
        loop = asyncio.get_running_loop()
        for number in ENDINGS:
            loop.add_signal_handler(number, self._end, number)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        if longest is not None:
            loop.call_later(longest.total_seconds(), self._stop.set)
        watchdog = asyncio.ensure_future(self._watchdog()) if self._notify.watchdog else None
        try:
            await self._open()
            while not self._stop.is_set():
                past, waited = await self._seat()
                if past is None or await self._watch(past, took_over=waited):
                    break
        finally:
            self._notify.say("STOPPING=1")
            if self._door is not None:
                await self._door.aclose()
            if watchdog is not None:
                watchdog.cancel()
            for number in (*ENDINGS, signal.SIGHUP):
                loop.remove_signal_handler(number)
        return self._ending

    def _pulse(self) -> Pulse:
        active = self._active
        return Pulse(at=wall(), active=False) if active is None else active.pulse()

    async def _open(self) -> None:
        """Answer /metrics and /healthz; a port that is taken keeps nobody from watching."""
        door = self._estate.watch.metrics
        stack = AsyncExitStack()
        try:
            port = await stack.enter_async_context(
                open_door(door.machine, door.port, answering(self._gauges.pieces, self._pulse))
            )
        except Stop as stop:
            for says in stop.says:
                self._setting.talk(says if isinstance(says, Message) else say("{text}", text=says))
            return
        self._door = stack
        if not is_loopback(door.machine):
            self._setting.talk(
                say("anybody who reaches {host}:{port} can read the metrics", host=door.machine, port=port)
            )

    def _end(self, number: signal.Signals) -> None:
        if number == signal.SIGINT:
            self._ending = Exit.INTERRUPTED
        self._stop.set()

    def _reload(self) -> None:
        if self._active is not None:
            self._active.reload()

    async def _watchdog(self) -> None:
        while True:
            self._notify.say("WATCHDOG=1")
            await asyncio.sleep(self._notify.watchdog)

    async def _seat(self) -> tuple[Past | None, bool]:
        """The store, as soon as it is free; nothing where it is time to end before."""
        seat = asyncio.ensure_future(taken(self._setting.open_past, self._standing_by))
        stopped = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait((seat, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if seat.done():
            return seat.result()
        seat.cancel()
        with suppress(asyncio.CancelledError):
            await seat
        return None, True

    def _standing_by(self, stop: Stop) -> None:
        self._notify.say("READY=1", "STATUS=standing by")
        self._setting.talk(say("standing by: {why}", why=stop.lines[0] if stop.lines else ""))

    async def _watch(self, past: Past, *, took_over: bool) -> bool:
        """Whether it ended because somebody wanted it to."""
        refused = False
        if took_over:
            # It may have changed while another one watched.
            try:
                self._estate, self._marks = await asyncio.to_thread(_read, self._setting)
            except Stop:
                refused = True
        if self._door is None:
            await self._open()
        self._active = Active(self._setting, self._estate, past, self._gauges, marks=self._marks, took_over=took_over)
        if refused:
            self._active.reload()  # read once more there, where it is told and kept that it cannot be used
        self._notify.say("READY=1", "STATUS=watching")
        try:
            return await self._active.run(self._stop)
        finally:
            self._estate = self._active.estate
            self._active = None
