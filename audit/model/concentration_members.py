"""A graph with a layer to the members of that layer, each with what is lost with it, with who names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from audit.model.alias import plain_name
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hazards import machines
from audit.model.needs import members

Layer = Literal["site", "feed", "supplier", "maker", "network", "contributor", "operator"]
LAYERS: Final[tuple[Layer, ...]] = ("site", "feed", "supplier", "maker", "network", "contributor", "operator")


@dataclass(frozen=True, slots=True)
class Member:
    """One of a layer."""

    name: str
    hits: tuple[str, ...]
    """The nodes that are down with it at once."""
    named_by: frozenset[str]
    """The systems, or programmes, that name it themselves, or stand in a place that names it."""


def members_of(graph: Graph, layer: Layer) -> tuple[Member, ...]:
    """Every member in the order of the inventory; suppliers that are one under several names are one."""
    if layer == "contributor":
        return tuple(_contributors(graph))
    hits = dict(_hits(graph, layer))
    owner = {node: name for name, nodes in hits.items() for node in nodes}
    named: dict[str, set[str]] = {name: set() for name in hits}
    for _, system in graph.estate.systems():
        for node in _own(graph, system, layer):
            name = owner.get(graph.same.get(node, node))
            if name is not None:
                named[name].add(system.ref)
    cut = _cut_off(graph, hits) if layer == "network" else {}
    return tuple(
        Member(name, tuple(dict.fromkeys((*nodes, *cut.get(name, ())))), frozenset(named[name]))
        for name, nodes in hits.items()
    )


def unplaced(graph: Graph, found: Iterable[Member]) -> frozenset[str]:
    """The systems that reach no member of the layer on any way through what they need."""
    above: set[str] = set()
    queue = [node for one in found for node in one.hits]
    while queue:
        ref = queue.pop()
        if ref in above:
            continue
        above.add(ref)
        queue.extend(graph.dependants.get(ref, ()))
        queue.extend(other for other, meant in graph.same.items() if meant == ref)
    return frozenset(system.ref for _, system in graph.estate.systems() if system.ref not in above)


def _hits(graph: Graph, layer: Layer) -> Iterator[tuple[str, tuple[str, ...]]]:
    estate, same = graph.estate, graph.same
    if layer == "site":
        yield from ((site.ref, (site.ref, *(room.ref for room in site.rooms))) for site in estate.sites)
    elif layer == "feed":
        yield from ((feed, (feed,)) for feed in dict.fromkeys(feed for site in estate.sites for feed in site.power))
    elif layer == "supplier":
        yield from ((one.ref, (one.ref,)) for one in estate.suppliers if one.ref not in same)
    elif layer == "operator":
        names = (site.operator for site in estate.sites if site.operator is not None)
        yield from ((name, (name,)) for name in dict.fromkeys(same.get(name, name) for name in names))
    elif layer == "network":
        lines: dict[str, list[str]] = {}
        for site in estate.sites:
            for line in site.carriers:
                meant = same.get(line.supplier, line.supplier) if line.supplier is not None else line.ref
                lines.setdefault(meant, [] if line.supplier is None else [meant]).append(line.ref)
        for one in estate.suppliers:
            if one.kind == "network" and one.ref not in same:
                lines.setdefault(one.ref, [one.ref])
        yield from ((name, tuple(dict.fromkeys(nodes))) for name, nodes in lines.items())
    else:
        made: dict[str, tuple[str, list[str]]] = {}
        for machine in machines(graph):
            vendor = getattr(machine, "vendor", None)
            if vendor:
                made.setdefault(plain_name(vendor), (vendor, []))[1].append(machine.ref)
        yield from ((vendor, tuple(refs)) for vendor, refs in made.values())


def _own(graph: Graph, system: System, layer: Layer) -> Iterator[str]:
    """What a system names: in a need, as its place, or by the place in which it stands."""
    yield from (name for need in system.needs for name in members(need))
    if layer == "supplier" and system.maintained_by is not None:
        yield system.maintained_by
    for at in system.at:
        yield at
        site = graph.site_of.get(at)
        if site is None:
            continue
        if layer == "feed":
            yield from site.power
        elif layer == "operator" and site.operator is not None:
            yield site.operator
        elif layer == "network":
            yield from (line.ref for line in site.carriers)


def _cut_off(graph: Graph, hits: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Each carrier to the sites that have lines of it alone, which nobody reaches without it."""
    found: dict[str, list[str]] = {}
    for site in graph.estate.sites:
        lines = {line.ref for line in site.carriers}
        for name, nodes in hits.items():
            if lines and lines <= set(nodes):
                found.setdefault(name, []).append(site.ref)
    return {name: tuple(sites) for name, sites in found.items()}


def _contributors(graph: Graph) -> Iterator[Member]:
    named: dict[str, set[str]] = {one.ref: set() for one in graph.estate.contributors}
    for programme in graph.estate.programmes:
        for name in (name for need in programme.needs for name in members(need)):
            if name in named:
                named[name].add(programme.ref)
    return (Member(name, (name,), frozenset(programmes)) for name, programmes in named.items())
