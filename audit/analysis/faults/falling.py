"""An estate as a graph with something lost to what stops then; an estate alone to the few losses that stop most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from audit.analysis.faults.answer import deep
from audit.analysis.faults.families import TooLarge
from audit.analysis.faults.ways import View, Ways, systems_taken, ways
from audit.model.estate import Data, System
from audit.model.graph import Graph
from audit.model.policy import GRADE_WEIGHT

VIEWS: Final[tuple[View, View]] = ("optimistic", "pessimistic")
Sets = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weakness:
    """A set of losses with the systems that stop by all of them together, and by no fewer of them."""

    losses: Sets
    surely: tuple[str, ...]
    """The systems that stop in any case."""
    maybe: tuple[str, ...]
    """Those that stop unless a failover works that has never really switched."""
    applicants: float
    """How many people an hour find all of these closed."""


@dataclass(frozen=True, slots=True)
class Fall:
    """What stops when something is lost."""

    hit: Sets
    surely: tuple[System, ...]
    maybe: tuple[System, ...]
    data: tuple[Data, ...]
    """The data sets of which every copy that the inventory places lies in what is lost."""

    @property
    def applicants(self) -> tuple[float, float]:
        """People an hour, at least and at most."""
        least = sum(system.applicants.per_hour for system in self.surely if system.applicants is not None)
        more = sum(system.applicants.per_hour for system in self.maybe if system.applicants is not None)
        return least, least + more


def fall(graph: Graph, hit: Sequence[str]) -> Fall:
    """What stops, for the optimist and for the pessimist, and which data is gone for ever."""
    surely = systems_taken(graph, hit, "optimistic")
    known = {system.ref for system in surely}
    maybe = tuple(system for system in systems_taken(graph, hit, "pessimistic") if system.ref not in known)
    burnt = _burnt(graph, hit)
    data = tuple(
        data for _, system in graph.estate.systems() for data in system.data if _gone(graph, system, data, burnt)
    )
    return Fall(tuple(hit), surely, maybe, data)


def _burnt(graph: Graph, hit: Sequence[str]) -> frozenset[str]:
    """The places that are destroyed: a lost feed or supplier stops things, but burns nothing."""
    burnt: set[str] = set()
    for name in hit:
        where, _, compartment = name.partition("#")
        site = graph.site_of.get(where)
        if site is None:
            continue
        if where == site.ref and not compartment:
            burnt |= {site.ref, *(room.ref for room in site.rooms)}
        elif compartment:
            burnt |= {room.ref for room in site.rooms if room.compartment == compartment}
        else:
            burnt.add(where)
    return frozenset(burnt)


def _gone(graph: Graph, system: System, data: Data, burnt: frozenset[str]) -> bool:
    own = [data.at] if data.at is not None else list(system.at)
    places = frozenset[str]().union(*(graph.final_places(at) for at in (*own, *(copy.at for copy in data.copies))))
    return bool(places) and places <= burnt


def weaknesses(graph: Graph, order: int, ref: str = "") -> tuple[tuple[Weakness, ...], int]:
    """The minimal sets of at most `order` losses that stop a system, or any; worst first, with the order reached.

    Worst is what stops the most by weight of the grades, then the most applicants.
    """
    with deep(50 * len(graph.needs) + 1000):
        sure, unsure, reached = _both(graph, order)
        chosen = [system for _, system in graph.estate.systems() if ref in ("", system.ref)]
        found: dict[Sets, tuple[dict[str, None], dict[str, None]]] = {}
        for system in chosen:
            certain = set(_all(sure, system.ref))
            for one in certain:
                found.setdefault(one, ({}, {}))[0][system.ref] = None
            for one in _all(unsure, system.ref):
                if one not in certain:
                    found.setdefault(one, ({}, {}))[1][system.ref] = None
    by_ref = {system.ref: system for system in chosen}
    told = [_weakness(losses, tuple(surely), tuple(maybe), by_ref) for losses, (surely, maybe) in found.items()]
    return tuple(sorted(told, key=lambda one: _order(one, by_ref))), reached


_MOST_SETS: Final = 200_000
"""Of one system, beyond which the likeliest would no longer be told from the rest by reading them."""


def _all(found: Ways, ref: str) -> list[Sets]:
    return found.sets(ref, _MOST_SETS)


def _both(graph: Graph, order: int) -> tuple[Ways, Ways, int]:
    """Both views of the largest order that can be held."""
    for lower in range(order, 1, -1):
        try:
            return ways(graph, lower, "optimistic"), ways(graph, lower, "pessimistic"), lower
        except TooLarge:
            continue
    return ways(graph, 1, "optimistic"), ways(graph, 1, "pessimistic"), 1


def _weakness(losses: Sets, surely: Sets, maybe: Sets, by_ref: dict[str, System]) -> Weakness:
    flows = (by_ref[ref].applicants for ref in (*surely, *maybe))
    return Weakness(losses, surely, maybe, sum(flow.per_hour for flow in flows if flow is not None))


def _order(one: Weakness, by_ref: dict[str, System]) -> tuple[float, float, int, Sets]:
    weight = sum(GRADE_WEIGHT[by_ref[ref].grade] for ref in (*one.surely, *one.maybe))
    return -weight, -one.applicants, len(one.losses), one.losses
