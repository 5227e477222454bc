"""A group that is to be switched in, what two people have to sign or the record of the switch out."""

from __future__ import annotations

import asyncio
import hashlib
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from audit.app import DEFAULT_STORE, hands
from audit.app.switching.conditions import Condition, leader, takers
from audit.app.switching.group import Group, group, look_at
from audit.app.switching.scope import content_of, scoped, store_name, unmarked
from audit.app.switching.signed import approved
from audit.app.switching.work import Work, held
from audit.app.switching_record import unused
from audit.catalogue import Catalogue, discover
from audit.model.authorization import LONGEST, Authorization
from audit.model.drilling import Promise
from audit.model.estate import Estate
from audit.model.exit import Exit, Stop
from audit.model.failover import FailoverState
from audit.model.message import Message, say
from audit.model.switching import SwitchState
from audit.model.verdict import CannotSee
from audit.store import open_store
from audit.store.history import open_history
from audit.world.world import World

HOUR: Final = timedelta(hours=1)
MOST_OUTAGE: Final = timedelta(seconds=60)
MOST_LAG: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Planned:
    """A switch that could be made."""

    authorization: Authorization
    conditions: tuple[Condition, ...]
    """As they are now; they are looked at again before anything is sent."""
    zone: str = "UTC"

    @property
    def exit(self) -> Exit:
        return Exit.READY if all(one.held for one in self.conditions) else Exit.FAILED


@dataclass(frozen=True, slots=True)
class Made:
    """A switch that was made."""

    state: SwitchState
    promise: Promise = field(default_factory=Promise)
    zone: str = "UTC"
    answer: str = ""
    """What the group answered to the request; hostile text."""

    @property
    def exit(self) -> Exit:
        return Exit.READY if self.state.proven else Exit.FAILED


def planned(
    path: Path,
    subject: str,
    *,
    store: str = DEFAULT_STORE,
    candidate: str = "",
    start: datetime | None = None,
    length: timedelta = HOUR,
    most_outage: timedelta = MOST_OUTAGE,
    most_lag: int = MOST_LAG,
    reason: str = "",
    catalogue: Catalogue | None = None,
    world: Callable[[Estate], World] = hands,
) -> Planned:
    """What would be sent to make a group switch, with everything that has to hold then; nothing is sent.

    Stop(USAGE) for a group that nothing here switches, Stop(NOT_VERIFIED) where it could not be looked at.
    """
    known = catalogue or discover()
    chosen = group(path, subject, known)
    if not timedelta(0) < length <= LONGEST or not timedelta(0) < most_outage <= LONGEST:
        raise Stop(Exit.USAGE, say("an authorization is for at most {most}, and for longer than nothing", most="24h"))
    begins = (start or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)

    async def look() -> Planned:
        hand = world(chosen.estate)
        state = await look_at(chosen, hand)
        leads, takes_over = leader(state), _takers(chosen, state, candidate)
        allowed = Authorization(
            estate=chosen.estate.ref,
            estate_sha256=chosen.estate.sha256,
            store=store_name(store),
            failover=chosen.ref,
            leads=leads,
            takes_over=takes_over,
            order=chosen.order(leads, takes_over),
            not_before=begins,
            not_after=begins + length,
            most_outage=most_outage,
            most_lag=most_lag,
            reason=" ".join(reason.split()),
            nonce=randomness.token_hex(16),
        )
        return Planned(allowed, await held(chosen, allowed, state, hand), chosen.estate.about.timezone)

    try:
        return asyncio.run(look())
    except CannotSee as gap:
        raise Stop(Exit.NOT_VERIFIED, gap.says) from gap


def make(
    path: Path,
    subject: str,
    file: Path,
    *,
    confirm: Callable[[Authorization], str],
    store: str = DEFAULT_STORE,
    catalogue: Catalogue | None = None,
    world: Callable[[Estate], World] = hands,
    on_step: Callable[[Message], object] = lambda says: None,
) -> Made:
    """Switch a group for real, once, as an authorization allows that two people signed; keep the record.

    `confirm` gives back the reference of the group as a person wrote it just now. Nothing is sent before all of it
    holds: Stop(USAGE) for an authorization that is not good here and now, Stop(FAILED) where the group is not ready,
    Stop(NOT_VERIFIED) where that could not be seen, Stop(LOCKED) while a run, or another switch, has the store.
    """
    known = catalogue or discover()
    chosen = group(path, subject, known)
    content = content_of(file)
    allowed = scoped(content, chosen, store)
    signers = approved(content, file, chosen.estate)
    if confirm(allowed) != chosen.ref:
        raise Stop(Exit.USAGE, say("{ref} was not confirmed; nothing was sent", ref=chosen.ref))
    with open_store(store, writing=True), open_history(store, watching=False) as history:
        unused(history, allowed.nonce)
        unmarked(file)
        work = Work(chosen, allowed, history, file, hashlib.sha256(content).hexdigest(), world, on_step)
        state = work.done(tuple(f"{one.name} {one.key}" for one in signers))
        target = chosen.policy.targets[chosen.system.grade]
        promise = Promise(rpo=chosen.system.rpo or target.rpo, rto=chosen.system.rto or target.rto)
        return Made(state, promise, chosen.estate.about.timezone, work.course.answer)


def _takers(chosen: Group, state: FailoverState, candidate: str) -> tuple[str, ...]:
    names = tuple(one.name for one in takers(state))
    if chosen.item.kind != "patroni":
        if candidate:
            raise Stop(Exit.USAGE, say("a Sentinel chooses by itself who takes over; leave `--candidate` out"))
        found = names
    elif candidate:
        found = (candidate,) if candidate in names else ()
    else:
        found = names[:1]
    if not found:
        ready = ", ".join(names) or "-"
        says = say("{member} cannot take over; ready are: {names}", member=candidate or "-", names=ready)
        raise Stop(Exit.FAILED, says)
    return found
