"""Names with addresses become hands that reach loopback alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from audit.model.facts import Sample, ServiceState
from audit.model.verdict import CannotSee
from audit.world.clock import SystemClock
from audit.world.dns import DnsHand
from audit.world.guard import Guard
from audit.world.http import HttpHand
from audit.world.icmp import IcmpHand
from audit.world.prober.engine import Engine
from audit.world.resolver import Resolver
from audit.world.tcp import TcpHand
from audit.world.tls import TlsHand
from audit.world.trust import Trust

T = TypeVar("T")
SECOND = timedelta(seconds=1)
SOON = timedelta(seconds=0.75)
"""For what is meant to end in a deadline."""
TRIES = 9
LONG = timedelta(seconds=10)
"""For what is meant to end before one, also on a busy machine."""


@dataclass(frozen=True, slots=True)
class Hands:
    guard: Guard
    http: HttpHand
    tcp: TcpHand
    tls: TlsHand
    dns: DnsHand
    icmp: IcmpHand


def hands(
    *allow: str,
    hosts: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    servers: tuple[tuple[str, int], ...] = (),
    root: Path = Path(),
    engine: Engine | None = None,
) -> Hands:
    networks = tuple(ip_network(written) for written in allow or ("127.0.0.0/8", "::1/128"))
    guard = Guard(networks, Resolver(hosts, servers))
    trust = Trust(root)
    engine = engine or Engine()
    return Hands(
        guard,
        HttpHand(guard, trust, SystemClock(), engine),
        TcpHand(guard, engine),
        TlsHand(guard, trust, engine),
        DnsHand(guard),
        IcmpHand(guard),
    )


async def unhurried(look: Callable[[], Awaitable[T]]) -> T:
    """What a look sees. One that says that this machine was too busy says nothing else: it is looked once more."""
    for _ in range(TRIES):
        try:
            return await look()
        except CannotSee as gap:
            if "behind its work" not in str(gap):
                raise
    return await look()


def run(look: Coroutine[Any, Any, T]) -> T:
    """The end of a look, in a loop of its own."""
    return asyncio.run(asyncio.wait_for(look, 30))


def only(state: ServiceState) -> Sample:
    """The one sample of a state."""
    assert len(state.samples) == 1
    return state.samples[0]
