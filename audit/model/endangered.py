"""A permit in, what could fall while its work is done out."""

from __future__ import annotations

from typing import Final

from audit.model.equipment import Carrier
from audit.model.estate import Data, Estate, System
from audit.model.graph import Graph
from audit.model.permit import Permit

_CUT_OFF: Final = ("battery", "power")


def struck(permit: Permit, graph: Graph) -> frozenset[str]:
    """What an accident in the work takes by itself: the rooms that burn together with what is worked on, or that alone.

    What names no room, such as a power feed, a line or a system, is struck alone; a machine without a room takes its
    site.
    """
    hit: set[str] = set()
    for ref in permit.on:
        site = graph.site_of.get(ref)
        if site is None or isinstance(graph.estate.index.get(ref), Carrier):
            hit.add(ref)
            continue
        item = graph.estate.index.get(ref)
        room = getattr(item, "room", None) or (ref if any(one.ref == ref for one in site.rooms) else site.ref)
        hit |= {ref, *graph.burns(room)}
    return frozenset(hit)


def burnt(permit: Permit, graph: Graph) -> frozenset[str]:
    """Everything that is lost with a fire in the work."""
    return graph.falls(struck(permit, graph))


def endangered(permit: Permit, graph: Graph) -> frozenset[str]:
    """Everything that is down after an accident in the work, what does not burn included.

    Nobody fights a fire of batteries or lines under power: the whole building is cut off from it.
    """
    hit = struck(permit, graph)
    if permit.kind in _CUT_OFF:
        hit |= {graph.site_of[ref].ref for ref in hit if ref in graph.site_of}
    return graph.falls(hit)


def systems_in_danger(permit: Permit, graph: Graph) -> tuple[System, ...]:
    """The systems among that, or whose data lies there, in the order of the inventory."""
    lost = endangered(permit, graph)
    return tuple(
        system
        for _, system in graph.estate.systems()
        if system.ref in lost or any(_lies(data, lost, graph) for data in system.data)
    )


def _lies(data: Data, lost: frozenset[str], graph: Graph) -> bool:
    return data.ref in lost or (data.at is not None and bool(graph.domains(data.at) & lost))


def grade_of(permit: Permit, graph: Graph, estate: Estate) -> int:
    """The highest grade (lowest number) among the systems in danger; that of the estate where none is known."""
    grades = [system.grade for system in systems_in_danger(permit, graph)]
    return min(grades or [system.grade for _, system in estate.systems()], default=4)
