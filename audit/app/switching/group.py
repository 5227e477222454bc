"""A failover of an estate to what can be done with it: the look at it, the order that switches it, the canary."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from audit.app.past import named
from audit.app.stored import whole
from audit.catalogue import Catalogue
from audit.contract import bug_text
from audit.inventory.load import load
from audit.model.authorization import Order
from audit.model.backup import BackupState
from audit.model.estate import Data, Estate, System
from audit.model.exit import Exit, Stop
from audit.model.facts import Facts
from audit.model.failover import FailoverState
from audit.model.item import Technology
from audit.model.message import Message, say
from audit.model.policy import Policy
from audit.model.switching import Writer
from audit.model.technology import Copy, Failover
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import RedisDoor
from audit.world.secrets import Secrets
from audit.world.switching.asker import Way
from audit.world.switching.keys import Keys
from audit.world.switching.ledger import Ledger
from audit.world.switching.rows import Rows
from audit.world.world import World

PATIENCE: Final = timedelta(seconds=30)
_AHEAD: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Group:
    """One group that can be switched, with what stands around it."""

    estate: Estate
    catalogue: Catalogue
    policy: Policy
    system: System
    item: Failover
    switch: Writer

    @property
    def ref(self) -> str:
        return self.item.ref

    def told(self, name: str) -> Any:
        """A key that only its own kind has; None where it is not written."""
        return getattr(self.item, name, None)

    def order(self, leads: str, takes_over: tuple[str, ...]) -> Order:
        """The request that makes it switch."""
        if self.item.kind == "patroni":
            body = json.dumps({"leader": leads, "candidate": takes_over[0]})
            return Order(request="POST", address=f"{str(self.told('url')).rstrip('/')}/switchover", content=body)
        address = f"{self.told('server')}:{self.told('port')}"
        return Order(request="SENTINEL", address=address, content=f"SENTINEL FAILOVER {self.told('group')}")

    def way(self) -> Way:
        """How the request gets there."""
        secret = self.switch.asker_password or (
            self.told("sentinel_password") if self.item.kind == "sentinel" else None
        )
        return Way(self.switch.asker or "", secret, bool(self.told("tls")), self.told("authority"))

    def ledger(self, world: World, secrets: Secrets, drill: str) -> Ledger:
        """Where its canary is written."""
        if self.item.kind == "patroni":
            assert self.switch.dsn is not None  # noqa: S101 - `group` saw to it
            assert self.switch.table is not None  # noqa: S101
            return Rows(secrets, world.guard, self.switch.dsn, self.switch.table, drill)
        host, port, tls, authority = (self.told(name) for name in ("server", "port", "tls", "authority"))
        sentinel = RedisDoor(host, port, "", self.told("sentinel_password"), bool(tls), authority)
        server = RedisDoor("", 0, self.switch.user or "", self.switch.password, bool(tls), authority)
        return Keys(world.redis, sentinel, server, str(self.told("group")), f"{self.switch.key}:{drill}")


def group(path: Path, subject: str, catalogue: Catalogue) -> Group:
    """The group of an inventory by its reference, or an unambiguous end of it; Stop(USAGE) without `switch:`."""
    estate = whole(load(path, catalogue))
    ref = named(estate, subject)
    for _, system in estate.systems():
        for item in system.failover:
            if item.ref == ref:
                return Group(estate, catalogue, catalogue.policy(estate), system, item, _writer(item))
    raise Stop(Exit.USAGE, say("{subject} is no failover; `haechi plan ESTATE` lists what there is", subject=ref))


def _writer(item: Failover) -> Writer:
    wanted = {"patroni": ("dsn", "table"), "sentinel": ("key",)}.get(item.kind)
    if wanted is None:
        says = say("{failover}: nothing here switches the kind {kind}; `patroni`, `sentinel` can be",
                   failover=item.ref, kind=item.kind)  # fmt: skip
        raise Stop(Exit.USAGE, says)
    missing = [name for name in wanted if getattr(item.switch, name, None) is None]
    if item.switch is None or missing:
        says = say("{failover}: write {keys} under `switch:`, so that a canary can be written meanwhile",
                   failover=item.ref, keys=", ".join(f"`{name}:`" for name in missing))  # fmt: skip
        raise Stop(Exit.USAGE, says)
    return item.switch


async def look_at(group: Group, world: World) -> FailoverState:
    """How the group stands now. CannotSee."""
    found = await _looked(group.catalogue, group.item, world)
    if not isinstance(found, FailoverState):
        raise CannotSee(Reason.INCOMPLETE, say("{failover} was looked at, but not as a group", failover=group.ref))
    return found


async def backups(group: Group, world: World) -> tuple[tuple[str, Message | None], ...]:
    """Each data set of the system with why it has no backup that is young enough; None where it has one."""
    target = group.policy.targets[group.system.grade].rpo
    rpo = group.system.rpo if group.system.rpo is not None else target
    return tuple([(data.ref, await _unbacked(group, data, rpo, world)) for data in group.system.data])


async def _unbacked(group: Group, data: Data, rpo: timedelta, world: World) -> Message | None:
    why = say("no backup of it is listed")
    for copy in _backups_of(data):
        try:
            seen = await _looked(group.catalogue, copy, world)
            if not isinstance(seen, BackupState):
                raise CannotSee(Reason.INCOMPLETE, say("the look at it tells of no backup"))
            age = seen.age
        except CannotSee as gap:
            why = gap.says
            continue
        if age is not None and -_AHEAD <= age <= rpo:
            return None
        why = say("its newest backup is {age} old, while {rpo} are promised", age=plain(age or "-"), rpo=plain(rpo))
    return why


def _backups_of(data: Data) -> Iterator[Copy]:
    """A replica follows mistakes too: what a switch may spoil is brought back from a backup alone."""
    return (copy for copy in data.copies if not copy.replica)


async def _looked(catalogue: Catalogue, item: Technology, world: World) -> Facts:
    probe = catalogue.probe_of(type(item))
    if probe is None:
        raise CannotSee(Reason.INCOMPLETE, say("nothing here looks at the kind {kind}", kind=item.kind))
    look: Awaitable[Facts] = probe.look(item, world)
    try:
        async with asyncio.timeout(max(PATIENCE, probe.deadline).total_seconds()):
            return await look
    except TimeoutError as late:
        raise CannotSee(Reason.TIMEOUT, say("the look at {subject} did not end in time", subject=item.ref)) from late
    except CannotSee:
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError) as bug:
        raise CannotSee(Reason.CRASHED, say("the probe failed: {bug}", bug=bug_text(bug))) from bug
