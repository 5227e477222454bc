"""A graph with something that happens to what stops, burns, is switched off, goes on with less, cannot start again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from types import MappingProxyType

from audit.analysis.lens import Seen, lenses
from audit.model.estate import Data, Estate, Programme, System
from audit.model.graph import Graph
from audit.model.hazards import Happening
from audit.model.message import Message, say
from audit.model.needs import Cooled, members
from audit.model.passing import rises, starting


@dataclass(frozen=True, slots=True)
class Stopped:
    """One system or programme that stops."""

    ref: str
    grade: int | None
    surely: bool
    how: str
    """`destroyed`, `switched-off` where its place stands but is out of use, else `cut-off`."""
    after: float
    """Hours until it stops, which it bears by batteries, tanks or caches, for the pessimist where only he sees it."""
    through: tuple[str, ...]
    """What it needs that is down, directly."""
    applicants: float = 0.0
    """People an hour."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Everything that one event, or several at once, takes."""

    happenings: tuple[Happening, ...]
    lasts: float | None
    """Hours for which it lasts; None: for ever, or until somebody mends it."""
    stops: tuple[Stopped, ...]
    """Systems, the certain ones of the highest grade first."""
    programmes: tuple[Stopped, ...]
    places: tuple[tuple[str, Message, bool], ...]
    """Sites and rooms that stand but are out of use: for want of what, whether for certain."""
    burnt: tuple[str, ...]
    """Sites, rooms and machines that are destroyed for certain."""
    degraded: tuple[tuple[str, float, bool], ...]
    """Systems that go on: the share of capacity that is left, whether for certain."""
    data: tuple[Data, ...]
    """Data sets of which every copy is destroyed."""
    data_perhaps: tuple[Data, ...]
    """The same, unless something of which the inventory does not say where it stands is elsewhere."""
    stranded: Mapping[str, tuple[str, ...]]
    """Systems that are whole, yet could not be started again without what is gone, to what they wait for."""

    @property
    def applicants(self) -> tuple[float, float]:
        """People an hour who find something closed, at least and at most."""
        return (
            sum(one.applicants for one in self.stops if one.surely),
            sum(one.applicants for one in self.stops),
        )


def aftermath(graph: Graph, happenings: Sequence[Happening], lasts: float | None = None) -> Aftermath:
    """Both views of several events at once; `lasts` in hours, that of the events themselves where it is None."""
    if lasts is None:
        spans = [one.lasts if one.mode == "outage" else None for one in happenings]
        known = [one for one in spans if one is not None]
        lasts = max(known) if known and len(known) == len(spans) else None
    sure, maybe = (Seen(one, happenings, lasts) for one in lenses(graph))
    stopped = [_stopped(one, sure, maybe) for _, one in graph.estate.systems() if maybe.down(one.ref)]
    programmes = [_stopped(one, sure, maybe) for one in graph.estate.programmes if maybe.down(one.ref)]
    lost = [data for _, system in graph.estate.systems() for data in system.data if data.ref in maybe.lost]
    return Aftermath(
        tuple(happenings),
        lasts,
        tuple(sorted(stopped, key=lambda one: (not one.surely, one.grade or 9))),
        tuple(sorted(programmes, key=lambda one: not one.surely)),
        tuple(_places(graph, sure, maybe)),
        tuple(ref for ref in _standing_things(graph.estate) if ref in sure.ruined),
        tuple(_degraded(graph, sure, maybe)),
        tuple(data for data in lost if data.ref in sure.lost),
        tuple(data for data in lost if data.ref not in sure.lost),
        _stranded(graph, sure),
    )


