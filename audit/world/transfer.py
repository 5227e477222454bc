"""The address of a name server with a zone to everything in the zone, as that server hands it over."""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from dns.rdtypes.ANY.SOA import SOA

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.connect import Wire

_LARGEST: Final = 4 * 1024 * 1024
_MOST: Final = 10_000
"""Records; more of them take longer to read than a look may."""
_OF_SIGNERS: Final = frozenset(
    dns.rdatatype.RdataType.make(kind)
    for kind in ("SOA", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY", "ZONEMD", "TYPE65534")
)
"""What each server may write by itself, where it signs the zone by itself."""
Records = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Held:
    """A whole zone."""

    serial: int
    names: dict[str, Records] = field(default_factory=dict)
    """Kinds with values of the records under each name, in small letters."""


async def transferred(address: str, port: int, apex: dns.name.Name) -> Held:
    """All of a zone. CannotSee where the server hands it to nobody, or not to us, or it is too long."""
    found: dict[str, set[tuple[str, str]]] = {}
    serial: int | None = None
    count = 0
    try:
        async for message in _messages(address, port, apex):
            for rows in message.answer:
                count += 1
                if count > _MOST:
                    raise CannotSee(Reason.INCOMPLETE, say("the zone is too long to be compared"))
                value = rows[0]
                if isinstance(value, SOA) and rows.name == apex:
                    if serial is not None:
                        return Held(serial, {name: frozenset(held) for name, held in found.items()})
                    serial = value.serial
                elif rows.rdtype not in _OF_SIGNERS:
                    name = rows.name.to_text(omit_final_dot=True).lower()
                    found.setdefault(name, set()).add((rows.rdtype.name, value.to_text().lower()))
            if serial is None:
                break
    except (OSError, dns.exception.DNSException) as broken:
        raise _denied(address) from broken
    raise _denied(address)


async def _messages(address: str, port: int, apex: dns.name.Name) -> AsyncIterator[dns.message.Message]:
    """The messages of a transfer, one after the other."""
    query = dns.message.make_query(apex, dns.rdatatype.AXFR, id=secrets.randbits(16))
    query.flags &= ~dns.flags.RD
    packed = query.to_wire()
    with closing(await Wire.to(address, port)) as wire:
        await wire.send(struct.pack("!H", len(packed)) + packed)
        came, total = b"", 0
        while total < _LARGEST:
            piece = await wire.receive()
            if not piece:
                return
            came, total = came + piece, total + len(piece)
            while len(came) > 1 and len(came) >= (size := struct.unpack_from("!H", came)[0] + 2):
                message = dns.message.from_wire(came[2:size], xfr=True, one_rr_per_rrset=True)
                if message.rcode() != dns.rcode.NOERROR or message.id != query.id:
                    return
                yield message
                came = came[size:]
                # To read one takes a while, in which nothing else would move.
                await asyncio.sleep(0)
    raise CannotSee(Reason.INCOMPLETE, say("the zone is too long to be compared"))


def _denied(address: str) -> CannotSee:
    return CannotSee(Reason.DENIED, say("the name server {address} does not hand its zone over", address=address))
