"""Places that are destroyed to everything that is destroyed in them, to the data of which no copy is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audit.model.estate import Data, System
from audit.model.graph import Graph
from audit.model.numbered import Net, Weaver, falls
from audit.model.standbys import View


@dataclass(frozen=True, slots=True)
class Ruins:
    """What stands or lies where, in numbers: of several places all have to go before something is destroyed.

    Of a platform nobody knows where it stands: the optimist takes it as standing elsewhere, the pessimist as no place.
    """

    net: Net
    gone: dict[int, str]
    """Nodes that fall when every copy of a data set is destroyed, with its reference."""

    def of(self, burns: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
        """Everything that is destroyed, then the data sets of which nothing is left."""
        named = tuple(burns)
        down = falls(self.net, (self.net.number[ref] for ref in named if ref in self.net.number))
        return frozenset((*named, *self.net.named(down))), tuple(self.gone[one] for one in down if one in self.gone)


def ruins(graph: Graph, view: View) -> Ruins:
    """Everything of an estate that stands or lies somewhere."""
    weaver = Weaver(graph.amount)
    gone: dict[int, str] = {}

    known_places: dict[str, bool] = {}

    def placed(ref: str) -> bool:
        if ref not in known_places:
            known_places[ref] = bool(graph.final_places(ref))
        return known_places[ref]

    def within(node: int, places: tuple[str, ...]) -> None:
        known = places if view == "optimistic" else tuple(filter(placed, places)) or places
        if known:
            members = dict.fromkeys(map(weaver.node, known), 1.0)
            weaver.group(node, members, len(members) - 1)

    def stands(ref: str, *places: str) -> None:
        within(weaver.node(ref), places)

    for site in graph.estate.sites:
        for room in site.rooms:
            stands(room.ref, site.ref)
            if room.compartment is not None:
                weaver.need(weaver.node(room.ref), f"{site.ref}#{room.compartment}")
        for battery in site.batteries:
            stands(battery.ref, battery.room)
        for supply in site.power_protection:
            stands(supply.ref, supply.room or site.ref)
        for monitor in site.monitoring:
            stands(monitor.ref, monitor.room or site.ref)
        for machine in site.machines:
            stands(machine.ref, getattr(machine, "room", None) or site.ref)
    for _, system in graph.estate.systems():
        stands(system.ref, *system.at)
        for data in system.data:
            home = home_of(data, system)
            stands(data.ref, *home)
            for copy in data.copies:
                stands(copy.ref, copy.at)
            node = weaver.inner()
            within(node, (*home, *(copy.at for copy in data.copies)))
            gone[node] = data.ref
    return Ruins(weaver.done(), gone)


def home_of(data: Data, system: System) -> tuple[str, ...]:
    """Where a data set itself lies."""
    return (data.at,) if data.at is not None else system.at
