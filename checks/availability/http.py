"""A URL with what must come back to what a visit at each address of its host shows."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from audit.contract import Page, Token, World, probe, say
from audit.model.address import AddressText, Family, Url
from audit.model.facts import ServiceState
from audit.model.item import Item, SecretRef, Text, unmarked
from audit.model.technology import Endpoint, Service
from audit.model.unfit import Unexpected
from audit.model.units import Duration, Flag

_FIELD_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS: Final = frozenset(
    "accept-encoding connection content-length expect host keep-alive te trailer transfer-encoding upgrade".split()
)
_SECRET: Final = re.compile(r"authoriz|cookie|secret|token|password|credential|api-?key", re.IGNORECASE)
_MOST: Final = 20
"""Headers that are compared."""


def parse_statuses(value: object) -> tuple[int, ...]:
    """One status code or a list of them."""
    written = value if isinstance(value, list | tuple) else [value]
    codes = tuple(str(code).strip() for code in written)
    if not codes or not all(re.fullmatch(r"[1-5][0-9][0-9]", code) for code in codes):
        raise Unexpected(say("a status such as 200 or a list such as [200, 401]"), repr(str(value)[:80]))
    return tuple(int(code) for code in codes)


def parse_headers(value: Any) -> dict[str, str]:
    """Header names to texts; those that this tool sets itself, or that carry secrets, are refused."""
    if not isinstance(value, dict):
        raise Unexpected(say("headers such as {Accept: application/json}"), say("something else"))
    headers: dict[str, str] = {}
    for name, text in unmarked(value).items():
        if not _FIELD_NAME.fullmatch(str(name)):
            raise Unexpected(say("the name of a header such as Accept"), repr(str(name)[:80]))
        if str(name).lower() in _OURS:
            raise Unexpected(say("no header {name}: haechi sets it itself", name=repr(name)))
        if _SECRET.search(str(name)):
            right = say("no header {name}; visit a page that needs none", name=repr(name))
            raise Unexpected(right, why=say("a secret is never written here"))
        if not isinstance(text, str | int | float) or not str(text).isascii() or not str(text).isprintable():
            raise Unexpected(say("the text of header {name} in one line of ASCII", name=repr(name)))
        headers[str(name)] = str(text).strip()
    return headers


Statuses = Annotated[
    tuple[int, ...],
    BeforeValidator(parse_statuses),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["integer", "string"]},
                {"type": "array", "items": {"type": ["integer", "string"]}, "minItems": 1},
            ]
        }
    ),
]
Headers = Annotated[
    dict[str, str],
    BeforeValidator(parse_headers),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "number"]}}),
]


class ExpectedPage(Item):
    """What a good answer looks like; a status alone proves little, so name a text that only a working page has."""

    status: Statuses = ()
    """Any 2xx where it is not written."""
    contains: Text | None = None
    not_contains: Text | None = None


def parse_compared(value: object) -> tuple[str, ...]:
    """Names of headers of an answer, in small letters; none that carries a secret."""
    if value == ():
        return ()
    written = value if isinstance(value, list | tuple) else [value]
    names = tuple(dict.fromkeys(str(name).strip().lower() for name in written))
    if not names or len(names) > _MOST or not all(_FIELD_NAME.fullmatch(name) for name in names):
        raise Unexpected(say("names of headers such as [X-App-Version]"), repr(str(value)[:80]))
    for name in names:
        if _SECRET.search(name):
            right = say("no header {name}; compare one that carries no secret", name=repr(name))
            raise Unexpected(right, why=say("a secret is never kept"))
    return names


Compared = Annotated[
    tuple[str, ...],
    BeforeValidator(parse_compared),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]


class SiteMarker(Item):
    """What the answers of one place alone carry, so that no other machine can answer for it unseen."""

    header: Text
    value: Text = Field(alias="is")

    @model_validator(mode="after")
    def _a_header(self) -> Self:
        parse_compared(self.header)
        return self


class PhaseLimits(Item):
    """Deadlines of single phases of a visit, inside `timeout`, which is for all of them together."""

    dns: Duration | None = None
    connect: Duration | None = None
    tls: Duration | None = None
    send: Duration | None = None
    first_byte: Duration | None = None
    body: Duration | None = None

    def by_phase(self) -> dict[str, timedelta]:
        """Those that are written."""
        written = (
            ("dns", self.dns),
            ("connect", self.connect),
            ("tls", self.tls),
            ("send", self.send),
            ("first-byte", self.first_byte),
            ("body", self.body),
        )
        return {phase: limit for phase, limit in written if limit is not None}


class ClientCredentials(Item):
    """Where a bearer token for the page comes from: OAuth 2 with client credentials.

    Before each visit a fresh token is asked for, by the only POST that haechi ever sends, straight to `url` and never
    through the proxy of the page. Without a token the page is not asked for, and its state is unknown.
    """

    url: Url
    client_id: Text
    client_secret: SecretRef
    scope: Text | None = None

    @model_validator(mode="after")
    def _in_secret(self) -> Self:
        if urlsplit(self.url).scheme != "https":
            raise Unexpected(say("a URL of https: the secret of the client is sent there"))
        return self


class HttpEndpoint(Endpoint, kind="http"):
    """A page that must answer rightly at every address of its name."""

    url: Url
    address: AddressText | None = None
    """Connect here, while Host and the TLS name stay those of the URL: the same service at another site."""
    expect: ExpectedPage = ExpectedPage()
    method: Literal["GET", "HEAD"] = "GET"
    headers: Headers = {}
    authority: Text | None = None
    """A file with certificates to trust beside those of this machine."""
    follow: Literal["none", "same-host", "any"] = "same-host"
    """Which redirects belong to the service; never more than five, never from https to http."""
    family: Family | None = None
    """Ask only the addresses of IPv4 (4) or IPv6 (6)."""
    limits: PhaseLimits = PhaseLimits()
    transport: Literal["engine", "httpx"] = "engine"
    """`engine` is quick and measures best; `httpx` takes a proxy, HTTP/2 and a token. Neither heeds the environment."""
    proxy: Url | None = None
    """An http proxy, for `transport: httpx`. Its addresses have to lie inside `allow` and are judged one by one; it
    decides itself to which address of the page it connects, so those cannot be judged."""
    http2: Flag = False
    """Speak HTTP/2 where the server does, for `transport: httpx`; it needs the extra `haechi[http2]`."""
    token: ClientCredentials | None = None
    """For `transport: httpx`."""
    site_marker: SiteMarker | None = None
    """A header that only the machine at this place sends: without it two addresses may be one load balancer."""
    same: Compared = ()
    """Headers that have to be the same wherever this page is served, such as that of the version."""
    same_body: Flag = False
    """Whether the page has to be the same, byte by byte, wherever it is served."""

    @model_validator(mode="after")
    def _a_transport_that_can(self) -> Self:
        if self.transport != "httpx" and (self.proxy or self.http2 or self.token):
            raise Unexpected(say("`transport: httpx` beside `proxy`, `http2` and `token`"))
        if self.proxy is not None:
            if urlsplit(self.proxy).scheme != "http":
                raise Unexpected(say("a proxy of http; a page of https goes through it unread"))
            if self.address is not None or self.follow == "any" or self.family is not None:
                raise Unexpected(
                    say("no `address`, no `family` and no `follow: any`: the proxy decides where to connect")
                )
        return self

    @model_validator(mode="after")
    def _a_body_to_search(self) -> Self:
        if self.method == "HEAD" and (self.expect.contains or self.expect.not_contains):
            raise Unexpected(say("method GET: the answer to HEAD has no text to search"))
        return self

    @cached_property
    def host(self) -> str:  # asked for at every look
        return self.address or urlsplit(self.url).hostname or self.url

    @property
    def secured(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    @property
    def direct(self) -> bool:
        return self.proxy is None

    @cached_property
    def service(self) -> Service:
        expect, marker = self.expect, self.site_marker
        words = (
            ("status", ",".join(map(str, expect.status))),
            ("contains", expect.contains),
            ("not-contains", expect.not_contains),
            ("same", ",".join(self.same)),
            ("same-body", "true" if self.same_body else ""),
        )
        return Service(
            self.url,
            "; ".join(f"{name}: {text}" for name, text in words if text),
            expect.contains is not None,
            self.same,
            marker=(marker.header.lower(), marker.value) if marker is not None else None,
        )

    @cached_property
    def page(self) -> Page:
        """What is asked for at every look."""
        token = self.token
        return Page(
            url=self.url,
            method=self.method,
            address=self.address,
            headers=self.headers,
            status=self.expect.status,
            contains=self.expect.contains,
            lacks=self.expect.not_contains,
            follow=self.follow,
            authority=self.authority,
            family=self.family,
            limits=self.limits.by_phase(),
            transport=self.transport,
            proxy=self.proxy,
            http2=self.http2,
            note=_noted(self.service),
            digest=self.same_body and self.method == "GET",
            token=Token(token.url, token.client_id, token.client_secret, token.scope or "") if token else None,
        )


def _noted(service: Service) -> tuple[str, ...]:
    return (*service.compared, *((service.marker[0],) if service.marker is not None else ()))


@probe(deadline=15)
async def visit(endpoint: HttpEndpoint, world: World) -> ServiceState:
    """Visit the page afresh at each address."""
    return await world.http.visit(endpoint.page, endpoint.timeout)
