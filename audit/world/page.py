"""What is asked of an HTTP service, with what it answers, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from audit.model.item import Secret


@dataclass(frozen=True, slots=True)
class Token:
    """Where a bearer token for a page comes from: the client credentials of OAuth 2 (RFC 6749, section 4.4)."""

    url: str
    client: str
    secret: Secret
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What to ask of an HTTP service, with what must come back."""

    url: str
    method: str = "GET"
    address: str | None = None
    """Connect here while Host and SNI stay those of the URL."""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    status: tuple[int, ...] = ()
    """Accepted status codes; empty means any 2xx."""
    contains: str | None = None
    lacks: str | None = None
    """A text that must not come back."""
    follow: str = "same-host"
    """none, same-host or any; at most five hops, never from https to http."""
    verify: bool = True
    authority: str | None = None
    """File with certificates to trust beside those of the machine."""
    family: int | None = None
    """4 or 6 to ask only the addresses of one family."""
    largest: int = 2_000_000
    """Bytes of body, decoded, after which the answer is `too-large`."""
    limits: Mapping[str, timedelta] = field(default_factory=lambda: MappingProxyType({}))
    """Deadlines of single phases: dns, connect, tls, send, first-byte, body; the timeout is for all of them."""
    transport: str = "engine"
    """`engine`, the probing engine, or `httpx`, which takes a proxy, HTTP/2 and tokens."""
    proxy: str | None = None
    """URL of a proxy, for the transport `httpx` alone; the addresses that are tried are then those of the proxy."""
    http2: bool = False
    token: Token | None = None
    secrets: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}))
    """Headers whose value is a secret: an `authorization` that is one word is sent as `Bearer WORD`, all else as it is.
    A name in braces, such as `{password}`, stands for the secret in `body`, written as in a form."""
    user: str = ""
    """Whose password the secret `authorization` is, which is then sent as RFC 7617 (Basic) has it."""
    body: str = ""
    """Of a POST."""
    note: tuple[str, ...] = ()
    """Headers of the answer that a visit keeps, in small letters."""
    digest: bool = False
    """Whether a visit keeps the sha256 of the body."""
    unpack: bool = True
    """Whether a body that is read comes unpacked; what a store keeps packed has to come as it is kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One document as a service gave it."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    address: str
    clock_offset: timedelta | None = None
    """The server's `Date` minus our clock."""
