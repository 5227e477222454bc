"""A host name to its addresses, from the hosts file or the name servers of this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

import anyio
import dns.exception
import dns.name
import dns.rcode
import dns.rdatatype

from audit.model.address import literal, parse_address
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.fault import Fault
from audit.world.question import ask, encoded

PATIENCE: Final = (1.0, 2.0, 4.0)
"""Seconds that a name server gets, round after round; the caller's deadline ends the last."""
_KINDS: Final = ((4, dns.rdatatype.A), (6, dns.rdatatype.AAAA))


@dataclass(frozen=True, slots=True)
class Resolver:
    """No thread waits here: any number of slow names stand beside each other without holding up one that is quick."""

    hosts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    servers: tuple[tuple[str, int], ...] = ()
    search: tuple[str, ...] = ()

    async def addresses(self, name: str, family: int | None) -> tuple[str, ...]:
        """All addresses of a name. Fault where it has none; the caller sets the deadline.

        Unlike the C library it does not try the search list on names with a dot: that would give a name that is gone
        an address of somebody else.
        """
        plain = name.lower().removesuffix(".")
        known = self.hosts.get(plain)
        if known is None and (plain == "localhost" or plain.endswith(".localhost")):
            known = ("127.0.0.1", "::1")
        if known is not None:
            found = tuple(address for address in known if family is None or (":" in address) == (family == 6))
            return found or _none(name)
        tries = [f"{plain}.{domain}" for domain in self.search] if "." not in plain else []
        for candidate in (*tries, plain):
            try:
                return await self._ask_both(candidate, family)
            except Fault as fault:
                if candidate == plain or fault.failure not in ("dns-nxdomain", "dns-no-address"):
                    raise
        return _none(name)

    async def _ask_both(self, name: str, family: int | None) -> tuple[str, ...]:
        try:
            question = encoded(name)
        except ValueError as broken:
            raise Fault("dns-nxdomain", str(broken)) from broken
        if not self.servers:
            raise CannotSee(Reason.UNREACHABLE, say("this machine has no name server to ask about {name}", name=name))
        answers: dict[int, tuple[str, ...] | Fault | CannotSee] = {}

        async def one(kind: dns.rdatatype.RdataType) -> None:
            try:
                answers[kind] = await self._ask(question, kind)
            except (Fault, CannotSee) as trouble:
                answers[kind] = trouble

        async with anyio.create_task_group() as group:
            for number, kind in _KINDS:
                if family in (None, number):
                    group.start_soon(one, kind)
        found = tuple(address for answer in answers.values() if isinstance(answer, tuple) for address in answer)
        if found:
            return tuple(dict.fromkeys(found))
        for answer in answers.values():
            if not isinstance(answer, tuple):
                raise answer
        return _none(name)

    async def _ask(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> tuple[str, ...]:
        """Ask one server after the other. TimeoutError of the caller ends it where all are silent."""
        last: Fault | CannotSee | None = None
        for patience in PATIENCE:
            for server, port in self.servers:
                with anyio.move_on_after(patience):
                    try:
                        answer = await ask(name, kind, server, port, recursive=True)
                    except (OSError, dns.exception.DNSException) as broken:
                        last = last or CannotSee(
                            Reason.UNREACHABLE,
                            say("the name server {server} of this machine cannot be asked: {error}",
                                server=server, error=type(broken).__name__),
                        )  # fmt: skip
                        continue
                    code = answer.rcode()
                    if code == dns.rcode.NXDOMAIN:
                        raise Fault("dns-nxdomain", f"no name {name.to_text(omit_final_dot=True)} in DNS")
                    if code == dns.rcode.NOERROR:
                        rows = (row for rows in answer.answer if rows.rdtype == kind for row in rows)
                        return tuple(str(parse_address(row.to_text())) for row in rows)
                    if code == dns.rcode.SERVFAIL:
                        last = Fault("dns-servfail", f"the resolver of this machine got no answer about {name}")
                    else:
                        last = last or CannotSee(
                            Reason.DENIED,
                            say("the name server {server} of this machine answers {code}",
                                server=server, code=dns.rcode.to_text(code)),
                        )  # fmt: skip
            if last is not None:
                raise last
        raise CannotSee(Reason.TIMEOUT, say("no name server of this machine answered about {name}", name=name))


def _none(name: str) -> tuple[str, ...]:
    raise Fault("dns-no-address", f"{name} has no address of the kind that was asked for")


def machine_resolver(
    settings: Path = Path("/etc/resolv.conf"),
    hosts: Path = Path("/etc/hosts"),
) -> Resolver:
    """The resolver that the files of this machine describe."""
    servers: list[tuple[str, int]] = []
    search: tuple[str, ...] = ()
    for words in _lines(settings):
        if words[0] == "nameserver" and len(words) > 1:
            address = _address(words[1].partition("%")[0])
            if address:
                servers.append((address, 53))
        elif words[0] in ("search", "domain"):
            search = tuple(domain.rstrip(".") for domain in words[1:] if domain.rstrip("."))
    known: dict[str, tuple[str, ...]] = {}
    for words in _lines(hosts):
        address = _address(words[0])
        for name in words[1:] if address else ():
            before = known.get(name.lower(), ())
            known[name.lower()] = before if address in before else (*before, address)
    return Resolver(MappingProxyType(known), tuple(servers) or (("127.0.0.1", 53),), search)


def _lines(path: Path) -> list[list[str]]:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return []
    stripped = (line.partition("#")[0].partition(";")[0].split() for line in text.splitlines())
    return [words for words in stripped if words]


def _address(text: str) -> str:
    try:
        address = literal(text)
    except ValueError:
        return ""
    return str(address) if address is not None else ""
