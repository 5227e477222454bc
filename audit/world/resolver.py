"""A host name to its addresses, from the hosts file or the name servers of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from audit.model.address import parse_address
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.fault import Fault
from audit.world.name_files import NameFiles, Names
from audit.world.post import Inquiry, Post, Server, Trouble
from audit.world.question import Heard, encoded

PATIENCE: Final = (1.0, 2.0, 4.0)
"""Seconds that a name server gets, round after round; the caller's deadline ends the last."""
_KINDS: Final = MappingProxyType({4: dns.rdatatype.A, 6: dns.rdatatype.AAAA})
_Answer = tuple[str, ...] | Fault | CannotSee
_Key = tuple[asyncio.AbstractEventLoop, str, int, tuple[Server, ...]]
"""The loop, the name, the family, the servers."""


@dataclass(slots=True)
class _Flight:
    """A question that is on its way, with how many wait for its answer."""

    asking: asyncio.Task[_Answer]
    waiting: int = 0


class Resolver:
    """No thread waits here: any number of slow names stand beside each other without holding up one that is quick.

    No answer is kept: every sample needs a fresh one. Those who ask the same while it is asked hear the same answer.
    """

    def __init__(
        self,
        hosts: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        servers: tuple[Server, ...] = (),
        search: tuple[str, ...] = (),
        files: NameFiles | None = None,
    ) -> None:
        self._own = Names(hosts, servers, search)
        self._files = files
        self._flights: dict[_Key, _Flight] = {}
        self.post = Post()

    @property
    def names(self) -> Names:
        """What it knows at this moment."""
        return self._own if self._files is None else self._files.now()

    async def addresses(self, name: str, family: int | None) -> tuple[str, ...]:
        """All addresses of a name. Fault where it has none; the caller sets the deadline.

        Unlike the C library it does not try the search list on names with a dot: that would give a name that is gone
        an address of somebody else.
        """
        names = self.names
        plain = name.lower().removesuffix(".")
        known = names.hosts.get(plain)
        if known is None and (plain == "localhost" or plain.endswith(".localhost")):
            known = ("127.0.0.1", "::1")
        if known is not None:
            found = tuple(address for address in known if family is None or (":" in address) == (family == 6))
            return found or _none(name)
        tries = [f"{plain}.{domain}" for domain in names.search] if "." not in plain else []
        for candidate in (*tries, plain):
            try:
                return await self._ask_both(candidate, family, names.servers)
            except Fault as fault:
                if candidate == plain or fault.failure not in ("dns-nxdomain", "dns-no-address"):
                    raise
        return _none(name)

    async def _ask_both(self, name: str, family: int | None, servers: tuple[Server, ...]) -> tuple[str, ...]:
        try:
            question = encoded(name)
        except ValueError as broken:
            raise Fault("dns-nxdomain", str(broken)) from broken
        if not servers:
            raise CannotSee(Reason.UNREACHABLE, say("this machine has no name server to ask about {name}", name=name))
        loop = asyncio.get_running_loop()
        families = _KINDS if family is None else (family,)
        answers = await self._together(question, [(loop, name, number, servers) for number in families])
        found = tuple(address for answer in answers if isinstance(answer, tuple) for address in answer)
        if found:
            return tuple(dict.fromkeys(found))
        for answer in answers:
            if not isinstance(answer, tuple):
                raise answer
        return _none(name)

    async def _together(self, name: dns.name.Name, keys: list[_Key]) -> list[_Answer]:
        """The answers to several questions that are asked at once, each of them only if nobody asks it already."""
        flights = [self._flight(name, key) for key in keys]
        for flight in flights:
            flight.waiting += 1
        try:
            # Shielded: one who gives up takes nobody else's answer away.
            return [await asyncio.shield(flight.asking) for flight in flights]
        finally:
            for key, flight in zip(keys, flights, strict=True):
                flight.waiting -= 1
                if not flight.waiting:
                    flight.asking.cancel()
                    self._landed(key, flight)

    def _flight(self, name: dns.name.Name, key: _Key) -> _Flight:
        flight = self._flights.get(key)
        if flight is None:
            loop, _, family, servers = key
            flight = self._flights[key] = _Flight(loop.create_task(self._ask(name, _KINDS[family], servers)))
            landing = flight
            flight.asking.add_done_callback(lambda _: self._landed(key, landing))
        return flight

    def _landed(self, key: _Key, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    async def _ask(self, name: dns.name.Name, kind: dns.rdatatype.RdataType, servers: tuple[Server, ...]) -> _Answer:
        """Ask one server after the other, in rounds that get longer; an answer that comes late still counts."""
        last: Fault | CannotSee | None = None
        loop = asyncio.get_running_loop()
        with Inquiry(self.post, name, kind, recursive=True, whole=False) as inquiry:
            for patience in PATIENCE:
                for server in servers:
                    until = loop.time() + patience
                    inquiry.send(server)
                    while (came := await inquiry.hear(until - loop.time())) is not None:
                        answer = _read(came[1], kind, name, came[0][0])
                        if isinstance(answer, tuple) or (
                            isinstance(answer, Fault) and answer.failure == "dns-nxdomain"
                        ):
                            return answer
                        last = answer if isinstance(answer, Fault) else last or answer
                        if came[0] == server:
                            break
                if last is not None:
                    return last
        return CannotSee(Reason.TIMEOUT, say("no name server of this machine answered about {name}", name=name))


def _read(heard: Heard | Trouble, kind: dns.rdatatype.RdataType, name: dns.name.Name, server: str) -> _Answer:
    """What one server said, as the addresses or as what stands against them."""
    if isinstance(heard, tuple):
        return tuple(str(parse_address(address)) for address in heard)
    if not isinstance(heard, dns.message.Message):
        return CannotSee(
            Reason.UNREACHABLE,
            say("the name server {server} of this machine cannot be asked: {error}",
                server=server, error=type(heard).__name__),
        )  # fmt: skip
    code = heard.rcode()
    if code == dns.rcode.NXDOMAIN:
        return Fault("dns-nxdomain", f"no name {name.to_text(omit_final_dot=True)} in DNS")
    if code == dns.rcode.NOERROR:
        rows = (row for rows in heard.answer if rows.rdtype == kind for row in rows)
        return tuple(str(parse_address(row.to_text())) for row in rows)
    if code == dns.rcode.SERVFAIL:
        return Fault("dns-servfail", f"the resolver of this machine got no answer about {name}")
    return CannotSee(
        Reason.DENIED,
        say("the name server {server} of this machine answers {code}", server=server, code=dns.rcode.to_text(code)),
    )


def _none(name: str) -> tuple[str, ...]:
    raise Fault("dns-no-address", f"{name} has no address of the kind that was asked for")


def machine_resolver(settings: Path = Path("/etc/resolv.conf"), hosts: Path = Path("/etc/hosts")) -> Resolver:
    """The resolver that the files of this machine describe, also after they have changed."""
    return Resolver(files=NameFiles(settings, hosts))
