"""An event in one view to what it means in numbers: who is held down for how long, who takes other work than usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from audit.model.equipment import Cooling
from audit.model.estate import Data, System
from audit.model.graph import Graph
from audit.model.labour import Drills, hours_of, summed, surviving
from audit.model.standbys import View
from audit.model.struck import Struck
from audit.model.waits import HAIR, Blow, Waits


@dataclass(frozen=True, slots=True)
class Toll:
    """What an event takes in one view, whatever else is hoped for."""

    event: Struck
    own: Mapping[str, tuple[float | None, ...] | None]
    """All that is hit, sorted, to the hours of the steps of work on it; None for what only stops."""
    also: Mapping[int, Sequence[Sequence[int]]]
    """As of `Blow`."""


def toll(graph: Graph, known: Waits, event: Struck, view: View, drills: Drills) -> Toll:
    """The hours of work of everything that is hit, with the places of the copies that it waits for."""
    own: dict[str, tuple[float | None, ...] | None] = {}
    also: dict[int, list[tuple[int, ...]]] = {}
    for ref in sorted(event.nodes):
        if ref in event.out:
            own[ref] = None
        elif ref in known.number:
            own[ref] = hours_of(graph, ref, event, view, drills)
            item = graph.estate.index.get(ref)
            if isinstance(item, System):
                # It falls with its place, unless it has another one.
                _copies(graph, known, item, event, view, also)
    return Toll(event, own, also)


def blow(
    graph: Graph, known: Waits, found: Toll, view: View, otherwise: Mapping[str, float], bears: float = 0.0
) -> Blow:
    """An event in numbers; `otherwise` and `bears` as for `timeline`."""
    event = found.event
    until: dict[int, float] = {}
    work: dict[int, float] = {}
    for ref, own in found.own.items():
        node = known.number.get(ref)
        if node is None:
            continue
        if own is None:
            hours = event.out[ref]
            until[node] = bears if hours is None else hours
            if hours is None and view == "pessimistic":
                work[node] = inf
            continue
        silent = None in own and ref in otherwise
        item = graph.estate.index.get(ref)
        work[node] = max(otherwise[ref], summed(own, "optimistic")) if silent else summed(own, view)
        untold = None in own and not silent
        if isinstance(item, System):
            if untold and bears:
                early = min(
                    (_early(graph, place, event, view, bears) for place in graph.final_places(ref)), default=0.0
                )
                work[node] = max(work[node], bears - early)
        elif not isinstance(item, Data):
            hot = isinstance(item, Cooling) and own and item.lead_time is None
            until[node] = max(
                bears if untold else 0.0, _too_hot(graph, item) if isinstance(item, Cooling) and hot else 0.0
            )
    return Blow(until, work, found.also)


def _early(graph: Graph, place: str, event: Struck, view: View, bears: float) -> float:
    """Hours before which a place that is destroyed is not there again."""
    found = [hours_of(graph, one, event, view) for one in dict.fromkeys((place, graph.site_of[place].ref))]
    return max(bears if None in own else summed(own, view) for own in found)


def _too_hot(graph: Graph, unit: Cooling) -> float:
    """Hours after which every room that a unit cools is off; nobody replaces one that burnt in less, however lucky."""
    rooms = (room for room in graph.site_of[unit.ref].rooms if room.ref in unit.serves and room.overheats is not None)
    longest = max((room.overheats.total_seconds() / 3600 for room in rooms if room.overheats is not None), default=0.0)
    return longest * (1 + HAIR)


def _copies(
    graph: Graph, known: Waits, system: System, event: Struck, view: View, also: dict[int, list[tuple[int, ...]]]
) -> None:
    """A system that is built anew waits for one place of a copy of each of its data sets, too."""
    node, number = known.number[system.ref], known.number
    for data in system.data:
        if data.ref not in event.destroyed:
            continue
        left = surviving(graph, data, event, view)
        places = {number[copy.at] for copy in left if copy.at in number} - {node}
        if places and len(places) == len({copy.at for copy in left}):
            also.setdefault(node, []).append(tuple(sorted(places)))
