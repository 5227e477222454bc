"""A zone of names as the inventory words it becomes what each of its servers, asked alone, says of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from pydantic import Field, model_validator

from audit.contract import CannotSee, NameDoor, Reason, World, probe, say
from audit.model.address import Host, Port
from audit.model.facts import Unseen
from audit.model.item import Item, Text, WhereRef
from audit.model.naming import ZoneState
from audit.model.technology import Endpoint
from audit.model.unfit import Unexpected
from audit.model.units import Day, Duration, Flag
from checks.network.dns import Steering
from checks.network.zone_file import plain, read

_LARGEST: Final = 8 * 1024 * 1024
_FILES: Final = 2000
_COPY: Final = ("copied", "copy_serial", "copy_lacks")


class Server(Item):
    """One name server that is asked."""

    server: Host = Field(alias="host")
    port: Port = 53
    name: Host | None = None
    """As the NS records of the zone name it, where that is not `host`."""
    at: WhereRef | None = None
    """Where it stands; `networks:` of sites tell it too."""

    @property
    def door(self) -> NameDoor:
        return NameDoor(self.server, self.port, self.name or self.server)


class ZoneCopy(Item):
    """A copy of the zone as text, kept elsewhere, from which it can be built anew."""

    path: Text
    """Or a pattern, such as `zones/kibo.example-*`, of which the newest file counts."""
    at: WhereRef


class Registration(Item):
    """What the registrar keeps of the domain, as declared."""

    until: Day | None = None
    lock: Flag | None = None
    """Whether the registrar moves it to nobody without a second word."""
    contact: Text | None = None
    """The mail address to which the registrar writes."""


class Zone(Endpoint, kind="zone"):
    """A zone of names; each of its servers is asked alone, without recursion, at the addresses that are written here.

    Ran against BIND 9.18, signed and unsigned. `names` are names in it that have to move after a loss. Servers that are
    at the same version are asked for all of it (AXFR), and those that hand it over to this machine are held against
    each other, up to 10,000 records; `transfer: false` leaves that out.
    """

    name: Host
    servers: tuple[Server, ...] = Field(min_length=1, max_length=16)
    names: tuple[Host, ...] = Field(default=(), max_length=32)
    parent: Server | None = None
    """A server of the zone above."""
    exported: ZoneCopy | None = Field(default=None, alias="copy")
    """A zone file elsewhere, as `copy:`."""
    registration: Registration | None = None
    steering: Steering | None = None
    """Whether health checks change its addresses, or people do."""
    transfer: Flag = True
    timeout: Duration = timedelta(seconds=10)

    @model_validator(mode="after")
    def _inside(self) -> Zone:
        for name in self.names:
            if plain(name) != plain(self.name) and not plain(name).endswith("." + plain(self.name)):
                raise Unexpected(say("names inside of {zone}", zone=self.name), say("{text}", text=repr(name)))
        return self

    @property
    def host(self) -> str:
        return self.servers[0].server

    @property
    def secured(self) -> bool:
        return False

    @property
    def steered(self) -> bool | None:
        return None if self.steering is None else self.steering == "health-checked"


@probe(deadline=30)
async def servers(endpoint: Zone, world: World) -> ZoneState:
    """Ask every server, then read the copy."""
    doors = tuple(one.door for one in endpoint.servers)
    above = endpoint.parent.door if endpoint.parent is not None else None
    state = await world.zones.survey(
        endpoint.name, doors, endpoint.names, above, endpoint.timeout, whole=endpoint.transfer
    )
    if endpoint.exported is None:
        return state
    try:
        known = await _copy(endpoint, endpoint.exported, state, world)
    except CannotSee as gap:
        return state.model_copy(update={"absent": {**state.absent, **dict.fromkeys(_COPY, Unseen.of(gap))}})
    return state.model_copy(update=known)


async def _copy(endpoint: Zone, copy: ZoneCopy, state: ZoneState, world: World) -> dict[str, Any]:
    """What the copy holds, beside what the servers say."""
    path = str(world.root / copy.path)
    listed = await world.files.list(path, _FILES)
    if not listed:
        raise CannotSee(Reason.UNREACHABLE, say("there is no copy of the zone at {path}", path=copy.path))
    if listed[-1].size > _LARGEST:
        raise CannotSee(Reason.INCOMPLETE, say("the copy of the zone is too long to be read"))
    body = await world.files.head(listed[-1].path, _LARGEST)
    if body.count(b"\0"):
        raise CannotSee(Reason.INCOMPLETE, say("the copy of the zone is not written as text"))
    found = read(body.decode("utf-8", "replace"), endpoint.name)
    good = [one for one in state.asked if one.serial is not None and not one.trouble]
    lacks = {name for one in good for name, answer in one.answers.items() if not set(answer) <= found.of(name)}
    lacks |= {name for one in good for name in one.names if plain(name) not in found.servers}
    return {
        "copied": listed[-1].modified,
        "copy_serial": max(found.serials),
        "copy_lacks": tuple(sorted(lacks)[:20]),
    }
