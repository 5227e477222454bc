"""A question about a name becomes what the demo's name server answers: one zone is well kept, one is not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Final, cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

SOA: Final = "ns1.{zone}. hostmaster.{zone}. 2026010100 3600 900 1209600 300"
RECORDS: Final[Mapping[str, Mapping[str, tuple[int, Sequence[str]]]]] = MappingProxyType(
    {
        # Three name servers at three sites, a time to live that lets the name move within the recovery time.
        "kibo.example": {
            "SOA": (300, (SOA.format(zone="kibo.example"),)),
            "NS": (300, ("ns1.kibo.example.", "ns2.kibo.example.", "ns3.kibo.example.")),
        },
        "ns1.kibo.example": {"A": (300, ("127.10.0.1",))},
        "ns2.kibo.example": {"A": (300, ("127.20.0.1",))},
        "ns3.kibo.example": {"A": (300, ("127.30.0.1",))},
        "www.kibo.example": {"A": (60, ("127.10.0.1", "127.20.0.1"))},
        # One name server, a time to live of a day: after the fire the name points to ashes until tomorrow.
        "semas.example": {
            "SOA": (300, (SOA.format(zone="semas.example"),)),
            "NS": (300, ("ns1.semas.example.",)),
        },
        "ns1.semas.example": {"A": (300, ("127.10.0.1",))},
        "www.semas.example": {"A": (86400, ("127.10.0.1",))},
    }
)


def answer(question: bytes) -> bytes:
    """The answer to one message; empty for what is no question."""
    try:
        asked = dns.message.from_wire(question)
    except (dns.exception.DNSException, ValueError):
        return b""
    reply = dns.message.make_response(asked)
    if not asked.question:
        return reply.to_wire()
    name = asked.question[0].name.to_text(omit_final_dot=True).lower()
    kind = dns.rdatatype.to_text(asked.question[0].rdtype)
    zone = next((zone for zone in RECORDS if "SOA" in RECORDS[zone] and f".{name}".endswith(f".{zone}")), None)
    if zone is None:
        reply.set_rcode(dns.rcode.REFUSED)
        return reply.to_wire()
    reply.flags |= dns.flags.AA
    held = RECORDS.get(name)
    if held is None:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    elif kind in held:
        reply.answer.append(_records(name, kind))
    if not reply.answer:
        reply.authority.append(_records(zone, "SOA"))
    return reply.to_wire()


def _records(name: str, kind: str) -> dns.rrset.RRset:
    ttl, texts = RECORDS[name][kind]
    return dns.rrset.from_text(f"{name}.", ttl, "IN", kind, *texts)


class Datagrams(asyncio.DatagramProtocol):
    """The name server over UDP."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not isinstance: in Python 3.11 asyncio's own transport does not inherit from DatagramTransport.
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = answer(data)
        if reply:
            self.transport.sendto(reply, addr)


class Silence(asyncio.DatagramProtocol):
    """A name server that takes every question and answers none."""


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The name server over TCP: one question, one answer."""
    with suppress(OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
        size = await asyncio.wait_for(reader.readexactly(2), 10)
        reply = answer(await asyncio.wait_for(reader.readexactly(int.from_bytes(size, "big")), 10))
        writer.write(len(reply).to_bytes(2, "big") + reply)
        await writer.drain()
    with suppress(OSError):
        writer.close()
