"""A DNS question with the address of one server to that server's answer."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Final

import anyio
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from audit.world.connect import Wire, open_socket

PAYLOAD: Final = 1232
"""Largest datagram that is asked for: it crosses every usual network in one piece."""


def encoded(name: str) -> dns.name.Name:
    """A name as it stands in a question; ValueError where it cannot."""
    try:
        return dns.name.from_text(name, idna_codec=dns.name.IDNA_2008_UTS_46)
    except (dns.exception.DNSException, UnicodeError) as broken:
        raise ValueError(f"{name[:80]!r} cannot be a name in DNS") from broken


async def ask(
    name: dns.name.Name, kind: dns.rdatatype.RdataType, server: str, port: int, *, recursive: bool
) -> dns.message.Message:
    """Ask once and wait for as long as the caller lets it; over TCP again where the datagram was cut.

    Raises OSError where the server cannot be reached, DNSException where it answers over TCP with garbage. Datagrams
    of garbage are overlooked: anybody can send them.
    """
    query = dns.message.make_query(name, kind, use_edns=True, payload=PAYLOAD)
    answer = await _ask(query, server, port, recursive=recursive)
    if answer.rcode() in (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS):
        query = dns.message.make_query(name, kind)
        answer = await _ask(query, server, port, recursive=recursive)
    return answer


async def _ask(query: dns.message.Message, server: str, port: int, *, recursive: bool) -> dns.message.Message:
    if not recursive:
        query.flags &= ~dns.flags.RD
    answer = await _by_datagram(query, server, port)
    if answer.flags & dns.flags.TC:
        answer = await _by_stream(query, server, port)
    return answer


async def _by_datagram(query: dns.message.Message, server: str, port: int) -> dns.message.Message:
    loop = asyncio.get_running_loop()
    # A connected socket takes datagrams of this server alone, and hears at once that a port is closed.
    with open_socket(server, socket.SOCK_DGRAM) as channel:
        channel.connect((server, port))
        await loop.sock_sendall(channel, query.to_wire())
        while True:
            wire = await loop.sock_recv(channel, 65535)
            try:
                answer = dns.message.from_wire(wire, ignore_trailing=True)
            except dns.exception.DNSException:
                await anyio.lowlevel.checkpoint()
                continue
            if query.is_response(answer):
                return answer
            await anyio.lowlevel.checkpoint()


async def _by_stream(query: dns.message.Message, server: str, port: int) -> dns.message.Message:
    wire = await Wire.to(server, port)
    try:
        packed = query.to_wire()
        await wire.send(struct.pack("!H", len(packed)) + packed)
        buffer = b""
        while len(buffer) < 2 or len(buffer) < 2 + struct.unpack("!H", buffer[:2])[0]:
            piece = await wire.receive(65536)
            if not piece:
                raise dns.exception.FormError
            buffer += piece
        answer = dns.message.from_wire(buffer[2 : 2 + struct.unpack("!H", buffer[:2])[0]])
        if not query.is_response(answer):
            raise dns.exception.FormError
        return answer
    finally:
        wire.close()
