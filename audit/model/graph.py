"""The estate as one graph: what stands where, what leans on what, what falls when something is hit."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

from audit.model.alias import same_suppliers
from audit.model.estate import Data, Estate, System
from audit.model.facility import Site
from audit.model.leaning import leaning
from audit.model.needs import All, AnyOf, Cooled, Grace, KOf, Need, SumOf, members
from audit.model.numbered import ROUNDING, Net, Weaver, falls
from audit.model.single import lost_alone
from audit.model.standbys import AT_ONCE, View, with_standbys

NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Graph:
    """Pure questions over one estate; every answer is a set or mapping of full references.

    A power feed is a node named by its id; a fire compartment is a node named `site#compartment`.
    """

    estate: Estate

    @cached_property
    def site_of(self) -> Mapping[str, Site]:
        """The site of every site, of all rooms and machines in one."""
        return MappingProxyType(
            {
                item.ref: site
                for site in self.estate.sites
                for item in (
                    site,
                    *site.rooms,
                    *site.batteries,
                    *site.power_protection,
                    *site.monitoring,
                    *site.machines,
                )
            }
        )

    @cached_property
    def _places(self) -> Mapping[str, frozenset[str]]:
        """Each place to itself with everything whose loss takes it: room, compartment, site."""
        found: dict[str, frozenset[str]] = {}
        for site in self.estate.sites:
            found[site.ref] = frozenset({site.ref})
            for room in site.rooms:
                around = {room.ref, site.ref}
                if room.compartment is not None:
                    around.add(f"{site.ref}#{room.compartment}")
                found[room.ref] = frozenset(around)
        return MappingProxyType(found)

    def domains(self, where: str) -> frozenset[str]:
        """The failure domains of a place: itself, its compartment, its site; those of all its places for a platform."""
        if where in self._places:
            return self._places[where]
        platform = self.estate.index.get(where)
        if isinstance(platform, System):
            return frozenset(domain for at in self.final_places(platform.ref) for domain in self.domains(at)) | {where}
        return frozenset({where}) if where else frozenset()

    def final_places(self, where: str) -> frozenset[str]:
        """The sites and rooms behind a place: itself, or all places of the platform that it names."""
        found: set[str] = set()
        seen: set[str] = set()
        queue = deque([where])
        while queue:
            ref = queue.popleft()
            if ref in seen:
                continue
            seen.add(ref)
            item = self.estate.index.get(ref)
            if isinstance(item, System):
                queue.extend(item.at)
            elif isinstance(item, Data):
                queue.extend([item.at] if item.at else [])
            elif ref in self._places:
                found.add(ref)
        return frozenset(found)

    def sites(self, where: str) -> frozenset[str]:
        """The sites behind a place."""
        return frozenset(self.site_of[place].ref for place in self.final_places(where))

    def power(self, where: str) -> frozenset[str]:
        """The power feeds behind a place."""
        return frozenset(feed for place in self.final_places(where) for feed in self.site_of[place].power)

    @cached_property
    def needs(self) -> Mapping[str, tuple[Need, ...]]:
        """What each node needs to run: written needs, one of its places, operator, feeds and cooling of a site."""
        return leaning(self.estate)

    @cached_property
    def dependants(self) -> Mapping[str, tuple[str, ...]]:
        """Each node to the nodes that name it in a need."""
        found: dict[str, list[str]] = {}
        for ref, needs in self.needs.items():
            for target in dict.fromkeys(name for need in needs for name in members(need)):
                found.setdefault(target, []).append(ref)
        return MappingProxyType({ref: tuple(names) for ref, names in found.items()})

    def met(self, need: Need, down: frozenset[str] | set[str]) -> bool:
        """Whether a need is met while `down` is down."""
        if isinstance(need, str):
            return need not in down
        if isinstance(need, All):
            return all(self.met(one, down) for one in need.all)
        if isinstance(need, AnyOf):
            return any(self.met(one, down) for one in need.any)
        if isinstance(need, Grace):
            return self.met(need.on, down)
        if isinstance(need, KOf):
            return sum(self.met(one, down) for one in need.of) >= need.k
        return self.total(need, down) * (1 + ROUNDING) >= need.at_least

    def total(self, need: SumOf, down: frozenset[str] | set[str]) -> float:
        """The capacity or contribution of the members that are up; a member without the figure adds nothing."""
        return sum(self.amount(ref, need.sum) for ref in need.of if ref not in down)

    def amount(self, ref: str, what: str) -> float:
        """The `capacity` or `contribution` of one node, 0 where it has none."""
        value = getattr(self.estate.index.get(ref), what, None)
        return float(getattr(value, "amount", value) or 0)

    def woven(self, needs: Mapping[str, tuple[Need, ...]]) -> Weaver:
        """Nodes with these needs, together with the fire compartments; a compartment of one room is that room."""
        together = [
            (f"{site.ref}#{room.compartment}", room.ref)
            for site in self.estate.sites
            for room in site.rooms
            if room.compartment is not None
        ]
        shared = Counter(name for name, _ in together)
        alone = {name: ref for name, ref in together if shared[name] == 1}
        weaver = Weaver(self.amount, {**self.same, **alone})
        for ref, own in needs.items():
            node = weaver.node(ref)
            for need in own:
                weaver.need(node, need)
        for name, ref in together:
            if weaver.node(name) != weaver.node(ref):
                weaver.falls_with(weaver.node(ref), weaver.node(name))
        return weaver

    @cached_property
    def same(self) -> Mapping[str, str]:
        """Each supplier that is another one under a second name, to the first of them in the inventory."""
        return same_suppliers(self.estate)

    @cached_property
    def _net(self) -> Net:
        return self.woven(self.needs).done()

    @cached_property
    def _twins(self) -> Mapping[int, tuple[str, ...]]:
        """Each supplier with several names, by number, to the others of them."""
        found: dict[int, list[str]] = {}
        for name in self.same:
            if name in self._net.number:
                found.setdefault(self._net.number[name], []).append(name)
        return MappingProxyType({number: tuple(names) for number, names in found.items()})

    def falls(self, hit: Iterable[str]) -> frozenset[str]:
        """Everything that is down when `hit` is down: the least set closed under unmet needs, `hit` included.

        A need that is unmet with everything up, such as a sum that was never reached, is no consequence of the hit.
        """
        named, known = tuple(hit), self._net.number
        down = falls(self._net, (known[ref] for ref in named if ref in known))
        also = (name for number in self._twins.keys() & set(down) for name in self._twins[number])
        return frozenset((*named, *self._net.named(down), *also))

    def burns(self, where: str) -> frozenset[str]:
        """What a fire that starts in a room or site takes by itself: the rooms of the same compartment, or the site."""
        site = self.site_of.get(where)
        if site is None or where == site.ref:
            return frozenset({where})
        compartment = next((room.compartment for room in site.rooms if room.ref == where), None)
        if compartment is None:
            return frozenset({where})
        return frozenset(room.ref for room in site.rooms if room.compartment == compartment)

    @cached_property
    def _lost(self) -> dict[str, frozenset[str]]:
        return {}

    def lost_with(self, where: str) -> frozenset[str]:
        """Everything that is down after a fire in a room, else the loss of one node; kept, as many ask for it."""
        if where not in self._lost:
            self._lost[where] = self.falls(self.burns(where))
        return self._lost[where]

    def stands_by(self, system: System, down: frozenset[str]) -> bool:
        """Whether a hot or active-active failover stands while `down` is down, with all that the system needs there."""
        return any(switch.mode in AT_ONCE and switch.to not in down for switch in system.failover) and all(
            self.met(need, down - {system.ref}) for need in system.needs
        )

    @cached_property
    def _single(self) -> dict[View, Mapping[str, frozenset[str]]]:
        return {}

    def single_points(self, system: System, view: View = "optimistic") -> frozenset[str]:
        """What stops a system when it is lost alone, where the failovers of that view work everywhere; not itself."""
        if view not in self._single:
            needs = with_standbys(self.estate, self.needs, view)
            wanted = {one.ref: needs[one.ref] for _, one in self.estate.systems()}
            self._single[view] = lost_alone(lambda woven: self.woven(woven).done(), needs, wanted)
        return self._single[view][system.ref] - {system.ref}

    @cached_property
    def occupants(self) -> Mapping[str, tuple[System, ...]]:
        """Each site or room to the systems that stand there, directly or on a platform."""
        found: dict[str, list[System]] = {}
        for _, system in self.estate.systems():
            for place in self.final_places(system.ref):
                found.setdefault(place, []).append(system)
        return MappingProxyType({place: tuple(systems) for place, systems in found.items()})

    @cached_property
    def foremost(self) -> frozenset[str]:
        """The systems of grade 1 and 2."""
        return frozenset(system.ref for _, system in self.estate.systems() if system.grade <= 2)

    @cached_property
    def placeless(self) -> frozenset[str]:
        """The systems of which the inventory does not say where they run."""
        return frozenset(system.ref for _, system in self.estate.systems() if not self.final_places(system.ref))

    @cached_property
    def required(self) -> Mapping[str, tuple[Need, ...]]:
        """What each node that waits for anything needs before it is up again: needs less cooling, recovers-with."""
        required = {ref: tuple(one for one in own if not isinstance(one, Cooled)) for ref, own in self.needs.items()}
        for _, system in self.estate.systems():
            required[system.ref] += system.recovers_with
        return MappingProxyType({ref: needs for ref, needs in required.items() if needs})

    @cached_property
    def stuck(self) -> Mapping[str, tuple[Need, ...]]:
        """What never comes back once all is down, to the requirements (needs, recovers-with) that it waits for."""
        required = self.required
        waiting: dict[str, list[str]] = {}
        for ref, needs in required.items():
            for target in dict.fromkeys(name for need in needs for name in members(need)):
                waiting.setdefault(target, []).append(ref)
        down = set(required)
        queue = deque(required)
        while queue:
            ref = queue.popleft()
            if ref in down and all(self.met(need, down) for need in required[ref]):
                down.discard(ref)
                queue.extend(waiting.get(ref, ()))
        return MappingProxyType(
            {ref: tuple(need for need in required[ref] if not self.met(need, down)) for ref in down}
        )

    def grades(self) -> Mapping[str, int]:
        """Each node to the highest grade (lowest number) among the systems that stand or lean on it."""
        best: dict[str, int] = {}
        queue: deque[tuple[str, int]] = deque()
        for grade in (1, 2, 3, 4):
            queue.extend((system.ref, grade) for _, system in self.estate.systems() if system.grade == grade)
            while queue:
                ref, level = queue.popleft()
                if ref in best:
                    continue
                best[ref] = level
                queue.extend((name, level) for need in self.needs.get(ref, ()) for name in members(need))
                queue.extend((battery, level) for battery in self._batteries.get(ref, ()))
        for programme in self.estate.programmes:
            best[programme.ref] = min((best.get(ref, 4) for ref in programme.served_by), default=4)
        return MappingProxyType(best)

    @cached_property
    def _batteries(self) -> Mapping[str, tuple[str, ...]]:
        """Each site to the batteries, supplies, monitors and rooms that serve it, which share its grade."""
        return MappingProxyType(
            {
                site.ref: tuple(
                    item.ref for item in (*site.batteries, *site.power_protection, *site.monitoring, *site.rooms)
                )
                for site in self.estate.sites
            }
        )
