"""A host with a port to what a connection to each of its addresses shows."""

from __future__ import annotations

from pydantic import Field

from audit.contract import World, probe
from audit.model.address import Family, Host, Port
from audit.model.facts import ServiceState
from audit.model.technology import Endpoint


class TcpEndpoint(Endpoint, kind="tcp"):
    """A port that accepts connections."""

    machine: Host = Field(alias="host")
    port: Port
    family: Family | None = None
    """Ask only the addresses of IPv4 (4) or IPv6 (6)."""

    @property
    def host(self) -> str:
        return self.machine

    @property
    def secured(self) -> bool:
        return False


@probe(deadline=15)
async def connection(endpoint: TcpEndpoint, world: World) -> ServiceState:
    """Open and close one connection to each address."""
    return await world.tcp.knock(endpoint.machine, endpoint.port, endpoint.timeout, endpoint.family)
