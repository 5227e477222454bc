"""One name server's address with a name to what that server says about the name and its zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import anyio
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from dns.rdtypes.ANY.NS import NS
from dns.rdtypes.ANY.SOA import SOA

from audit.model.address import parse_address
from audit.model.facts import NameServer, Unseen
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.fault import Fault, judged
from audit.world.post import Inquiry
from audit.world.resolver import PATIENCE, Resolver

MOST_SERVERS: Final = 16
_HIGHEST: Final = 10
"""Labels that are gone up in search of the zone."""
_KINDS: Final = (dns.rdatatype.A, dns.rdatatype.AAAA)


@dataclass(slots=True)
class Said:
    """What the server said so far."""

    addresses: tuple[str, ...] = ()
    ttl: timedelta | None = None
    lifetime: timedelta | None = None
    authoritative: bool = False
    zone: str | None = None
    soa_expire: timedelta | None = None
    servers: tuple[NameServer, ...] | None = None
    absent: dict[str, Unseen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Witness:
    """One name server that is asked."""

    address: str
    port: int
    resolver: Resolver
    """Of this machine, for the addresses of name servers that the witness does not know."""

    async def addresses(self, name: dns.name.Name, said: Said) -> None:
        """Note the addresses of a name; Fault where it has none, CannotSee where the server will not say."""
        answers: list[dns.message.Message | Fault | CannotSee] = []

        async def one(kind: dns.rdatatype.RdataType) -> None:
            try:
                answers.append(await self._answer(name, kind))
            except (Fault, CannotSee) as trouble:
                answers.append(trouble)

        async with anyio.create_task_group() as group:
            for kind in _KINDS:
                group.start_soon(one, kind)
        messages = [answer for answer in answers if isinstance(answer, dns.message.Message)]
        found = {address for message in messages for address in _addresses(message)}
        if not found:
            for trouble in answers:
                if not isinstance(trouble, dns.message.Message):
                    raise trouble
            raise Fault("dns-no-address", f"{_text(name)} has no address at this server")
        having = [message for message in messages if _addresses(message)]
        said.addresses = in_order(found)
        # Each family is a chain of its own: along it the shortest counts, among them the one that lasts longest.
        lives = [min(rows.ttl for rows in message.answer) for message in having]
        said.ttl, said.lifetime = timedelta(seconds=min(lives)), timedelta(seconds=max(lives))
        said.authoritative = all(message.flags & dns.flags.AA for message in having)

    async def zone(self, name: dns.name.Name, said: Said) -> None:
        """Note the zone of a name with its name servers; what cannot be seen is noted as absent."""
        try:
            zone = await self._zone(name, said)
            said.servers = await self.servers(zone)
        except (Fault, CannotSee) as trouble:
            why = _unseen(trouble)
            missing = ("zone", "soa_expire", "servers") if said.zone is None else ("servers",)
            said.absent.update(dict.fromkeys(missing, why))

    async def _zone(self, name: dns.name.Name, said: Said) -> dns.name.Name:
        place = name
        for _ in range(_HIGHEST):
            answer = await self._answer(place, dns.rdatatype.SOA)
            for rows in (*answer.answer, *answer.authority):
                first = rows[0] if rows.rdtype == dns.rdatatype.SOA else None
                if isinstance(first, SOA) and name.is_subdomain(rows.name):
                    said.zone, said.soa_expire = _text(rows.name) or ".", timedelta(seconds=first.expire)
                    return rows.name
            if len(place) <= 2:
                break
            place = place.parent()
        raise Fault("dns-no-address", f"{self.address} names no zone for {_text(name)}")

    async def servers(self, zone: dns.name.Name) -> tuple[NameServer, ...]:
        """The name servers of a zone with their addresses. Fault, CannotSee where they cannot be told."""
        answer = await self._answer(zone, dns.rdatatype.NS)
        names = [row.target for rows in answer.answer for row in rows if isinstance(row, NS)]
        found: dict[str, tuple[str, ...]] = {}
        troubles: list[CannotSee] = []

        async def one(name: dns.name.Name) -> None:
            try:
                found[_text(name)] = _glue(answer, name) or await self._look_up(name)
            except CannotSee as trouble:
                troubles.append(trouble)

        async with anyio.create_task_group() as group:
            for name in sorted(set(names))[:MOST_SERVERS]:
                group.start_soon(one, name)
        if troubles:
            raise troubles[0]
        return tuple(NameServer(name=name, addresses=found[name]) for name in sorted(found))

    async def _look_up(self, name: dns.name.Name) -> tuple[str, ...]:
        """The addresses of a name server: as the witness knows them, else as this machine's resolver does."""
        said = Said()
        try:
            await self.addresses(name, said)
            return said.addresses
        except (Fault, CannotSee):
            pass
        try:
            return in_order(set(await self.resolver.addresses(_text(name), None)))
        except Fault as fault:
            if fault.failure == "dns-servfail":
                raise CannotSee(
                    Reason.UNREACHABLE, say("the addresses of {name} cannot be found", name=_text(name))
                ) from fault
            return ()

    async def _answer(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.message.Message:
        """The answer without recursion, as the server knows it by itself; with recursion where it has nothing."""
        answer = await self._patiently(name, kind, recursive=False)
        code = answer.rcode()
        weak = code == dns.rcode.NOERROR and not answer.flags & dns.flags.AA and not answer.answer
        if weak or code in (dns.rcode.REFUSED, dns.rcode.SERVFAIL):
            answer = await self._patiently(name, kind, recursive=True)
            code = answer.rcode()
        if code == dns.rcode.NXDOMAIN:
            raise Fault("dns-nxdomain", f"the server says that there is no name {_text(name)}")
        if code == dns.rcode.SERVFAIL:
            raise Fault("dns-servfail", f"the server fails at {_text(name)}")
        if code == dns.rcode.REFUSED:
            raise CannotSee(
                Reason.DENIED,
                say("the name server {address} refuses to answer about {name}", address=self.address, name=_text(name)),
            )
        if code != dns.rcode.NOERROR:
            raise Fault("protocol", f"the server answers {dns.rcode.to_text(code)}")
        return answer

    async def _patiently(
        self, name: dns.name.Name, kind: dns.rdatatype.RdataType, *, recursive: bool
    ) -> dns.message.Message:
        """Ask again where a datagram may have been lost; the caller's deadline ends it."""
        with Inquiry(self.resolver.post, name, kind, recursive=recursive, whole=True) as inquiry:
            for patience in PATIENCE:
                inquiry.send((self.address, self.port))
                came = await inquiry.hear(patience)
                heard = came[1] if came is not None else None
                if isinstance(heard, dns.message.Message):
                    return heard
                if isinstance(heard, OSError):
                    raise judged(heard, self.address) from heard
                if heard is not None:
                    raise Fault("protocol", f"no answer in DNS: {type(heard).__name__}")
        raise self.silence()

    def silence(self) -> CannotSee:
        """The server did not answer."""
        return CannotSee(Reason.TIMEOUT, say("the name server {address} is silent", address=self.address))


def in_order(addresses: set[str]) -> tuple[str, ...]:
    """Addresses in an order that does not change when a server turns its list."""
    plain = sorted((parse_address(address) for address in addresses), key=lambda found: (found.version, int(found)))
    return tuple(str(address) for address in plain)


def _addresses(message: dns.message.Message) -> tuple[str, ...]:
    return tuple(row.to_text() for rows in message.answer if rows.rdtype in _KINDS for row in rows)


def _glue(message: dns.message.Message, name: dns.name.Name) -> tuple[str, ...]:
    rows = (rows for rows in message.additional if rows.name == name and rows.rdtype in _KINDS)
    return in_order({row.to_text() for found in rows for row in found})


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _unseen(trouble: Fault | CannotSee) -> Unseen:
    if isinstance(trouble, CannotSee):
        return Unseen.of(trouble)
    return Unseen.of(CannotSee(Reason.INCOMPLETE, say("the zone cannot be read: {detail}", detail=trouble.detail)))
