"""What happens to an estate to what is destroyed, what only stops, until when, in one view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from types import MappingProxyType

from audit.model.estate import Contributor
from audit.model.graph import Graph
from audit.model.hazards import Happening
from audit.model.standbys import View


@dataclass(frozen=True, slots=True)
class Struck:
    """One event."""

    hit: tuple[str, ...]
    """As it was named."""
    destroyed: frozenset[str] = frozenset()
    """Everything that has to be built or fetched anew: what burnt with all that stood in it, systems, data, copies."""
    out: Mapping[str, float | None] = field(default_factory=lambda: MappingProxyType({}))
    """What only stops, to its hours: None where nobody says how long, infinite where it leaves for good."""

    @property
    def nodes(self) -> frozenset[str]:
        """Everything that the event takes by itself."""
        return self.destroyed | self.out.keys()


class Standing(dict[str, frozenset[str]]):
    """Everything that stands or lies somewhere to the sites and rooms behind that."""

    @cached_property
    def _at(self) -> Mapping[str, Sequence[str]]:
        """Each of those sites and rooms to what stands there."""
        found: dict[str, list[str]] = {}
        for ref, places in self.items():
            for place in places:
                found.setdefault(place, []).append(ref)
        return found

    def alone_in(self, places: Set[str]) -> set[str]:
        """What stands there and nowhere else."""
        return {ref for place in places for ref in self._at.get(place, ()) if self[ref] <= places}


def struck(
    graph: Graph,
    happenings: Iterable[Happening],
    view: View,
    lasts: float | None = None,
    where: Standing | None = None,
) -> Struck:
    """Everything at once that happens in one view; `lasts`, in hours, holds for outages that say no length.

    With a place all is destroyed that stands there alone: machines, systems, data, copies. `where` is what `standing`
    says, for whoever asks often.
    """
    named: list[str] = []
    places: set[str] = set()
    others: set[str] = set()
    out: dict[str, float | None] = {}
    for one in happenings:
        named.append(one.ref)
        wrecked = one.wrecked(view)
        for ref in wrecked:
            burnt = _burnt(graph, ref)
            places |= burnt
            others |= burnt or {ref}
        hours = one.lasts if one.lasts is not None else lasts
        for ref in one.struck(view):
            leaves = one.mode == "withdraw" or isinstance(graph.estate.index.get(ref), Contributor)
            if ref not in wrecked:
                out[ref] = inf if leaves else hours
    if places:
        others |= (where if where is not None else standing(graph)).alone_in(places)
    left = {ref: hours for ref, hours in out.items() if ref not in others}
    return Struck(tuple(dict.fromkeys(named)), frozenset(others), MappingProxyType(left))


def _burnt(graph: Graph, ref: str) -> frozenset[str]:
    """A site with all its rooms, one room; nothing for what is no place."""
    site = graph.site_of.get(ref)
    rooms = frozenset(room.ref for room in site.rooms) if site is not None else frozenset()
    if site is not None and ref == site.ref:
        return rooms | {ref}
    return frozenset({ref}) & rooms


def standing(graph: Graph) -> Standing:
    """Machines, systems, data, copies to the places where they stand; what stands nowhere is left out."""
    found: dict[str, frozenset[str]] = {}
    known: dict[str, frozenset[str]] = {}

    def final(where: str) -> frozenset[str]:
        if where not in known:
            known[where] = graph.final_places(where)
        return known[where]

    for site in graph.estate.sites:
        for one in (*site.batteries, *site.power_protection, *site.monitoring, *site.machines):
            found[one.ref] = frozenset({getattr(one, "room", None) or site.ref})
    for _, system in graph.estate.systems():
        found[system.ref] = frozenset[str]().union(*(final(at) for at in system.at))
        for data in system.data:
            found[data.ref] = final(data.at) if data.at else found[system.ref]
            for copy in data.copies:
                found[copy.ref] = final(copy.at)
    return Standing({ref: places for ref, places in found.items() if places})
