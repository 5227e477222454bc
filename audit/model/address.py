"""Texts such as a host name, a port or a URL to what a probe may be pointed at."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BeforeValidator, WithJsonSchema

from audit.model.message import say
from audit.model.unfit import Unexpected

Address = IPv4Address | IPv6Address
_NUMERIC: Final = re.compile(r"(?:\d+|0[xX][0-9a-fA-F]*)")
_LABEL: Final = re.compile(r"[^\W]([\w-]{0,61}[^\W_])?|_[\w-]{1,62}")
_LONGEST: Final = 2000


def parse_address(text: object) -> Address:
    """An address in its plain form; `::ffff:10.0.0.1` is 10.0.0.1, a zone such as `%eth0` is refused."""
    written = str(text).strip()
    try:
        address = ip_address(written)
    except ValueError as broken:
        raise Unexpected(say("an address such as 10.20.0.9 or 2001:db8::9"), repr(written[:80])) from broken
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            raise Unexpected(say("an address without a zone"), repr(written[:80]))
        return address.ipv4_mapped or address
    return address


def literal(host: str) -> Address | None:
    """The address that a host is, None for a name; ValueError for disguises such as 0x7f.1 or 2130706433."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if ":" in bare:
        return parse_address(bare)
    if _NUMERIC.fullmatch(bare.rstrip(".").rpartition(".")[2]):
        # Resolvers of the C library read such words as numbers, in four notations: only the plain one is an address.
        return parse_address(bare)
    return None


def parse_network(text: object) -> IPv4Network | IPv6Network:
    """`10.20.0.0/16` or one address to a network."""
    written, right = str(text), say("an address or a network such as 10.20.0.0/16")
    try:
        ip_network(written, strict=False)
    except ValueError as broken:
        raise Unexpected(right, repr(written)) from broken
    try:
        return ip_network(written, strict=True)
    except ValueError as broken:
        got = say("{written} ({network} has host bits set)", written=repr(written), network=written)
        raise Unexpected(right, got) from broken


Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(parse_network), WithJsonSchema({"type": "string"})]


def parse_host(text: object) -> str:
    """A host name or an address, as it will be looked up."""
    written = str(text).strip()
    plain = literal(written)
    if plain is not None:
        return str(plain)
    labels = written.removesuffix(".").split(".")
    if len(written) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Unexpected(say("a host name or an address such as 10.20.0.9"), repr(written[:80]))
    return written


def parse_port(text: object) -> int:
    """A port, 1 to 65535."""
    written = str(text).strip()
    if not re.fullmatch(r"[0-9]{1,5}", written) or not 1 <= int(written) <= 65535:
        raise Unexpected(say("a port from 1 to 65535"), repr(written[:80]))
    return int(written)


def parse_url(text: object) -> str:
    """An http or https URL with a host, without user name, password or fragment."""
    written = str(text).strip()
    right = say("a URL such as https://portal.example/health")
    if len(written) > _LONGEST:
        raise Unexpected(right, say("one of {count} characters", count=len(written)))
    if any(letter <= " " or letter in '\x7f<>"\\^`{|}' for letter in written):
        raise Unexpected(right, say("one with a space or another sign that no URL may hold"))
    try:
        parts = urlsplit(written)
        host, port = parts.hostname, parts.port
    except ValueError as broken:
        raise Unexpected(right, say("one with a broken host or port")) from broken
    if "@" in parts.netloc:
        # The text itself is not repeated: it may hold a password.
        raise Unexpected(say("a URL without a user name or password before the host"), say("one with an '@'"))
    if parts.scheme not in ("http", "https"):
        raise Unexpected(right, say("one of scheme {scheme}", scheme=repr(parts.scheme[:20])))
    if not host:
        raise Unexpected(right, say("one without a host"))
    if port == 0:
        raise Unexpected(say("a port from 1 to 65535"), "0")
    parse_host(host)
    return written.partition("#")[0]


def parse_family(text: object) -> Any:
    """`4` or `6`."""
    if str(text).strip() not in ("4", "6"):
        raise Unexpected(say("4 or 6"), repr(str(text)[:80]))
    return int(str(text))


AddressText = Annotated[
    str, BeforeValidator(lambda text: str(parse_address(text))), WithJsonSchema({"type": "string", "minLength": 2})
]
Host = Annotated[str, BeforeValidator(parse_host), WithJsonSchema({"type": "string", "minLength": 1})]
Port = Annotated[
    int,
    BeforeValidator(parse_port),
    WithJsonSchema({"type": ["integer", "string"], "minimum": 1, "maximum": 65535, "pattern": "^[0-9]{1,5}$"}),
]
Url = Annotated[
    str, BeforeValidator(parse_url), WithJsonSchema({"type": "string", "pattern": "^https?://[^/@]+(/.*)?$"})
]
Family = Annotated[int, BeforeValidator(parse_family), WithJsonSchema({"enum": [4, 6, "4", "6"]})]
