"""Both views of one event to the layers in which it spreads, each node with the one that took it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Final

from audit.model.course import NOBODY
from audit.model.estate import Programme, Supplier, System
from audit.model.facility import Room, Site
from audit.model.graph import Graph
from audit.model.hazards import Happening
from audit.model.meaning import Layered
from audit.model.timeline import Both, Timeline

A_LAYER: Final = 40
LAYERS: Final = 8


def spread(event: Happening, both: Both) -> Layered:
    """What falls in the pessimistic view, step by step from what is hit; at most so many a step, the rest counted.

    Data, copies, machines are left out unless something that is told stopped because of them.
    """
    view, graph = both.most, both.most.graph
    took = dict(_taken(event, view))
    told = {ref for ref in took if _telling(graph, ref)}
    queue = list(told)
    for ref in queue:
        if (by := took.get(ref)) is not None and by not in told:
            told.add(by)
            queue.append(by)
    depth = {ref: step for ref, step in _depths(event.struck("pessimistic"), took).items() if ref in told}
    layers: dict[int, list[tuple[str, str, bool]]] = {}
    for ref in sorted(depth, key=lambda one: (_grade(graph, one), one)):
        layers.setdefault(depth[ref], []).append((ref, took[ref], both.least.falls(ref) < inf))
    shown = [tuple(layers[at][:A_LAYER]) for at in sorted(layers)[:LAYERS]]
    return Layered(event.struck("pessimistic"), tuple(shown), len(depth) - sum(map(len, shown)))


def _taken(event: Happening, view: Timeline) -> Iterator[tuple[str, str]]:
    """Everything that falls beside what is hit, to what took it."""
    hit = event.struck("pessimistic")
    course = view.course
    for node in course.fallen:
        ref = view.name(node)
        if not ref or ref in hit:
            continue
        cause, left = course.cause[node], len(course.fallen)
        while cause != NOBODY and not view.name(cause) and left:  # what fell twice may name each other
            cause, left = course.cause[cause], left - 1
        yield ref, (view.name(cause) if cause != NOBODY else "") or _place(view.graph, ref, view)


def _place(graph: Graph, ref: str, view: Timeline) -> str:
    """Where a thing stood that was destroyed: a room that burnt, else whatever was hit."""
    item = graph.estate.index.get(ref)
    places = item.at if isinstance(item, System) else (graph.site_of[ref].ref,) if ref in graph.site_of else ()
    inner = getattr(item, "room", None)
    return next((one for one in (inner, *places) if one and one != ref and one in view.event.nodes), view.event.hit[0])


def _telling(graph: Graph, ref: str) -> bool:
    item = graph.estate.index.get(ref)
    return item is None or isinstance(item, System | Programme | Supplier | Site | Room)


def _depths(hit: Sequence[str], took: Mapping[str, str]) -> Mapping[str, int]:
    """Everything that was taken to its step, beginning with 1 for what the hit took."""
    takes: dict[str, list[str]] = {}
    for ref, by in took.items():
        takes.setdefault(by, []).append(ref)
    depth = dict.fromkeys(hit, 0)
    queue = list(hit)
    for by in queue:
        for ref in takes.get(by, ()):
            if ref not in depth:
                depth[ref] = depth[by] + 1
                queue.append(ref)
    return {ref: depth.get(ref, 1) for ref in took}


def _grade(graph: Graph, ref: str) -> int:
    return getattr(graph.estate.index.get(ref), "grade", 0)
