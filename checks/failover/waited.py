"""A system to what it waits for after the worst loss of a place of its own, with the hours until that is back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from audit.contract import Looks, Subject
from audit.model.estate import System
from audit.model.hazards import Happening, fire, happening
from audit.model.mandatory import mandatory
from audit.model.proven import proven
from audit.model.standbys import View
from audit.model.timeline import Clockwork, OpenEnds

_KEPT = "failover.recovery-time"


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that has to be back first."""

    ref: str
    took: timedelta
    tool: bool
    """Whether the switch itself waits for it; else only the service behind it."""


class Losses:
    """The course of every loss of a place that any system asked about, reckoned once.

    A system that does not say how long it takes comes back within what it promises. What drills and switches measured
    goes before what is declared.
    """

    def __init__(self, system: Subject[System], looks: Looks, at: datetime) -> None:
        known = proven(system.estate, looks, at)
        self.seen, self.at = looks.seen, at
        targets = system.around.policy.targets
        self.promised: Mapping[str, float] = {
            one.ref: (one.rto if one.rto is not None else targets[one.grade].rto).total_seconds() / 3600
            for _, one in system.estate.systems()
        }
        self._graph = system.graph
        self._bare = Clockwork(system.graph, None, known.took, known.restored)
        self._hopeful = self._bare.hoping(self.promised)
        self._found: dict[tuple[str, str], Mapping[str, float]] = {}
        self._open: dict[str, OpenEnds] = {}
        self._events: dict[tuple[str, ...], tuple[Happening, ...]] = {}

    def events(self, system: Subject[System]) -> tuple[Happening, ...]:
        """A fire in each room where it stands, the loss of each site."""
        at = tuple(system.item.at)
        if at not in self._events:
            found: dict[str, Happening] = {}
            for place in (place for one in at for place in sorted(self._graph.final_places(one))):
                site = self._graph.site_of[place].ref
                each = happening(self._graph, place) if place == site else fire(self._graph, place)
                found[each.ref] = each
                found[site] = happening(self._graph, site)
            self._events[at] = tuple(found.values())
        return self._events[at]

    def after(self, event: Happening, view: View, *, bare: bool = False) -> Mapping[str, float]:
        """When everything is back after a loss, in hours by reference; `bare` without what is only promised.

        What is not there never stops. Of whole timelines, which take a hundred times the memory, no more is kept: there
        is one for each room of an estate.
        """
        key = (event.ref, f"{view} bare" if bare else view)
        if key not in self._found:
            self._found[key] = (self._bare if bare else self._hopeful).viewed(view, event).returns()
        return self._found[key]

    def bounds(self, event: Happening, ref: str) -> tuple[str, ...]:
        """What would have to say how long it takes before it can be told when `ref` is back at the latest."""
        if event.ref not in self._open:
            self._open[event.ref] = self._bare.viewed("pessimistic", event).open_ends()
        return self._open[event.ref].bounds(ref)


def losses(system: Subject[System], looks: Looks, at: datetime) -> Losses:
    """Those of the run."""
    kept, whole = system.around.kept, looks.all
    found = kept.get(_KEPT)
    if not isinstance(found, Losses) or found.seen is not whole.seen or found.at != at:
        found = kept[_KEPT] = Losses(system, whole, at)
    return found


def waits(system: Subject[System], known: Losses) -> list[Wait]:
    """What it cannot do without, to run or to come back, that a loss of a place takes along: the longest of each kind.

    What stands nowhere, as far as the inventory tells, may be lost with it.
    """
    graph = system.graph
    tools = set(system.item.recovers_with)
    found: dict[bool, Wait] = {}
    for ref in mandatory(graph, system.item):
        if not isinstance(graph.estate.index.get(ref), System) or ref in system.item.at:
            continue
        hours = max((known.after(event, "pessimistic").get(ref, 0.0) for event in known.events(system)), default=0.0)
        if hours == inf or not graph.final_places(ref):
            hours = known.promised[ref]
        took = timedelta(hours=min(hours, 1e7))
        tool = ref in tools
        if took and (tool not in found or took > found[tool].took):
            found[tool] = Wait(ref, took, tool)
    return list(found.values())
