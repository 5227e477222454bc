"""The bytes of a zone file to the names in it with their addresses."""

from __future__ import annotations

import re
from typing import Final

import dns.exception
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.tokenizer
import dns.zonefile

from audit.model.hostname import host_key
from audit.model.listed import Entry
from audit.model.message import say
from audit.world.lists.rows import text_of
from audit.world.lists.wrong import MOST_ROWS, refused, too_many

_FORBIDDEN: Final = re.compile(r"^[^\S\n]*\$(?:GENERATE|INCLUDE)\b", re.MULTILINE | re.IGNORECASE)
_ORIGIN: Final = re.compile(r"^\$ORIGIN[^\S\n]+(\S+)", re.MULTILINE | re.IGNORECASE)
_OWNER: Final = re.compile(r"^([^\s;$]+)[^\S\n]+(?:\S+[^\S\n]+){0,3}SOA\b", re.MULTILINE | re.IGNORECASE)


def records(content: bytes, path: str, origin: str) -> tuple[Entry, ...]:
    """Every name that has an address or is an alias; BadList with file:line:column."""
    text = text_of(content, path) + "\n"
    if found := _FORBIDDEN.search(text):
        number = text.count("\n", 0, found.start()) + 1
        wrong = say("this zone leans on {word}", word=found[0].strip()[:20])
        raise refused(path, number, 1, wrong, say("export the whole zone, such as by a transfer"))
    start = _origin(text, origin)
    if start is None:
        wrong = say("the zone does not say its own name")
        raise refused(path, 1, 1, wrong, say("write `$ORIGIN` into it, or `origin:`"))
    names = _Names()
    reader = dns.zonefile.Reader(
        dns.tokenizer.Tokenizer(text, filename=path),
        dns.rdataclass.IN,
        names,  # type: ignore[arg-type]
        allow_directives=("$ORIGIN", "$TTL"),
        default_ttl=3600,
    )
    names.reader = reader
    try:
        # What is outside the zone's own name would be passed over in silence; nothing is outside the root.
        reader.zone_origin = dns.name.root
        reader.current_origin = reader.last_name = dns.name.from_text(start)
        reader.read()
    except (dns.exception.DNSException, ValueError, OverflowError) as broken:
        # The end of a line counts as the next one as soon as it was read ahead.
        ahead = reader.tok.ungotten_char == "\n" or reader.tok.ungotten_token is not None
        number = max(1, reader.tok.where()[1] - (1 if ahead else 0))
        wrong = say("{why}", why=_why(broken, path))
        raise refused(path, number, 1, wrong, say("mend this record, or export the zone anew")) from broken
    return names.entries()


def _origin(text: str, origin: str) -> str | None:
    if origin:
        return origin.rstrip(".") + "."
    named = _ORIGIN.search(text)
    if named is not None:
        return "."
    owner = _OWNER.search(text)
    return owner[1] if owner is not None and owner[1].endswith(".") else None


def _why(broken: Exception, path: str) -> str:
    return re.sub(r"^\d+: ", "", str(broken).removeprefix(path + ":"))[:200]


class _Names:
    """Takes what the reader reads, in place of a transaction: addresses and aliases by name."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.addresses: dict[str, dict[str, None]] = {}
        self.aliases: dict[str, str] = {}
        self.reader: dns.zonefile.Reader | None = None
        self.manager = self

    def origin_information(self) -> tuple[dns.name.Name, bool, dns.name.Name]:
        """Names stay whole."""
        return dns.name.root, False, dns.name.root

    def _set_origin(self, origin: dns.name.Name | None) -> None:
        """Nothing is kept of it."""

    def check_put_rdataset(self, check: object) -> None:
        """Nothing is checked beyond what is read."""

    def add(self, name: dns.name.Name, ttl: int, rdata: object) -> None:
        """One record."""
        kind = getattr(rdata, "rdtype", None)
        owner = host_key(name.to_text(omit_final_dot=True))
        if kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            self.addresses.setdefault(owner, {})[host_key(str(getattr(rdata, "address", "")))] = None
        elif kind == dns.rdatatype.CNAME:
            self.aliases[owner] = host_key(str(getattr(rdata, "target", "")))
        else:
            return
        if owner not in self.lines:
            self.lines[owner] = self.reader.tok.where()[1] - 1 if self.reader is not None else 0
            if len(self.lines) > MOST_ROWS:
                raise too_many(self.reader.tok.filename if self.reader is not None else "")

    def entries(self) -> tuple[Entry, ...]:
        """Each name once, in the order of the file."""
        return tuple(
            Entry(line=line, name=name, addresses=tuple(self.addresses.get(name, ())), alias=self.aliases.get(name, ""))
            for name, line in self.lines.items()
        )
