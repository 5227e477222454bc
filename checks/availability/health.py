"""The URL of a health report to what the service says of itself, of what it leans on, at every address of its host."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BeforeValidator

from audit.contract import CannotSee, Page, Reason, World, probe, say
from audit.model.address import AddressText, Family, Url
from audit.model.facts import Unseen
from audit.model.health import Dependency, HealthState
from audit.model.item import NodeRef, Text, unmarked
from audit.model.technology import Endpoint, Purpose, Service
from checks.availability.health_report import LARGEST, Report, read_report
from checks.availability.http import Headers, SiteMarker

_MOST: Final = 8
"""Addresses whose reports are read."""


def _bare(value: object) -> object:
    return unmarked(value) if isinstance(value, dict) else value


class HealthEndpoint(Endpoint, kind="health"):
    """A health report in JSON: Spring Boot, health+json, ASP.NET, MicroProfile or a plain map of names to words.

    The report may come with any status; a status that is not 2xx still counts as an answer that is not right. Where it
    is written in another way, `dependencies` says where its names stand.
    """

    url: Url
    address: AddressText | None = None
    """Connect here, while Host and the TLS name stay those of the URL: the same service at another site."""
    headers: Headers = {}
    authority: Text | None = None
    """A file with certificates to trust beside those of this machine."""
    family: Family | None = None
    """Ask only the addresses of IPv4 (4) or IPv6 (6)."""
    purpose: Purpose = "health"
    dependencies: Text | None = None
    """Where the report names what the service leans on, such as `data.checks`."""
    version_at: Text | None = None
    """Where the report names the version of the service, such as `build.version`."""
    means: Annotated[dict[Text, NodeRef], BeforeValidator(_bare)] = {}
    """Names of the report to what they are in the inventory, where they are called otherwise there."""
    liveness: Url | None = None
    """Answers well as long as the process is not to be started anew, whatever else is down."""
    readiness: Url | None = None
    """Answers well as long as it can be given work."""
    site_marker: SiteMarker | None = None
    """A header that only the machine at this place sends."""

    @cached_property
    def host(self) -> str:
        return self.address or urlsplit(self.url).hostname or self.url

    @property
    def secured(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    @cached_property
    def service(self) -> Service:
        marker = self.site_marker
        return Service(self.url, marker=(marker.header.lower(), marker.value) if marker is not None else None)

    @cached_property
    def page(self) -> Page:
        """What is asked for at every look."""
        marker = self.service.marker
        return Page(
            url=self.url, address=self.address, headers=self.headers, authority=self.authority, family=self.family,
            largest=LARGEST, note=(marker[0],) if marker is not None else (),
        )  # fmt: skip


@probe(deadline=20)
async def report(endpoint: HealthEndpoint, world: World) -> HealthState:
    """Visit every address, read its report, ask for the two other pages where they are named."""
    seen = await world.http.visit(endpoint.page, endpoint.timeout)
    known: dict[str, Any] = {"clock_offset": seen.clock_offset} if seen.has("clock_offset") else {}
    known |= {"samples": seen.samples} if seen.has("samples") else {"partial": seen.partial}
    absent = dict(seen.absent)
    addresses = [one.address for one in seen.tried if one.address and one.status is not None][:_MOST]
    try:
        if not addresses:
            says = say("{url} gave no answer that could hold a report", url=endpoint.url)
            raise CannotSee(Reason.UNREACHABLE, says)
        known |= _joined([await _read(endpoint, world, address) for address in addresses])
    except CannotSee as gap:
        absent |= dict.fromkeys(("up", "dependencies", "version", "schema_name"), Unseen.of(gap))
    for name, url in (("live", endpoint.liveness), ("ready", endpoint.readiness)):
        try:
            known[name] = await _well(endpoint, url, name, world)
        except CannotSee as gap:
            absent[name] = Unseen.of(gap)
    absent = {name: why for name, why in absent.items() if name not in known}
    return HealthState(absent=absent, **known)


async def _read(endpoint: HealthEndpoint, world: World, address: str) -> Report:
    answer = await world.http.read(replace(endpoint.page, address=address), endpoint.timeout)
    return read_report(answer.body, endpoint.dependencies, endpoint.version_at)


def _joined(reports: list[Report]) -> dict[str, Any]:
    """The reports of all addresses as one: the worst of each thing."""
    worst: dict[str, Dependency] = {}
    for one in (one for told in reports for one in told.dependencies):
        before = worst.get(one.name)
        if before is None or before.up is True or (before.up is None and one.up is False):
            worst[one.name] = one
    known: dict[str, Any] = {
        "dependencies": tuple(worst[name] for name in sorted(worst)),
        "version": ", ".join(sorted({one.version for one in reports})),
        "schema_name": reports[0].schema,
    }
    states = {one.up for one in reports}
    if None not in states:
        known["up"] = states == {True}
    return known


async def _well(endpoint: HealthEndpoint, url: str | None, name: str, world: World) -> bool:
    if url is None:
        says = say(
            "the inventory names no URL for it; add `{name}:`", name="liveness" if name == "live" else "readiness"
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    # Another host is not at the address of this one.
    same = urlsplit(url).hostname == urlsplit(endpoint.url).hostname
    page = replace(endpoint.page, url=url, address=endpoint.address if same else None, note=())
    seen = await world.http.visit(page, endpoint.timeout)
    return all(one.failure is None for one in seen.samples)
