"""The text of a zone file becomes its serial number with the addresses of its names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from audit.contract import CannotSee, Reason, say

_TOKEN: Final = re.compile(r'"(?:\\.|[^"\\\n])*"|;[^\n]*|[()\n]|[^\S\n]+|(?:\\.|[^\s;()"])+')
_LIFETIME: Final = re.compile(r"(?i)\d{1,10}|(?:\d{1,10}[smhdw])+")
_CLASSES: Final = ("IN", "CH", "HS", "CS")
_MOST: Final = 500_000


@dataclass(slots=True)
class ZoneText:
    """What a copy of a zone holds."""

    serials: list[int] = field(default_factory=list)
    """Of every SOA record: what a transfer wrote has one at its end too."""
    addresses: dict[str, set[str]] = field(default_factory=dict)
    servers: set[str] = field(default_factory=set)
    """The name servers of the zone itself."""
    aliases: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> frozenset[str]:
        """The addresses of a name, through its aliases."""
        place = plain(name)
        for _ in range(8):
            if place not in self.aliases:
                break
            place = self.aliases[place]
        return frozenset(self.addresses.get(place, ()))


def plain(name: str) -> str:
    """A name in small letters without a last dot."""
    return name.lower().removesuffix(".")


def read(text: str, zone: str) -> ZoneText:
    """What a zone file says; CannotSee(incomplete) where it cannot be read, or leans on other files."""
    found = ZoneText()
    origin = owner = plain(zone)
    for blank, words in _lines(text):
        word = words[0].upper()
        if word == "$ORIGIN" and len(words) > 1:
            origin = _whole(words[1], origin)
        elif word == "$INCLUDE":
            raise CannotSee(Reason.INCOMPLETE, say("the copy of the zone leans on another file"))
        elif word.startswith("$"):
            continue
        else:
            if not blank:
                owner = _whole(words[0], origin)
            _note(found, owner, _record(words if blank else words[1:]), origin, plain(zone))
    if not found.serials:
        raise CannotSee(Reason.INCOMPLETE, say("the copy of {zone} holds no such zone", zone=zone))
    return found


def _record(words: list[str]) -> list[str]:
    """The type with its data: what stands before, the lifetime, the class, may come in any order."""
    while words and (words[0].upper() in _CLASSES or _LIFETIME.fullmatch(words[0])):
        words = words[1:]
    return words


def _note(found: ZoneText, owner: str, words: list[str], origin: str, zone: str) -> None:
    if len(words) < 2:
        return
    kind, value = words[0].upper(), words[1]
    if kind == "SOA" and owner == zone:
        if len(words) < 8 or not re.fullmatch(r"\d{1,10}", words[3]):
            raise CannotSee(Reason.INCOMPLETE, say("the copy of {zone} holds no such zone", zone=zone))
        found.serials.append(int(words[3]))
    elif kind in ("A", "AAAA"):
        try:
            found.addresses.setdefault(owner, set()).add(str(ip_address(value)))
        except ValueError as broken:
            raise CannotSee(Reason.INCOMPLETE, say("the copy of {zone} cannot be read", zone=zone)) from broken
    elif kind == "NS" and owner == zone:
        found.servers.add(_whole(value, origin))
    elif kind == "CNAME":
        found.aliases[owner] = _whole(value, origin)


def _whole(name: str, origin: str) -> str:
    if name == "@":
        return origin
    return plain(name) if name.endswith(".") else plain(f"{name}.{origin}" if origin else name)


def _lines(text: str) -> Iterator[tuple[bool, list[str]]]:
    """Each record as its words, with whether it begins with a space and so belongs to the owner before."""
    depth, count, blank, fresh = 0, 0, False, True
    words: list[str] = []
    for match in _TOKEN.finditer(text + "\n"):
        piece = match[0]
        count += 1
        if count > _MOST:
            raise CannotSee(Reason.INCOMPLETE, say("the copy of the zone is too long to be read"))
        if piece == "\n" and not depth:
            if words:
                yield blank, words
            words, fresh, blank = [], True, False
        elif piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif piece[0] == ";" or piece == "\n":
            continue
        elif piece.isspace():
            blank = blank or (fresh and not words)
        else:
            words.append(piece)
        fresh = fresh and piece == "\n"
    if depth or words:
        raise CannotSee(Reason.INCOMPLETE, say("the copy of the zone ends in the middle of a record"))
