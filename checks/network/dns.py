"""A name with a name server to what that server answers about the name with its zone."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from audit.contract import World, probe
from audit.model.address import AddressText, Host, Port
from audit.model.facts import NameState, Sample
from audit.model.item import Item
from audit.model.technology import Endpoint


def _list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


class ExpectedAddresses(Item):
    """The addresses that the name must have: these, no others."""

    addresses: Annotated[tuple[AddressText, ...], BeforeValidator(_list)] = ()


class DnsEndpoint(Endpoint, kind="dns"):
    """A name as one name server answers it; ask an authoritative server, because a resolver's answers are older."""

    name: Host
    server: Host
    port: Port = 53
    expect: ExpectedAddresses = Field(default=ExpectedAddresses())

    @property
    def host(self) -> str:
        return self.server


@probe(deadline=15)
async def answer(endpoint: DnsEndpoint, world: World) -> NameState:
    """Ask the server for the addresses, the zone, its name servers."""
    state = await world.dns.ask(endpoint.name, endpoint.server, endpoint.port, endpoint.timeout)
    wanted = frozenset(endpoint.expect.addresses)
    if not wanted or wanted == frozenset(state.addresses) or state.troubled():
        return state
    return state.model_copy(update={"samples": tuple(_wrong(sample, wanted, state) for sample in state.samples)})


def _wrong(sample: Sample, wanted: frozenset[str], state: NameState) -> Sample:
    detail = f"expected {', '.join(sorted(wanted))}, got {', '.join(sorted(state.addresses))}"
    return sample.model_copy(update={"failure": "dns-wrong-answer", "detail": detail[:200]})