def _stopped(item: System | Programme, sure: Seen, maybe: Seen) -> Stopped:
    surely = sure.down(item.ref)
    seen = sure if surely else maybe
    how = "cut-off"
    if item.ref in seen.ruined:
        how = "destroyed"
    elif isinstance(item, System) and (places := seen.graph.final_places(item.ref)) and places <= seen.names:
        how = "switched-off"
    grade = item.grade if isinstance(item, System) else None
    flow = item.applicants if isinstance(item, System) else None
    people = flow.per_hour if flow is not None else 0.0
    return Stopped(item.ref, grade, surely, how, seen.after(item.ref), seen.through(item.ref), people)


def _standing_things(estate: Estate) -> Iterator[str]:
    for site in estate.sites:
        yield site.ref
        yield from (room.ref for room in site.rooms)
        yield from (one.ref for one in (*site.batteries, *site.machines))


def _places(graph: Graph, sure: Seen, maybe: Seen) -> Iterator[tuple[str, Message, bool]]:
    for site in graph.estate.sites:
        rooms = [] if maybe.down(site.ref) else [room.ref for room in site.rooms]
        for ref in (site.ref, *rooms):
            seen = sure if sure.down(ref) else maybe
            if seen.down(ref) and ref not in seen.ruined:
                yield ref, _want(seen, ref), sure.down(ref)


def _want(seen: Seen, ref: str) -> Message:
    for need in seen.needs[ref]:
        if seen.graph.met(need, seen.names):
            continue
        what = ", ".join(members(need))
        if isinstance(need, Cooled):
            return say("for want of cooling ({what})", what=what)
        if isinstance(need, str):
            return say("for want of {what}", what=what)
        return say("for want of power ({what})", what=what)
    return say("by itself")


def _degraded(graph: Graph, sure: Seen, maybe: Seen) -> Iterator[tuple[str, float, bool]]:
    """What goes on with less; where the views differ, the smaller share."""
    for _, system in graph.estate.systems():
        if not maybe.down(system.ref):
            least, most = (
                prod(one.to for one in system.degraded_without if not graph.met(one.on, seen.names))
                for seen in (maybe, sure)
            )
            if least < 1:
                yield system.ref, least, least == most


def _stranded(graph: Graph, seen: Seen) -> Mapping[str, tuple[str, ...]]:
    if not seen.gone:
        return MappingProxyType({})
    start = starting(graph, seen.view)
    number = start.number
    up = rises(start, (number[ref] for ref in seen.gone if ref in number))
    before = rises(start, ())
    found: dict[str, tuple[str, ...]] = {}
    for _, system in graph.estate.systems():
        node = number[system.ref]
        if system.ref in seen.ruined or system.ref in seen.gone or node in up:
            continue
        if node not in before and not seen.down(system.ref):
            # It waits for itself, whatever is lost; as long as it runs, that is what `blackstart` is for.
            continue
        needs = (*seen.needs[system.ref], *system.recovers_with)
        never = frozenset(ref for need in needs for ref in members(need) if number[ref] not in up)
        unmet = [need for need in needs if not graph.met(need, never)]
        found[system.ref] = tuple(dict.fromkeys(ref for need in unmet for ref in members(need) if ref in never))
    return MappingProxyType(found)


def outage(event: Happening, hours: float) -> Happening:
    """The same as an outage of so many hours in which nothing is destroyed."""
    return replace(event, mode="outage", burns=(), lasts=hours)


def in_view(found: Aftermath, view: str) -> Aftermath:
    """What the optimist expects, or what the pessimist takes for certain; else unchanged."""
    if view == "optimistic":
        return replace(
            found,
            stops=tuple(one for one in found.stops if one.surely),
            programmes=tuple(one for one in found.programmes if one.surely),
            places=tuple(one for one in found.places if one[2]),
            data_perhaps=(),
        )
    if view == "pessimistic":
        return replace(
            found,
            stops=tuple(replace(one, surely=True) for one in found.stops),
            programmes=tuple(replace(one, surely=True) for one in found.programmes),
            places=tuple((ref, why, True) for ref, why, _ in found.places),
            data=(*found.data, *found.data_perhaps),
            data_perhaps=(),
        )
    return found
