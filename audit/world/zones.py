"""The servers of a zone to what each of them, asked alone, says about the zone with the names in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import anyio
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.NS import NS
from dns.rdtypes.ANY.RRSIG import RRSIG
from dns.rdtypes.ANY.SOA import SOA

from audit.model.facts import Unseen
from audit.model.message import say
from audit.model.naming import ZoneState
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import NameDoor
from audit.world.chain import fits, keys_of
from audit.world.fault import Fault, judged
from audit.world.guard import Guard
from audit.world.post import Inquiry
from audit.world.question import encoded
from audit.world.resolver import PATIENCE
from audit.world.surveyed import Told, plainly, state
from audit.world.transfer import Held, transferred
from audit.world.zone import MOST_SERVERS, Witness, in_order

_KINDS: Final = (dns.rdatatype.A, dns.rdatatype.AAAA)
_RESERVE: Final = 0.2
"""Of the time, for a server that is silent after others have answered."""
_TRANSFER: Final = 3.0
"""Seconds at most for what a firewall lets wait for nothing."""
_HELD: Final = 3600.0
_REFUSED: Final = 86_400.0
"""Seconds for which nobody is asked again for a whole zone: a watch would fill the log of a server with refusals."""
Name = dns.name.Name


@dataclass(frozen=True, slots=True)
class ZonesHand:
    """Questions to the servers of a zone themselves, never to the resolver of this machine."""

    guard: Guard
    taken: dict[tuple[str, int, Name], tuple[float, Held | CannotSee]] = field(default_factory=dict)
    """When a server was last asked for all of a zone, with what came of it."""

    async def survey(
        self,
        zone: str,
        servers: Sequence[NameDoor],
        names: Sequence[str],
        parent: NameDoor | None,
        timeout: timedelta,
        *,
        whole: bool = False,
    ) -> ZoneState:
        try:
            apex, wanted = encoded(zone), {name: encoded(name) for name in names}
        except ValueError as broken:
            raise CannotSee(Reason.INCOMPLETE, say("{name} cannot be a name in DNS", name=zone)) from broken
        seconds = timeout.total_seconds() * (1 - _RESERVE)
        told: list[Told] = []
        above: dict[str, Any] = {}

        async def one(door: NameDoor) -> None:
            for address in await self._found(door, told):
                heard = Told(door, address)
                told.append(heard)
                await self._hear(heard, apex, wanted, seconds / 2)

        async with anyio.create_task_group() as group:
            for door in servers[:MOST_SERVERS]:
                group.start_soon(one, door)
            if parent is not None:
                group.start_soon(self._above, parent, apex, seconds, above)
        told.sort(key=lambda one: (servers.index(one.door), one.address))
        good = [one for one in told if one.soa is not None and one.fault is None and one.unseen is None]
        if not any(one.unseen is None for one in told):
            raise told[0].unseen or CannotSee(Reason.INCOMPLETE, say("the zone {zone} has no server", zone=zone))
        if whole and len(good) > 1 and len({one.soa.serial for one in good if one.soa is not None}) == 1:
            # Where they stand at different versions, the rest is no news.
            async with anyio.create_task_group() as group:
                for one_of in good:
                    group.start_soon(self._take, one_of, apex, min(seconds / 2, _TRANSFER))
        return state(zone, told, good, above)

    async def _found(self, door: NameDoor, told: list[Told]) -> tuple[str, ...]:
        """The addresses of a server; what stands against it is noted."""
        lost = Told(door, "")
        try:
            with anyio.fail_after(PATIENCE[-1]):
                found = await self.guard.find(door.host)
            if not found.kept_out:
                return found.addresses
            lost.unseen = found.kept_out[0]
        except Fault as fault:
            lost.fault = Fault(fault.failure, f"its name has no address: {fault.detail}")
        except CannotSee as gap:
            lost.unseen = gap
        except TimeoutError:
            lost.unseen = CannotSee(Reason.TIMEOUT, say("no name server answered about {host} in time", host=door.host))
        told.append(lost)
        return ()

    async def _hear(self, heard: Told, apex: Name, wanted: dict[str, Name], seconds: float) -> None:
        began = anyio.current_time()
        with anyio.move_on_after(seconds) as limit:
            try:
                await self._questions(heard, apex, wanted)
            except Fault as fault:
                heard.fault = fault
            except CannotSee as gap:
                heard.unseen = gap
        if limit.cancelled_caught:
            heard.unseen = _silent(heard.address)
        heard.took = anyio.current_time() - began

    async def _take(self, heard: Told, apex: Name, seconds: float) -> None:
        """Note all of the zone as one server hands it over, or did a moment ago."""
        key, now = (heard.address, heard.door.port, apex), anyio.current_time()
        at, known = self.taken.get(key, (-_REFUSED, None))
        if isinstance(known, CannotSee) and now - at < _REFUSED:
            heard.held = known
            return
        if isinstance(known, Held) and now - at < _HELD and heard.soa is not None and known.serial == heard.soa.serial:
            heard.held = known
            return
        heard.held = _silent(heard.address)
        with anyio.move_on_after(seconds):
            try:
                heard.held = await transferred(heard.address, heard.door.port, apex)
            except CannotSee as gap:
                heard.held = gap
        self.taken[key] = now, heard.held

    async def _questions(self, heard: Told, apex: Name, wanted: dict[str, Name]) -> None:
        def ask(name: Name, kind: dns.rdatatype.RdataType) -> Any:
            return self._ask(heard.address, heard.door.port, name, kind)

        answer = first = _served(await ask(apex, dns.rdatatype.SOA))
        found = [row for rows in answer.answer if rows.name == apex for row in rows if isinstance(row, SOA)]
        if not found:
            raise Fault("dns-wrong-answer", "it has no such zone")
        heard.soa = found[0]
        heard.ends += _ends(answer)
        answer = _served(await ask(apex, dns.rdatatype.NS))
        heard.names = tuple(
            sorted(plainly(row.target) for rows in answer.answer for row in rows if isinstance(row, NS))
        )
        heard.ends += _ends(answer)
        answer = _served(await ask(apex, dns.rdatatype.DNSKEY))
        heard.keys = keys_of(answer)
        if heard.keys is not None:
            # The keys sign themselves, others of them all the rest.
            heard.fits = fits(answer, heard.keys), fits(first, heard.keys)
        heard.ends += _ends(answer)
        for written, name in wanted.items():
            await self._name(heard, written, name)
        try:
            heard.servers = await Witness(heard.address, heard.door.port, self.guard.resolver).servers(apex)
        except Fault as fault:
            heard.servers = CannotSee(
                Reason.INCOMPLETE, say("the zone cannot be read: {detail}", detail=fault.detail or fault.failure)
            )
        except CannotSee as gap:
            heard.servers = gap

    async def _name(self, heard: Told, written: str, name: Name) -> None:
        """Note the addresses of one name, with how long they are remembered."""
        addresses: set[str] = set()
        lives: list[timedelta] = []
        aliases: list[timedelta] = []
        for kind in _KINDS:
            answer = _served(await self._ask(heard.address, heard.door.port, name, kind), name=written)
            chain = [rows for rows in answer.answer if rows.rdtype != dns.rdatatype.RRSIG]
            here = {row.to_text() for rows in chain if rows.rdtype == kind for row in rows}
            if chain:
                (lives if here else aliases).append(timedelta(seconds=min(rows.ttl for rows in chain)))
            addresses |= here
            heard.ends += _ends(answer)
        # Where its alias leads out of the zone, the alias is what can be changed here.
        heard.lifetimes += lives or aliases
        heard.answers[written] = in_order(addresses)

    async def _ask(self, address: str, port: int, name: Name, kind: dns.rdatatype.RdataType) -> dns.message.Message:
        """The answer of one server by itself, with its signatures; asked again where a datagram may have been lost."""
        with Inquiry(self.guard.resolver.post, name, kind, recursive=False, whole=True, signed=True) as inquiry:
            for patience in PATIENCE:
                inquiry.send((address, port))
                came = await inquiry.hear(patience)
                said = came[1] if came is not None else None
                if isinstance(said, dns.message.Message):
                    return said
                if isinstance(said, OSError):
                    raise judged(said, address) from said
                if said is not None:
                    raise Fault("protocol", f"no answer in DNS: {type(said).__name__}")
        raise _silent(address)

    async def _above(self, parent: NameDoor, apex: Name, seconds: float, above: dict[str, Any]) -> None:
        """Note what the zone above says: which name servers, whether it vouches for the keys."""
        facts = ("delegation", "anchored")
        why: CannotSee = _silent(parent.host)
        with anyio.move_on_after(seconds):
            try:
                found = await self.guard.find(parent.host)
                address = found.addresses[0]
                answer = await self._ask(address, parent.port, apex, dns.rdatatype.NS)
                if answer.rcode() != dns.rcode.NOERROR:
                    raise CannotSee(Reason.DENIED, _refuses(address, answer))
                rows = [row for rows in (*answer.answer, *answer.authority) if rows.name == apex for row in rows]
                above["delegation"] = tuple(sorted({plainly(row.target) for row in rows if isinstance(row, NS)}))
                above["glue"] = _glue(answer, above["delegation"])
                answer = await self._ask(address, parent.port, apex, dns.rdatatype.DS)
                if answer.rcode() != dns.rcode.NOERROR:
                    raise CannotSee(Reason.DENIED, _refuses(address, answer))
                above["vouches"] = [row for rows in answer.answer for row in rows if isinstance(row, DS)]
                above["anchored"] = bool(above["vouches"])
                return
            except Fault as fault:
                why = CannotSee(Reason.UNREACHABLE, say("{host} gave no answer: {why}", host=parent.host,
                                                        why=fault.detail or fault.failure))  # fmt: skip
            except CannotSee as gap:
                why = gap
        above["absent"] = {fact: Unseen.of(why) for fact in facts if fact not in above}


def _served(answer: dns.message.Message, name: str = "") -> dns.message.Message:
    """An answer of one who serves the zone: Fault where it does not, CannotSee where it will not say."""
    code = answer.rcode()
    if code == dns.rcode.REFUSED:
        raise CannotSee(Reason.DENIED, say("a name server of the zone refuses to answer about it"))
    if code == dns.rcode.NXDOMAIN and name:
        raise Fault("dns-nxdomain", f"it says that there is no name {name}")
    if code != dns.rcode.NOERROR:
        raise Fault("dns-servfail", f"it does not serve the zone: {dns.rcode.to_text(code)}")
    if not answer.flags & dns.flags.AA:
        raise Fault("dns-wrong-answer", "it is no authority for the zone")
    return answer


def _glue(answer: dns.message.Message, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The addresses that come along with the names of name servers."""
    found: dict[str, set[str]] = {}
    for rows in answer.additional:
        if rows.rdtype in _KINDS and plainly(rows.name) in names:
            found.setdefault(plainly(rows.name), set()).update(row.to_text() for row in rows)
    return {name: in_order(addresses) for name, addresses in found.items()}


def _refuses(address: str, answer: dns.message.Message) -> Any:
    code = dns.rcode.to_text(answer.rcode())
    return say("the name server {server} answers {code}", server=address, code=code)


def _silent(address: str) -> CannotSee:
    return CannotSee(Reason.TIMEOUT, say("the name server {address} is silent", address=address))


def _ends(answer: dns.message.Message) -> list[int]:
    return [row.expiration for rows in answer.answer for row in rows if isinstance(row, RRSIG)]
