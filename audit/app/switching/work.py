"""A switch that two people allowed in, the record of it out, also where somebody breaks it off."""

from __future__ import annotations

import asyncio
import secrets as randomness
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from audit.app.switching.conditions import Condition, Wanted, conditions, leader
from audit.app.switching.group import Group, backups, look_at
from audit.app.switching.measured import Frame, measured
from audit.app.switching.perform import Bounds, performed
from audit.app.switching.scope import mark
from audit.app.switching_record import lasting, tell, use_up
from audit.model.authorization import Authorization
from audit.model.estate import Estate
from audit.model.exit import Exit, Stop
from audit.model.failover import FailoverState
from audit.model.message import Message, say
from audit.model.switching import SwitchState
from audit.model.verdict import CannotSee, Reason
from audit.store.history import History
from audit.world.secrets import Secrets
from audit.world.switching.asker import Asker
from audit.world.switching.ledger import Course
from audit.world.world import World

ANSWER: Final = timedelta(seconds=60)
"""For the answer to the request; the canary tells earlier what came of it."""
_WHOLE: Final = 60.0
"""Seconds in which another server has to take over where writes go on meanwhile."""
_MORE: Final = 10.0
_AFTER: Final = 45.0
"""Seconds in which the one that led has to be a standby again."""


@dataclass(slots=True)
class Work:
    """One switch from the last look to its record."""

    chosen: Group
    allowed: Authorization
    history: History
    file: Path
    """Of the authorization."""
    sha256: str
    world: Callable[[Estate], World]
    on_step: Callable[[Message], object]
    course: Course = field(default_factory=Course)
    tool: str = ""
    id: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{randomness.token_hex(2)}")
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def done(self, signers: tuple[str, ...]) -> SwitchState:
        """The record, which is stored also where somebody broke it off after the request."""
        unknown = CannotSee(Reason.INCOMPLETE, say("nobody looked at the group afterwards"))
        try:
            after = asyncio.run(self._run())
        except CannotSee as gap:
            raise Stop(Exit.NOT_VERIFIED, gap.says, say("nothing was sent")) from gap
        except (KeyboardInterrupt, asyncio.CancelledError):
            if self.course.asked is not None:
                self._keep(unknown, signers, "it was broken off after the request")
            raise KeyboardInterrupt from None
        return self._keep(after, signers)

    def _keep(self, after: FailoverState | CannotSee, signers: tuple[str, ...], trouble: str = "") -> SwitchState:
        lasts = lasting(self.chosen.policy, self.chosen.system.grade)
        frame = Frame(self.id, self.started, datetime.now(UTC), lasts, signers, self.tool)
        state = measured(self.course, self.allowed, after, frame, trouble)
        tell(self.history, state)
        return state

    async def _run(self) -> FailoverState | CannotSee:
        with _heeding():
            hand, secrets = self.world(self.chosen.estate), Secrets(Path(self.chosen.estate.root))
            state = await look_at(self.chosen, hand)
            self.tool = state.tool
            refused = [one for one in await held(self.chosen, self.allowed, state, hand) if not one.held]
            if refused:
                told = (say("{condition}: {why}", condition=one.name, why=one.why) for one in refused)
                raise Stop(Exit.FAILED, say("the group may not be switched now; nothing was sent"), *told)
            asker, order = Asker(hand.http, hand.redis, secrets), self.allowed.order
            self.on_step(say("the canary is written"))
            outage = self.allowed.most_outage.total_seconds()
            await performed(
                self.chosen.ledger(hand, secrets, self.id),
                self.course,
                lambda: self.last_word(hand),
                lambda: asker.ask(order, self.chosen.way(), ANSWER),
                Bounds(outage, max(_WHOLE, outage + _MORE)),
            )
            self.on_step(say("looking at the group again"))
            return await self._after(hand)

    async def last_word(self, hand: World) -> None:
        """Stop, CannotSee, where it is too late, or another one leads by now; else the authorization is used up."""
        leads = leader(await look_at(self.chosen, hand))
        if leads != self.allowed.leads:
            raise Stop(Exit.FAILED, say("now it is {names}", names=leads), say("nothing was sent"))
        now = datetime.now(UTC)
        late = self.allowed.untimely(now)
        if late is not None:
            raise Stop(Exit.USAGE, late, say("nothing was sent"))
        mark(self.file)
        use_up(self.history, now, self.chosen.ref, self.allowed.nonce, self.sha256, self.id)
        self.on_step(say("sending {order}", order=self.allowed.order))

    async def _after(self, hand: World) -> FailoverState | CannotSee:
        """How the group stands once the one that led follows, or when it had time enough for that."""
        ends = hand.clock.monotonic() + _AFTER
        while True:
            try:
                found: FailoverState | CannotSee = await look_at(self.chosen, hand)
            except CannotSee as gap:
                found = gap
            if not isinstance(found, CannotSee) and self.allowed.leads in [one.name for one in found.ready]:
                return found
            if hand.clock.monotonic() > ends or self.course.trouble:
                return found
            await asyncio.sleep(1)


@contextmanager
def _heeding() -> Iterator[None]:
    """SIGTERM, SIGHUP end it in order as Ctrl-C does; in any other thread than the main one they cannot."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if threading.current_thread() is not threading.main_thread() or task is None:
        yield
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)


async def held(chosen: Group, allowed: Authorization, state: FailoverState, hand: World) -> tuple[Condition, ...]:
    wanted = Wanted(allowed.leads, allowed.takes_over, allowed.most_lag, pausable=chosen.item.kind == "patroni")
    now = max(datetime.now(UTC), allowed.not_before)
    return conditions(state, wanted, await backups(chosen, hand), chosen.estate, now, allowed.most_outage)
