"""A host to what an echo to each of its addresses shows."""

from __future__ import annotations

from pydantic import Field

from audit.contract import World, probe
from audit.model.address import Family, Host
from audit.model.facts import ServiceState
from audit.model.technology import Endpoint


class IcmpEndpoint(Endpoint, kind="icmp"):
    """A machine that answers an echo (ping). It says that the machine is there, not that its service works."""

    machine: Host = Field(alias="host")
    family: Family | None = None
    """Ask only the addresses of IPv4 (4) or IPv6 (6)."""

    @property
    def host(self) -> str:
        return self.machine

    @property
    def secured(self) -> bool:
        return False


@probe(deadline=15)
async def echo(endpoint: IcmpEndpoint, world: World) -> ServiceState:
    """Send an echo to each address."""
    return await world.icmp.ping(endpoint.machine, endpoint.timeout, endpoint.family)
