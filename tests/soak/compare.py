"""What the watch printed with what the script did to every contradiction between both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from audit.catalogue import discover
from audit.inventory.load import load
from checks.availability.http import HttpEndpoint
from checks.availability.tcp import TcpEndpoint
from tests.soak.faults import Happened
from tests.soak.relay import Door, Spot

SLACK: Final = timedelta(seconds=10)
"""A look lasts: one that began before the fault may fail, one that began before its end may pass when tried again."""
SETTLED: Final = 0.05
"""Share of the whole after which what is down was planted in the demo and not injected here."""


@dataclass(frozen=True)
class Target:
    """One endpoint behind the doors, with the faults that hit it."""

    ref: str
    faults: tuple[Happened, ...]
    halves: tuple[Happened, ...]
    """Faults at one of its addresses alone."""


def compare(
    watched: Path,
    doors: Mapping[Spot, Door],
    happened: Sequence[Happened],
    told: Mapping[str, Mapping[str, Any]],
    start: datetime,
    end: datetime,
    every: int,
) -> list[str]:
    """Sentences; none where everything agrees."""
    settled = start + (end - start) * SETTLED
    blind = [one for one in happened if one.fault.prober]
    outages: dict[str, list[dict[str, Any]]] = {}
    for outage in told["outages"]["outages"]:
        outages.setdefault(outage["subject"], []).append(outage)
    uptimes = {line["subject"]: line for line in told["uptime"]["subjects"]}
    wrong: list[str] = []
    planted = 0
    for target in targets(watched, doors, happened):
        found = sorted(outages.get(target.ref, []), key=lambda one: str(one["first_bad"]))
        if any(_at(one["first_bad"]) < settled for one in found):
            planted += 1
            continue
        wrong += _outages(target, found)
        if target.ref not in uptimes:
            wrong.append(f"{target.ref}: no line of uptime")
        else:
            wrong += _uptime(target, uptimes[target.ref], blind, timedelta(seconds=every))
    if planted > len(uptimes) / 3:
        wrong.append(f"{planted} endpoints were down from the beginning: more than the demo plants")
    return wrong


def targets(watched: Path, doors: Mapping[Spot, Door], happened: Sequence[Happened]) -> Iterator[Target]:
    """Every endpoint that stands behind a door."""
    loaded = load(watched, discover())
    assert loaded.estate is not None, loaded.problems
    ports = {door.port: service for (service, _), door in doors.items()}
    for _, system in loaded.estate.systems():
        for endpoint in system.endpoints:
            spots: list[Spot] = []
            if isinstance(endpoint, HttpEndpoint):
                service = ports.get(urlsplit(endpoint.url).port or 0, "")
                spots = [spot for spot in doors if spot[0] == service and endpoint.address in (None, spot[1])]
            elif isinstance(endpoint, TcpEndpoint) or endpoint.kind == "tls":
                spots = [(ports.get(int(getattr(endpoint, "port", 0)), ""), endpoint.host)]
            hits = [one for one in happened if set(spots) & set(one.fault.spots)]
            whole = tuple(one for one in hits if set(spots) <= set(one.fault.spots))
            if spots and spots[0] in doors:
                yield Target(endpoint.ref, whole, tuple(one for one in hits if one not in whole))


def _outages(target: Target, found: list[dict[str, Any]]) -> Iterator[str]:
    """Each fault is one outage in whose brackets it lies; there is no other."""
    left = [one for one in found if one["state"] == "down" or not target.halves]
    for one in target.faults:
        hits = [outage for outage in left if _overlaps(outage, one)]
        if len(hits) != 1:
            yield f"{target.ref}: {len(hits)} outages for '{one.fault.name}' {one.start:%H:%M:%S}..{one.end:%H:%M:%S}"
            continue
        left.remove(hits[0])
        yield from _brackets(target.ref, one, hits[0])
    for outage in left:
        yield f"{target.ref}: an outage that nobody made, {outage['first_bad']} {outage['reason']}"


def _brackets(ref: str, one: Happened, outage: dict[str, Any]) -> Iterator[str]:
    bounds = {
        "began before its last good measurement": outage["last_good"] and _at(outage["last_good"]) <= one.start,
        "began after its first bad measurement": one.start <= _at(outage["first_bad"]) + SLACK,
        "ended before its last bad measurement": _at(outage["last_bad"]) <= one.end,
        "ended after its first good measurement": outage["first_good"] and one.end <= _at(outage["first_good"]) + SLACK,
    }
    for what, holds in bounds.items():
        if not holds:
            yield f"{ref}: '{one.fault.name}' {what}: {one.start} .. {one.end} against {outage}"


def _uptime(target: Target, line: dict[str, Any], blind: list[Happened], every: timedelta) -> Iterator[str]:
    """Down time and unknown time lie where the script put them, give or take the edges."""
    faults = [(one.start, one.end) for one in target.faults]
    unseen = [(one.start, one.end) for one in blind]
    most = sum((end - start for start, end in faults), timedelta())
    least = most - _common(faults, unseen)
    edge = SLACK * max(1, len(faults) * 2)
    down, between = timedelta(seconds=line["seconds"]["down"]), timedelta(seconds=line["seconds"]["between"])
    # On a machine with much else to do the prober may doubt itself: then it says so, and neither up nor down.
    doubted = timedelta(seconds=line["unknown"].get("prober", 0))
    if down > most + edge or down + between + doubted < least - edge:
        yield f"{target.ref}: down {down} .. {down + between}, by the script {least} .. {most}"
    gaps = sum((end - start for start, end in unseen), timedelta())
    unknown = timedelta(seconds=line["seconds"]["unknown"]) - doubted
    if not gaps - 2 * every * len(unseen) - SLACK <= unknown <= gaps + (2 * every + SLACK) * (len(unseen) + 2):
        yield f"{target.ref}: unknown {unknown}, by the script {gaps}"
    halves = sum((one.end - one.start for one in target.halves), timedelta())
    partial = timedelta(seconds=line["seconds"]["partial"])
    if abs(partial - halves) > (2 * every + SLACK) * max(1, 2 * len(target.halves)):
        yield f"{target.ref}: partial {partial}, by the script {halves}"


def _overlaps(outage: dict[str, Any], one: Happened) -> bool:
    return _at(outage["first_bad"]) <= one.end and _at(outage["last_bad"]) >= one.start - SLACK


def _common(some: Iterable[tuple[datetime, datetime]], others: list[tuple[datetime, datetime]]) -> timedelta:
    """The time that both lists cover."""
    whole = timedelta()
    for start, end in some:
        for begin, over in others:
            whole += max(timedelta(), min(end, over) - max(start, begin))
    return whole


def _at(text: Any) -> datetime:
    return datetime.fromisoformat(str(text))
