"""A host from an inventory or from a server's answer to the addresses that a probe may connect to."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

import anyio

from audit.model.address import Address, literal, parse_address
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.fault import Fault
from audit.world.question import encoded
from audit.world.resolver import Resolver

MOST: Final = 32
"""Addresses of one name that are tried; a name with more is not seen whole."""
PATIENCE: Final = 5.0
_NARROW: Final = (
    ip_network("169.254.0.0/16"),
    ip_network("fe80::/10"),
    ip_network("fd00:ec2::254/128"),
)
"""Link-local addresses, where clouds keep the credentials of a machine: only an exact entry of `allow` opens one."""
_REMEMBERED: Final = 65536
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Found:
    """The addresses of a host: those that may be tried, what stands against the others."""

    addresses: tuple[str, ...]
    kept_out: tuple[CannotSee, ...] = ()


@dataclass(frozen=True, slots=True)
class Guard:
    """Every connection of a probe goes to an address that came out of here, so that nothing is looked up twice."""

    allow: tuple[IPv4Network | IPv6Network, ...]
    resolver: Resolver
    _literals: dict[tuple[str, int | None], Found] = field(default_factory=dict, repr=False, compare=False)
    """What was found of hosts that are addresses: it never changes, and a watch asks it again and again."""

    async def find(self, host: str, family: int | None = None) -> Found:
        """The addresses of a host. Fault where it has none, CannotSee where none may be tried."""
        known = self._literals.get((host, family))
        if known is not None:
            return known
        if not self.allow:
            raise CannotSee(
                Reason.DENIED,
                say("the estate allows no address; add the network of {host} to `allow` of the estate", host=host),
            )
        addresses = await self._addresses(host, family)
        kept_out = tuple(_outside(host, address) for address in addresses if not self.permits(address))
        if len(kept_out) == len(addresses):
            raise kept_out[0]
        if len(addresses) > MOST:
            raise CannotSee(
                Reason.INCOMPLETE,
                say(
                    "{host} has {count} addresses; at most {most} are tried", host=host, count=len(addresses), most=MOST
                ),
            )
        found = Found(tuple(address for address in addresses if self.permits(address)), kept_out)
        if _literal(host) is not None and len(self._literals) < _REMEMBERED:
            self._literals[host, family] = found
        return found

    async def check(self, host: str) -> tuple[str, ...]:
        """The addresses of a host, each inside `allow`; CannotSee otherwise."""
        try:
            with anyio.fail_after(PATIENCE):
                found = await self.find(host)
        except Fault as fault:
            raise CannotSee(
                Reason.UNREACHABLE, say("{host} has no address: {detail}", host=host, detail=fault.detail)
            ) from fault
        except TimeoutError as late:
            raise silent(host) from late
        if found.kept_out:
            raise found.kept_out[0]
        return found.addresses

    def permits(self, address: str) -> bool:
        """Whether a probe may connect to an address."""
        plain = parse_address(address)
        if plain.is_unspecified or plain.is_multicast or str(plain) == "255.255.255.255":
            # The unspecified address means this very machine to connect().
            return False
        if any(network.num_addresses == 1 and plain in network for network in self.allow):
            return True
        if any(form in network for form in (plain, *_inside(plain)) for network in _NARROW):
            return False
        return any(plain in network for network in self.allow)

    async def _addresses(self, host: str, family: int | None) -> tuple[str, ...]:
        plain = _literal(host)
        if plain is not None:
            if family not in (None, plain.version):
                raise Fault("dns-no-address", f"{host} is no address of IPv{family}")
            return (str(plain),)
        found = await self.resolver.addresses(host, family)
        return tuple(dict.fromkeys(found))


def _outside(host: str, address: str) -> CannotSee:
    if host == address:
        says = say("{address} is outside what the estate allows; add it to `allow` of the estate", address=address)
    else:
        says = say(
            "{address} ({host}) is outside what the estate allows; add it to `allow` of the estate",
            address=address,
            host=host,
        )
    return CannotSee(Reason.DENIED, says)


def silent(host: str) -> CannotSee:
    """No name server answered in time."""
    return CannotSee(Reason.TIMEOUT, say("no name server answered about {host} in time", host=host))


def _literal(host: str) -> Address | None:
    """The address that a host is, also where it is written in digits of another script."""
    try:
        written = host if host.isascii() else encoded(host).to_text(omit_final_dot=True)
        return literal(written)
    except ValueError as broken:
        raise Fault("dns-nxdomain", str(broken)) from broken


def _inside(address: Address) -> tuple[Address, ...]:
    """The IPv4 addresses that a gateway would make of an IPv6 address."""
    if not isinstance(address, IPv6Address):
        return ()
    forms: list[Address] = [form for form in (address.sixtofour, *(address.teredo or ())) if form is not None]
    if address in _TRANSLATED:
        forms.append(parse_address(".".join(str(byte) for byte in address.packed[12:])))
    return tuple(forms)
