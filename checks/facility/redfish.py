"""A machine with a Redfish service, as the inventory words it, becomes what it reports of its power, air, leaks."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import timedelta
from typing import Any, Final, Self
from urllib.parse import urlsplit

from pydantic import model_validator

from audit.contract import CannotSee, Page, Reason, World, probe, say
from audit.model.address import Url
from audit.model.facts import Reading, SensorState
from audit.model.item import Secret, SecretRef, Text
from audit.model.json_values import loaded
from audit.model.technology import Monitor
from audit.model.unfit import Unexpected
from audit.model.units import Duration
from checks.facility import redfish_output as read
from checks.facility.redfish_output import Document
from checks.facility.refresh import Figures, Watched, watch

_LINK: Final = re.compile(r"/redfish/v1(?:/[\w.~()%:-]+)*/?")
_MOST: Final = 120
"""Documents of one look."""
_CHASSIS: Final = 20
_LARGEST: Final = 1_000_000


class Redfish(Monitor, Watched, kind="redfish"):
    """A machine whose management controller answers Redfish (DMTF), asked by GET alone, without a session.

    Both trees are read: ThermalSubsystem with PowerSubsystem, and the older Thermal with Power. A controller with a
    certificate of its own needs that in a file, `authority`. Ran with sushy-emulator 2.2. Never run against the real
    thing: the newer tree, leak detectors, controllers of makers.
    """

    url: Url
    """Of the controller, such as `https://10.20.0.9`."""
    user: Text | None = None
    password: SecretRef | None = None
    token: SecretRef | None = None
    """Of a session that somebody else keeps; sent as X-Auth-Token."""
    authority: Text | None = None
    timeout: Duration = timedelta(seconds=5)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.ref

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise Unexpected(say("`user:` with `password:`"), say("one of both"))
        if self.user is not None and self.token is not None:
            raise Unexpected(say("either `user:` or `token:`"), say("both"))
        return self


class _Visit:
    """One visit to a service: bounded in documents."""

    def __init__(self, machine: Redfish, world: World) -> None:
        self._machine = machine
        self._world = world
        self._left = _MOST
        self._base = machine.url.rstrip("/").removesuffix("/redfish/v1")

    async def document(self, where: str | None) -> Document | None:
        """What stands there; None where nothing does."""
        if where is None:
            return None
        path = where.partition("#")[0]
        if not _LINK.fullmatch(path) or ".." in path:
            raise CannotSee(Reason.INCOMPLETE, say("the service leads away from itself: {link}", link=where[:80]))
        self._left -= 1
        if self._left < 0:
            raise CannotSee(Reason.INCOMPLETE, say("the service has more than {most} documents", most=_MOST))
        machine = self._machine
        secrets: dict[str, Secret] = {}
        if machine.password is not None:
            secrets["authorization"] = machine.password
        if machine.token is not None:
            secrets["x-auth-token"] = machine.token
        answer = await self._world.http.read(
            Page(self._base + path, headers={"accept": "application/json"}, authority=machine.authority,
                 secrets=secrets, user=machine.user or "", largest=_LARGEST),
            machine.timeout,
        )  # fmt: skip
        if answer.status == 404:
            return None
        if answer.status in (401, 403):
            raise CannotSee(Reason.DENIED, say("the service lets nobody in at {path}", path=path))
        if answer.status != 200:
            raise CannotSee(
                Reason.INCOMPLETE, say("the service answers {status} at {path}", status=answer.status, path=path)
            )
        nothing = say("there is no document at {path}", path=path)
        found = loaded(answer.body, nothing)
        if not isinstance(found, dict):
            raise CannotSee(Reason.INCOMPLETE, nothing)
        return found

    async def members(self, where: str | None) -> AsyncIterator[Document]:
        """The documents of a collection. What is listed and not there may be what was lost: CannotSee(incomplete)."""
        if where is None:
            return
        collection = await self.document(where)
        for member in (where,) if collection is None else read.members(collection):
            found = await self.document(member)
            if found is None:
                raise CannotSee(Reason.INCOMPLETE, say("the service names {path} and does not have it", path=member))
            yield found


@probe(deadline=180)
async def measured(machine: Redfish, world: World) -> SensorState:
    readings, chassis = await _look(machine, world)

    async def again() -> Figures:
        return figures((await _look(machine, world))[0])

    watched, absent = await watch(machine, figures(readings), again, world)
    facts: dict[str, Any] = {"readings": readings, "alarms": alarms(readings)}
    place = next((where for one in chassis if (where := read.located(one)) is not None), None)
    if place is not None:
        facts["location"] = place
    words = [str(chassis[0].get(key)) for key in ("Manufacturer", "Model") if isinstance(chassis[0].get(key), str)]
    if words:
        facts["model"] = " ".join(words)[:200]
    return SensorState(**facts, **watched, absent=absent)


async def _look(machine: Redfish, world: World) -> tuple[tuple[Reading, ...], list[Document]]:
    visit = _Visit(machine, world)
    root = await visit.document("/redfish/v1/")
    if root is None or "RedfishVersion" not in root:
        raise CannotSee(Reason.INCOMPLETE, say("there is no Redfish service at {url}", url=machine.url))
    found: list[Reading] = []
    chassis = [one async for one in visit.members(read.link(root, "Chassis"))][:_CHASSIS]
    for one in chassis:
        inside = [reading async for reading in _inside(visit, one)]
        several = f"{read.named(one, 'chassis')}: " if len(chassis) > 1 else ""
        found += [reading.model_copy(update={"name": several + reading.name}) for reading in inside]
    if not found:
        raise CannotSee(Reason.INCOMPLETE, say("the service shows neither power nor temperatures"))
    return tuple(found), chassis


async def _inside(visit: _Visit, chassis: Document) -> AsyncIterator[Reading]:
    """Everything that one chassis measures; the older tree only where the newer one is not there."""
    new = await visit.document(read.link(chassis, "ThermalSubsystem"))
    if new is not None:
        async for reading in _cooling(visit, new):
            yield reading
    else:
        for reading in read.thermal(await visit.document(read.link(chassis, "Thermal")) or {}):
            yield reading
    supplies = await visit.document(read.link(chassis, "PowerSubsystem"))
    if supplies is not None:
        async for supply in visit.members(read.link(supplies, "PowerSupplies")):
            if not read.away(supply):
                yield read.supply(supply)
        for reading in read.redundancy(supplies, "PowerSupplyRedundancy", "supply redundancy", "supply"):
            yield reading
    else:
        for reading in read.power(await visit.document(read.link(chassis, "Power")) or {}):
            yield reading
    for reading in read.metrics(await visit.document(read.link(chassis, "EnvironmentMetrics")) or {}):
        yield reading
    async for reading in _each(visit, read.link(chassis, "LeakDetectors"), read.leak):
        yield reading


async def _cooling(visit: _Visit, subsystem: Document) -> AsyncIterator[Reading]:
    for reading in read.metrics(await visit.document(read.link(subsystem, "ThermalMetrics")) or {}):
        yield reading
    async for reading in _each(visit, read.link(subsystem, "Fans"), read.fan):
        yield reading
    for reading in read.redundancy(subsystem, "FanRedundancy", "fan redundancy", "contact"):
        yield reading
    detection = await visit.document(read.link(subsystem, "LeakDetection")) or {}
    async for reading in _each(visit, read.link(detection, "LeakDetectors"), read.leak):
        yield reading


async def _each(visit: _Visit, where: str | None, made: Callable[[Document], Reading]) -> AsyncIterator[Reading]:
    async for one in visit.members(where):
        if not read.away(one):
            yield made(one)


def figures(readings: Iterable[Reading]) -> Figures:
    """What is watched: all that has a figure."""
    return {
        f"{one.name} {one.quantity}": one.value
        for one in readings
        if one.value is not None and one.quantity not in ("leak", "supply", "contact")
    }


def alarms(readings: Iterable[Reading]) -> tuple[str, ...]:
    """What the machine calls bad, in words."""
    return tuple(
        f"{one.name}: {one.value:g} {one.unit}" if one.value is not None and one.unit else f"{one.name}: {one.quantity}"
        for one in readings
        if one.sound is False
    )[:50]
