"""A name with a kind of record to the question in DNS that asks for it, which knows an answer when it sees one."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype

PAYLOAD: Final = 1232
"""Largest datagram that is asked for: it crosses every usual network in one piece."""
_OLD: Final = (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS)
_HEAD: Final = struct.Struct("!BBHHHH")
_ROW: Final = struct.Struct("!HHIH")
_ASKED: Final = struct.Struct("!HH")
_EXTENSION: Final = struct.pack("!BHHIH", 0, dns.rdatatype.OPT, PAYLOAD, 0, 0)
_SIGNED: Final = struct.pack("!BHHIH", 0, dns.rdatatype.OPT, PAYLOAD, dns.flags.DO, 0)
_START: Final = 12
"""Bytes before the question."""
Heard = tuple[str, ...] | dns.message.Message
"""The addresses of a plain answer, any other answer as it is."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, packed once, sent under a new number each time."""

    name: dns.name.Name
    kind: dns.rdatatype.RdataType
    recursive: bool
    extended: bool
    packed: bytes
    """Without the number, the first two bytes."""
    asked: bytes
    """The part of it that comes back in every answer, in small letters."""

    @classmethod
    def of(
        cls,
        name: dns.name.Name,
        kind: dns.rdatatype.RdataType,
        *,
        recursive: bool,
        extended: bool = True,
        signed: bool = False,
    ) -> Question:
        """Ask for one kind of record; `extended` announces by EDNS that a large answer may come, `signed` wants
        signatures with it."""
        asked = (name.to_wire() or b"") + _ASKED.pack(kind, dns.rdataclass.IN)
        head = _HEAD.pack(dns.flags.RD >> 8 if recursive else 0, 0, 1, 0, 0, 1 if extended else 0)
        extension = (_SIGNED if signed else _EXTENSION) if extended else b""
        return cls(name, kind, recursive, extended, head + asked + extension, asked.lower())

    def numbered(self, number: int) -> bytes:
        """The question as it is sent."""
        return number.to_bytes(2, "big") + self.packed

    def heard(self, wire: bytes) -> Heard | None:
        """What a message under the right number says; None where it answers something else, or is garbage."""
        addresses = self._plain(wire)
        return self.answer(wire) if addresses is None else addresses

    def answer(self, wire: bytes) -> dns.message.Message | None:
        """The same, whatever it says, as a whole message."""
        try:
            answer = dns.message.from_wire(wire, ignore_trailing=True)
        except dns.exception.DNSException:
            return None
        question = dns.message.make_query(self.name, self.kind, id=answer.id)
        return answer if question.is_response(answer) else None

    def _plain(self, wire: bytes) -> tuple[str, ...] | None:
        """The addresses in an answer with nothing unusual about it; None for every other one.

        To read a whole message takes longer than a visit of the page that the name is looked up for.
        """
        if self.kind not in (dns.rdatatype.A, dns.rdatatype.AAAA):
            return None
        found: list[str] = []
        try:
            first, second, questions, answers, authorities, others = _HEAD.unpack_from(wire, 2)
            place = _START + len(self.asked)
            # An answer, of a plain query, whole, without error; Z, AD and CD may be as they like.
            if first & 0xFA != 0x80 or second & 0x0F or questions != 1 or wire[_START:place].lower() != self.asked:
                return None
            for number in range(answers + authorities + others):
                place = _after_name(wire, place)
                kind, family, lifetime, size = _ROW.unpack_from(wire, place)
                place += _ROW.size
                if place + size > len(wire) or (kind == dns.rdatatype.OPT and lifetime >> 16):
                    return None
                if number < answers and kind == self.kind and family == dns.rdataclass.IN:
                    protocol = socket.AF_INET if kind == dns.rdatatype.A else socket.AF_INET6
                    found.append(socket.inet_ntop(protocol, wire[place : place + size]))
                place += size
        except (struct.error, IndexError, ValueError):
            return None
        return tuple(found)


def _after_name(wire: bytes, place: int) -> int:
    while wire[place]:
        if wire[place] >= 0x40:
            if wire[place] < 0xC0:
                raise ValueError(wire[place])
            return place + 2
        place += wire[place] + 1
    return place + 1


def encoded(name: str) -> dns.name.Name:
    """A name as it stands in a question; ValueError where it cannot."""
    try:
        return dns.name.from_text(name, idna_codec=dns.name.IDNA_2008_UTS_46)
    except (dns.exception.DNSException, UnicodeError) as broken:
        raise ValueError(f"{name[:80]!r} cannot be a name in DNS") from broken


def knows_no_extension(heard: Heard) -> bool:
    """Whether a server says that it has to be asked without EDNS."""
    return isinstance(heard, dns.message.Message) and heard.rcode() in _OLD
