"""A URL with what must come back to what a visit at each address of its host shows."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, WithJsonSchema, model_validator

from audit.contract import Page, World, probe, say
from audit.model.address import AddressText, Family, Url
from audit.model.facts import ServiceState
from audit.model.item import Item, Text
from audit.model.technology import Endpoint
from audit.model.unfit import Unexpected

_FIELD_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS: Final = frozenset(
    "accept-encoding connection content-length expect host keep-alive te trailer transfer-encoding upgrade".split()
)
_SECRET: Final = re.compile(r"authoriz|cookie|secret|token|password|credential|api-?key", re.IGNORECASE)


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
    for name, text in value.items():
        if name == "@":
            continue
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

    @model_validator(mode="after")
    def _a_body_to_search(self) -> Self:
        if self.method == "HEAD" and (self.expect.contains or self.expect.not_contains):
            raise Unexpected(say("method GET: the answer to HEAD has no text to search"))
        return self

    @property
    def host(self) -> str:
        return self.address or urlsplit(self.url).hostname or self.url

    @property
    def secured(self) -> bool:
        return urlsplit(self.url).scheme == "https"


@probe(deadline=15)
async def visit(endpoint: HttpEndpoint, world: World) -> ServiceState:
    """Visit the page afresh at each address."""
    page = Page(
        url=endpoint.url,
        method=endpoint.method,
        address=endpoint.address,
        headers=endpoint.headers,
        status=endpoint.expect.status,
        contains=endpoint.expect.contains,
        lacks=endpoint.expect.not_contains,
        follow=endpoint.follow,
        authority=endpoint.authority,
        family=endpoint.family,
    )
    return await world.http.visit(page, endpoint.timeout)
