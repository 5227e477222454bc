"""A name with a name server to what that server answers about the name with its zone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from audit.contract import CannotSee, Reason, World, probe, say
from audit.model.address import AddressText, Host, Port
from audit.model.facts import NameState, Sample, Unseen
from audit.model.item import Item
from audit.model.technology import Endpoint

Steering = Literal["health-checked", "by-hand"]


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
    steering: Steering | None = None
    """Whether health checks change its addresses, or people do."""

    @property
    def host(self) -> str:
        return self.server

    @property
    def secured(self) -> bool:
        return False

    @property
    def steered(self) -> bool | None:
        return None if self.steering is None else self.steering == "health-checked"


@probe(deadline=15)
async def answer(endpoint: DnsEndpoint, world: World) -> NameState:
    """Ask the server for the addresses, the zone, its name servers."""
    state = await world.dns.ask(endpoint.name, endpoint.server, endpoint.port, endpoint.timeout)
    if state.troubled():
        return _explained(state)
    wanted = frozenset(endpoint.expect.addresses)
    if not wanted or wanted == frozenset(state.addresses):
        return state
    return state.model_copy(update={"samples": tuple(_wrong(sample, wanted, state) for sample in state.samples)})


def _explained(state: NameState) -> NameState:
    """A state that says of each fact that the server did not give why it is missing."""
    trouble = next(sample for sample in state.tried if sample.failure is not None)
    says = say(
        "{address} gave no good answer about the name: {trouble}",
        address=trouble.address,
        trouble=trouble.detail or trouble.failure,
    )
    why = Unseen.of(CannotSee(Reason.INCOMPLETE, says))
    missing = {
        fact: why
        for fact in ("ttl", "lifetime", "authoritative", "zone", "servers", "soa_expire")
        if not state.has(fact)
    }
    return state.model_copy(update={"absent": {**missing, **state.absent}})


def _wrong(sample: Sample, wanted: frozenset[str], state: NameState) -> Sample:
    detail = f"expected {', '.join(sorted(wanted))}, got {', '.join(sorted(state.addresses))}"
    return sample.model_copy(update={"failure": "dns-wrong-answer", "detail": detail[:200]})
