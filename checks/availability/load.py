"""An endpoint or file of Prometheus text to how much of what it has a service used at its peak."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, WithJsonSchema, model_validator

from audit.contract import CannotSee, Page, Reason, World, probe, say
from audit.model.address import AddressText, Url
from audit.model.exposition import LARGEST, Exposition, Selector, parse_selector
from audit.model.facts import Sample, Unseen
from audit.model.health import LoadState
from audit.model.item import Secret, SecretRef, Text, parse_text, unmarked
from audit.model.technology import Endpoint
from audit.model.unfit import Unexpected
from audit.model.units import Duration, plain

_MOST: Final = 10.0
"""No resource is used ten times over: such a figure is a count or a percentage."""


def parse_uses(value: object) -> object:
    """At least one resource with its series."""
    written = unmarked(value) if isinstance(value, dict) else value
    if isinstance(written, dict) and not written:
        raise Unexpected(say("a resource with its series, such as {processor: instance:cpu:max30d}"), say("nothing"))
    return written


def parse_path(value: object) -> str:
    """The path of one file: no signs that stand for others."""
    text = parse_text(value)
    if set(text) & set("*?["):
        raise Unexpected(say("the path of one file"), repr(text[:80]))
    return text


class LoadEndpoint(Endpoint, kind="load"):
    """How loaded a service is, from a Prometheus endpoint or a file in the same text, such as a textfile collector's.

    `uses` names the series of each resource as a share of what there is, where 1 is all of it: `{metric: ...,
    times: 0.01}` for per cent. `over` says of what time the series are the peak, as that of a recording rule is;
    without it they are the use of this moment, which proves no headroom.
    """

    url: Url | None = None
    address: AddressText | None = None
    file: Annotated[Text, BeforeValidator(parse_path)] | None = None
    """Beside the inventory where it is not absolute."""
    uses: Annotated[
        dict[Text, Annotated[Selector, BeforeValidator(parse_selector)]],
        BeforeValidator(parse_uses),
        WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "object"]}}),
    ]
    over: Duration | None = None
    fresh_for: Duration = timedelta(days=1)
    """How old the file may be."""
    token: SecretRef | None = None
    authority: Text | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.url is None) == (self.file is None):
            raise Unexpected(say("either `url` or `file`"), say("both or neither"))
        return self

    @property
    def host(self) -> str:
        return self.address or (urlsplit(self.url).hostname if self.url else None) or self.ref

    @property
    def secured(self) -> bool:
        return self.url is not None and urlsplit(self.url).scheme == "https"


@probe(deadline=15)
async def load(endpoint: LoadEndpoint, world: World) -> LoadState:
    """Read the text, choose the series."""
    told, address, now = await (_served(endpoint, world) if endpoint.url is not None else _kept(endpoint, world))
    peaks: dict[str, float] = {}
    absent: dict[str, Unseen] = {}
    for name, selector in endpoint.uses.items():
        try:
            peaks[name] = _share(name, told.fresh(selector, now))
        except CannotSee as gap:
            absent["complete"] = Unseen.of(gap)
    known: dict[str, Any] = {} if absent else {"complete": True}
    return LoadState(samples=(Sample(address=address),), peaks=peaks, over=endpoint.over, absent=absent, **known)


async def _served(endpoint: LoadEndpoint, world: World) -> tuple[Exposition, str, Any]:
    secrets: dict[str, Secret] = {"authorization": endpoint.token} if endpoint.token is not None else {}
    page = Page(
        endpoint.url or "", status=(200,), address=endpoint.address, authority=endpoint.authority, secrets=secrets,
        largest=LARGEST,
    )  # fmt: skip
    answer = await world.http.read(page, endpoint.timeout)
    now = world.clock.now() + (answer.clock_offset or timedelta(0))
    return Exposition.served(page.url, answer.status, answer.body), answer.address, now


async def _kept(endpoint: LoadEndpoint, world: World) -> tuple[Exposition, str, Any]:
    path, now = str(world.root / (endpoint.file or "")), world.clock.now()
    found = await world.files.list(path, 1)
    if not found:
        raise CannotSee(Reason.UNREACHABLE, say("there is no file {path}", path=endpoint.file))
    age = now - found[0].modified
    if age > endpoint.fresh_for:
        raise CannotSee(Reason.STALE, say("{path} was written {age} ago", path=endpoint.file, age=plain(age)))
    if found[0].size > LARGEST:
        raise CannotSee(Reason.INCOMPLETE, say("{path} is larger than any text of figures", path=endpoint.file))
    text = await world.files.head(path, LARGEST)
    return Exposition(text.decode("utf-8", "replace")), path, now


def _share(name: str, value: float) -> float:
    if not 0 <= value <= _MOST:
        says = say("{value} of {name} is no share of what there is; bring it there with `times:`",
                   value=f"{value:g}", name=name)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    return value
