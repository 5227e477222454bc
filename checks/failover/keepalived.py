"""Nodes of keepalived as the inventory words them become whether one of them would take the address over now."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from audit.contract import CannotSee, FileSeen, Reason, SnmpDoor, Verbs, World, probe, say
from audit.model.address import Host, Port
from audit.model.failover import FailoverState
from audit.model.item import Item, SecretRef, Text
from audit.model.technology import Failover
from audit.model.unfit import Unexpected
from audit.model.units import Duration, Flag
from checks.failover.keepalived_output import INSTANCES, VERSION, Router, facts, held, of_file, of_mib

VERBS: Final = Verbs(commands=("ip -j addr show",))
_LARGEST: Final = 1_000_000
_AHEAD: Final = timedelta(minutes=2)


class Agent(Item):
    """The SNMP agent of a node, which keepalived tells its state (`keepalived --snmp`)."""

    server: Host = Field(alias="host")
    port: Port = 161
    community: SecretRef | None = None
    user: Text | None = None
    auth: SecretRef | None = None
    privacy: SecretRef | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.community is None) == (self.user is None):
            raise Unexpected(say("either `community:` or `user:`"), say("both") if self.user else say("neither"))
        return self

    @property
    def door(self) -> SnmpDoor:
        return SnmpDoor(self.server, self.port, self.community, self.user or "", self.auth, self.privacy)


class Node(Item):
    """One of the routers; `file` is what it writes as keepalived.json, brought here by a job of its own."""

    name: Text
    file: Text | None = None
    agent: Agent | None = None
    here: Flag = False
    """It is this machine: the addresses that it really has are held against what it says."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.file is None) == (self.agent is None):
            raise Unexpected(say("either `file:` or `agent:`"), say("both") if self.file else say("neither"))
        return self


class Keepalived(Failover, kind="keepalived"):
    """Routers that keepalived (2.1 or newer) lets share an address by VRRP; `instance` is the name of that one.

    A node is asked by SNMP (KEEPALIVED-MIB), or by the file keepalived.json, which keepalived writes into its folder
    for temporary files when a job of yours sends it the signal `keepalived --signum=JSON`: Haechi sends none. A file
    older than `max-age` counts as not seen. Two masters are a split brain, which neither of them notices. Ran with
    keepalived 2.2, both ways.
    """

    instance: Text
    nodes: Annotated[tuple[Node, ...], Field(min_length=2, max_length=16)]
    max_age: Duration = timedelta(minutes=5)
    timeout: Duration = timedelta(seconds=5)

    @property
    def host(self) -> str:
        return self.nodes[0].agent.server if self.nodes[0].agent else "localhost"


@probe(deadline=60, verbs=VERBS)
async def standing(switch: Keepalived, world: World) -> FailoverState:
    seen: dict[str, Router | CannotSee] = {}
    for node in switch.nodes:
        try:
            seen[node.name] = await _router(node, switch, world)
        except CannotSee as gap:
            seen[node.name] = gap
    places = {node.name: node.agent.server for node in switch.nodes if node.agent is not None}
    return facts(seen, places)


async def _router(node: Node, switch: Keepalived, world: World) -> Router:
    if node.agent is not None:
        table = await world.snmp.walk(node.agent.door, INSTANCES, switch.timeout)
        version = await world.snmp.get(node.agent.door, (VERSION,), switch.timeout)
        router = of_mib(table, version.get(VERSION), switch.instance)
    else:
        router = of_file(await _fresh(node, switch, world), switch.instance)
    if node.here:
        output = await world.command.run(("ip", "-j", "addr", "show"), switch.timeout, {})
        return held(router, output)
    return router


async def _fresh(node: Node, switch: Keepalived, world: World) -> bytes:
    """What stands in the file of a node, where it is new enough."""
    path = str(world.root / (node.file or ""))
    found = await world.files.list(path, 1)
    if not found:
        raise CannotSee(Reason.UNREACHABLE, say("{path} is not there", path=path))
    file: FileSeen = found[0]
    age = world.clock.now() - file.modified
    if age > switch.max_age:
        says = say("{path} is of {date}: keepalived has not told its state since", path=path, date=file.modified.date())
        raise CannotSee(Reason.STALE, says)
    if age < -_AHEAD:
        raise CannotSee(Reason.CONTRADICTED, say("{path} is dated in the future", path=path))
    if file.size > _LARGEST:
        raise CannotSee(Reason.INCOMPLETE, say("{path} is larger than a file of keepalived", path=path))
    return await world.files.head(file.path, _LARGEST)
