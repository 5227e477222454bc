"""An estate as a graph in, what one fire in each room or site would take away out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from audit.analysis.lens import Lens, Seen, lenses
from audit.model.dossier import Loss
from audit.model.estate import Data, System
from audit.model.graph import Graph
from audit.model.hazards import Happening, hazards
from audit.model.policy import GRADE_WEIGHT

NO_STANDBY: Final = ("backup-only",)
"""Modes of failover that bring nothing back by themselves."""


def losses(graph: Graph) -> tuple[Loss, ...]:
    """One loss for every site and every fire compartment, worst first; what stops is what `aftermath` says of it.

    Worst is: the most systems by weight of their grade, then the most applicants, then the most bytes.
    """
    both = lenses(graph)
    systems = {system.ref: system for _, system in graph.estate.systems()}
    data = {one.ref: one for system in systems.values() for one in system.data}
    burning = {frozenset(one.hits): one for one in hazards(graph) if one.kind in ("site", "fire")}
    return tuple(sorted((_loss(both, one, systems, data) for one in burning.values()), key=_order))


def _loss(both: tuple[Lens, Lens], event: Happening, systems: dict[str, System], stored: dict[str, Data]) -> Loss:
    sure, maybe = (Seen(one, (event,)) for one in both)
    stopped = sorted((systems[ref] for ref in maybe.names & systems.keys()), key=lambda one: (one.grade, one.ref))
    open_ones = [system for system in stopped if system.ref not in sure.names]
    lost = [one for ref, one in stored.items() if ref in maybe.lost] if maybe.lost else []
    return Loss(
        hit=event.hits[0],
        takes=tuple(sorted(event.hits)),
        systems=tuple(system.ref for system in stopped),
        returning=tuple(system.ref for system in stopped if _returns(system, maybe.names)),
        data=tuple(data.ref for data in lost),
        bytes_lost=sum(data.size or 0 for data in lost),
        applicants_per_hour=_applicants(stopped),
        by_grade=MappingProxyType(dict(sorted(Counter(system.grade for system in stopped).items()))),
        unsized=sum(data.size is None for data in lost),
        applicants_perhaps=_applicants(open_ones),
        perhaps=tuple(system.ref for system in open_ones),
        data_perhaps=tuple(data.ref for data in lost if data.ref not in sure.lost),
    )


def _applicants(systems: Sequence[System]) -> float:
    return sum(system.applicants.per_hour for system in systems if system.applicants is not None)


def _returns(system: System, down: frozenset[str]) -> bool:
    return any(way.to not in down and way.mode not in NO_STANDBY for way in system.failover)


def _order(loss: Loss) -> tuple[float, float, int, str]:
    weight = sum(GRADE_WEIGHT[grade] * count for grade, count in loss.by_grade.items())
    return -weight, -loss.applicants_per_hour, -loss.bytes_lost, loss.hit
