"""An estate as a graph in, what one fire in each room or site would take away out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from audit.model.dossier import Loss
from audit.model.estate import Data, System
from audit.model.graph import Graph
from audit.model.policy import GRADE_WEIGHT

NO_STANDBY: Final = ("backup-only",)
"""Modes of failover that bring nothing back by themselves."""


def losses(graph: Graph) -> tuple[Loss, ...]:
    """One loss for every site and every fire compartment, worst first.

    Worst is: the most systems by weight of their grade, then the most applicants, then the most bytes.
    """
    stored = tuple(_stored(graph))
    systems = tuple(system for _, system in graph.estate.systems())
    found = [_loss(graph, hit, burns, systems, stored) for hit, burns in _hits(graph)]
    return tuple(sorted(found, key=_order))


def _hits(graph: Graph) -> Iterator[tuple[str, frozenset[str]]]:
    """Every site, every room; rooms of one compartment burn together, so that they are one hit."""
    seen: set[frozenset[str]] = set()
    for site in graph.estate.sites:
        for ref in (site.ref, *(room.ref for room in site.rooms)):
            burns = graph.burns(ref)
            if burns not in seen:
                seen.add(burns)
                yield ref, burns


def _stored(graph: Graph) -> Iterator[tuple[Data, frozenset[str]]]:
    """Each data set that lies somewhere, with every place at which it or a copy of it lies."""
    for _, system in graph.estate.systems():
        for data in system.data:
            own = frozenset[str]().union(*(graph.final_places(at) for at in ((data.at,) if data.at else system.at)))
            if own:
                yield data, own.union(*(graph.final_places(copy.at) for copy in data.copies))


def _loss(
    graph: Graph,
    hit: str,
    burns: frozenset[str],
    systems: tuple[System, ...],
    stored: tuple[tuple[Data, frozenset[str]], ...],
) -> Loss:
    down = graph.falls(burns)
    site = graph.site_of[hit]
    burnt = burns | {room.ref for room in site.rooms} if hit == site.ref else burns
    stopped = sorted((system for system in systems if system.ref in down), key=lambda one: (one.grade, one.ref))
    lost = [data for data, places in stored if places <= burnt]
    return Loss(
        hit=hit,
        takes=tuple(sorted(burns)),
        systems=tuple(system.ref for system in stopped),
        returning=tuple(system.ref for system in stopped if _returns(system, down)),
        data=tuple(data.ref for data in lost),
        bytes_lost=sum(data.size or 0 for data in lost),
        applicants_per_hour=sum(system.applicants.per_hour for system in stopped if system.applicants is not None),
        by_grade=MappingProxyType(dict(sorted(Counter(system.grade for system in stopped).items()))),
        unsized=sum(data.size is None for data in lost),
    )


def _returns(system: System, down: frozenset[str]) -> bool:
    return any(way.to not in down and way.mode not in NO_STANDBY for way in system.failover)


def _order(loss: Loss) -> tuple[float, float, int, str]:
    weight = sum(GRADE_WEIGHT[grade] * count for grade, count in loss.by_grade.items())
    return -weight, -loss.applicants_per_hour, -loss.bytes_lost, loss.hit
