"""A host with a port to what a TLS handshake with each of its addresses shows, the certificate included."""

from __future__ import annotations

from pydantic import Field

from audit.contract import World, probe
from audit.model.address import Family, Host, Port
from audit.model.facts import ServiceState
from audit.model.item import Text
from audit.model.technology import Endpoint, Service


class TlsEndpoint(Endpoint, kind="tls"):
    """A port that speaks TLS from the first byte, such as LDAPS or IMAPS."""

    machine: Host = Field(alias="host")
    port: Port = 443
    server_name: Host | None = None
    """The name that the certificate must carry, where it is not `host`."""
    authority: Text | None = None
    """A file with certificates to trust beside those of this machine."""
    family: Family | None = None
    """Ask only the addresses of IPv4 (4) or IPv6 (6)."""

    @property
    def host(self) -> str:
        return self.machine

    @property
    def service(self) -> Service:
        return Service(f"{self.server_name or self.machine}:{self.port}")

    @property
    def secured(self) -> bool:
        return True


@probe(deadline=15)
async def handshake(endpoint: TlsEndpoint, world: World) -> ServiceState:
    """Shake hands with each address."""
    return await world.tls.greet(
        endpoint.machine, endpoint.port, endpoint.server_name, endpoint.timeout, endpoint.authority, endpoint.family
    )
