"""A graph to everything that can happen to it: fires, lost sites, feeds, suppliers, makers, what was declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Final, Literal

from audit.model.alias import plain_name
from audit.model.equipment import Carrier, Cooling, Equipment, Generator
from audit.model.facility import Battery
from audit.model.graph import Graph
from audit.model.hazard import Hazard, Match, Mode
from audit.model.item import Item
from audit.model.message import Message, say
from audit.model.needs import members
from audit.model.standbys import View

Kind = Literal["site", "fire", "feed", "supplier", "contractor", "maker", "declared", "node"]
Machine = Battery | Equipment | Generator | Cooling | Carrier
KINDS: Final[Mapping[type[Item], str]] = {
    Battery: "battery",
    Generator: "generator",
    Cooling: "cooling",
    Equipment: "equipment",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that can happen, with what it hits by itself; what falls with that is for the net to say."""

    ref: str
    """Of the node, where it is the loss of one; else `maker:...`, `contractor:...`, the id of the hazard."""
    kind: Kind
    name: Message
    mode: Mode
    hits: tuple[str, ...]
    """The nodes that are down at once."""
    burns: tuple[str, ...] = ()
    """Those of them that have to be built anew, with whatever lies or stands in them; a feed only stops."""
    lasts: float | None = None
    """Hours of an outage, where they are known."""
    a_year: float | None = None
    """How often it is expected in a year."""
    source: str = ""
    """Where that figure comes from."""
    perhaps: tuple[str, ...] = ()
    """What it hits too, unless what the inventory does not say of it takes it out: for the pessimist."""

    def struck(self, view: View) -> tuple[str, ...]:
        """The nodes that are down at once."""
        return self.hits if view == "optimistic" else (*self.hits, *self.perhaps)

    def wrecked(self, view: View) -> tuple[str, ...]:
        """Those of them that have to be built anew."""
        return (*self.burns, *self.perhaps) if view == "pessimistic" and self.mode == "destroy" else self.burns


def _hours(lasts: timedelta | None) -> float | None:
    return lasts.total_seconds() / 3600 if lasts is not None else None


def hazards(graph: Graph) -> tuple[Happening, ...]:
    """Every site, fire, feed, supplier, contractor, maker's model, declared hazard, in this order.

    Rooms of one fire compartment are one fire; suppliers that are one under several names are one; of a contractor or
    a model there have to be two things.
    """
    return tuple(
        one for some in (_sites, _fires, _feeds, _suppliers, _contractors, _makers, _declared) for one in some(graph)
    )


def _sites(graph: Graph) -> Iterator[Happening]:
    for site in graph.estate.sites:
        name = say("the loss of the site {site}", site=site.ref)
        yield Happening(site.ref, "site", name, "destroy", (site.ref,), (site.ref,))


def fire(graph: Graph, room: str) -> Happening:
    """A fire that starts in a room: it takes the whole compartment."""
    site = graph.site_of[room]
    rooms = tuple(one.ref for one in site.rooms if one.ref in graph.burns(room))
    if len(rooms) == 1:
        return Happening(room, "fire", say("a fire in {room}", room=room), "destroy", rooms, rooms)
    compartment = next(one.compartment for one in site.rooms if one.ref == room)
    ref = f"{site.ref}#{compartment}"
    name = say("a fire in {rooms}, which are one fire compartment", rooms=", ".join(rooms))
    return Happening(ref, "fire", name, "destroy", rooms, rooms)


def _fires(graph: Graph) -> Iterator[Happening]:
    seen: set[str] = set()
    for site in graph.estate.sites:
        for room in site.rooms:
            found = fire(graph, room.ref)
            if found.ref not in seen:
                seen.add(found.ref)
                yield found


def _feeds(graph: Graph) -> Iterator[Happening]:
    for feed in dict.fromkeys(feed for site in graph.estate.sites for feed in site.power):
        yield Happening(feed, "feed", say("the power feed {feed} goes dark", feed=feed), "outage", (feed,))


def _suppliers(graph: Graph) -> Iterator[Happening]:
    """Those on whom something leans; the others take nothing."""
    same = graph.same
    needed = {same.get(name, name) for needs in graph.needs.values() for need in needs for name in members(need)}
    for supplier in graph.estate.suppliers:
        if supplier.ref in needed and supplier.ref not in same:
            name = say("the supplier {supplier} fails", supplier=supplier.ref)
            lasts = _hours(supplier.rto)
            yield Happening(supplier.ref, "supplier", name, "outage", (supplier.ref,), lasts=lasts)


def machines(graph: Graph) -> Iterator[Machine]:
    """Batteries and machines of all sites."""
    for site in graph.estate.sites:
        yield from site.batteries
        yield from site.machines


def _contractors(graph: Graph) -> Iterator[Happening]:
    same = graph.same
    held: dict[str, list[str]] = {}
    things: tuple[Item, ...] = (*machines(graph), *(system for _, system in graph.estate.systems()))
    for thing in things:
        by = getattr(thing, "maintained_by", None)
        if by is not None:
            held.setdefault(same.get(by, by), []).append(thing.ref)
    for contractor, refs in held.items():
        if len(refs) > 1:
            name = say("the same mistake of {contractor} at everything that it maintains", contractor=contractor)
            yield Happening(f"contractor:{contractor}", "contractor", name, "outage", tuple(refs))


def _makers(graph: Graph) -> Iterator[Happening]:
    found: dict[tuple[str, str], list[Machine]] = {}
    for machine in machines(graph):
        vendor, model = getattr(machine, "vendor", None), getattr(machine, "model", None)
        if vendor and model:
            found.setdefault((plain_name(vendor), plain_name(model)), []).append(machine)
    for some in found.values():
        if len(some) > 1:
            named = f"{getattr(some[0], 'vendor', '')} {getattr(some[0], 'model', '')}"
            name = say("the same fault in every {model}", model=named)
            yield Happening(f"maker:{named}", "maker", name, "outage", tuple(one.ref for one in some))


def _declared(graph: Graph) -> Iterator[Happening]:
    return (declared(graph, hazard) for hazard in graph.estate.hazards)


def declared(graph: Graph, hazard: Hazard) -> Happening:
    """A hazard of the inventory with all that it hits, by name or because it matches."""
    fitting = [(one.ref, _fits(graph, one, hazard.match)) for one in machines(graph)] if hazard.match else []
    refs = (*hazard.hits, *(ref for ref, fits in fitting if fits))
    hits, perhaps = _spread(graph, refs, hazard), _spread(graph, (ref for ref, fits in fitting if fits is None), hazard)
    return Happening(
        hazard.ref,
        "declared",
        say("{hazard}", hazard=graph.estate.named(hazard.ref)),
        hazard.mode,
        hits,
        hits if hazard.mode == "destroy" else (),
        _hours(hazard.lasts),
        hazard.a_year,
        hazard.source or "",
        tuple(ref for ref in perhaps if ref not in hits),
    )


def _spread(graph: Graph, refs: Iterable[str], hazard: Hazard) -> tuple[str, ...]:
    """With what goes with a thing that is destroyed: a battery that burns takes the fire compartment around it."""
    found: dict[str, None] = {}
    for ref in refs:
        found[ref] = None
        item = graph.estate.index.get(ref)
        if isinstance(item, Battery) and hazard.mode == "destroy":
            found |= dict.fromkeys(sorted(graph.burns(item.room)))
    return tuple(found)


def _fits(graph: Graph, machine: Machine, match: Match) -> bool | None:
    """Whether a thing has all that is asked for; None where all that is known of it fits, but not all is known."""
    asked = {
        "vendor": plain_name(match.vendor) if match.vendor else None,
        "model": plain_name(match.model) if match.model else None,
        "maintained_by": graph.same.get(match.maintained_by, match.maintained_by) if match.maintained_by else None,
    }
    own = {
        "vendor": plain_name(getattr(machine, "vendor", None) or ""),
        "model": plain_name(getattr(machine, "model", None) or ""),
        "maintained_by": graph.same.get(by := getattr(machine, "maintained_by", None) or "", by),
    }
    told = [(own[name] == wanted if own[name] else None) for name, wanted in asked.items() if wanted is not None]
    if match.kind is not None:
        told.append(KINDS.get(type(machine)) == match.kind)
    if match.installed_before is not None:
        installed = getattr(machine, "installed", None)
        told.append(installed < match.installed_before if installed is not None else None)
    if not told or False in told or all(one is None for one in told):
        return False
    return None if None in told else True


def happening(graph: Graph, name: str) -> Happening:
    """What is meant by the name of one thing that can be lost, or of one thing that can happen.

    A room stands for a fire in it, a system or a supplier for its outage. LookupError where nothing has that name.
    """
    for hazard in graph.estate.hazards:
        if hazard.ref == name:
            return declared(graph, hazard)
    where, _, compartment = name.partition("#")
    site = graph.site_of.get(where)
    if site is not None and compartment:
        rooms = [room.ref for room in site.rooms if room.compartment == compartment]
        if where == site.ref and rooms:
            return fire(graph, rooms[0])
    if site is not None and any(room.ref == name for room in site.rooms):
        return fire(graph, name)
    # Each is asked only where those before it know nothing of that name: the last ones go through everything.
    for one in chain(_sites(graph), _feeds(graph), _contractors(graph), _makers(graph)):
        if one.ref == name:
            return one
    same = graph.same
    if name not in graph.needs and name not in graph.dependants and name not in graph.estate.index:
        raise LookupError(name)
    if name in {supplier.ref for supplier in graph.estate.suppliers}:
        meant = same.get(name, name)
        for supplier in graph.estate.suppliers:
            if supplier.ref == meant:
                lasts = _hours(supplier.rto)
                says = say("the supplier {supplier} fails", supplier=meant)
                return Happening(meant, "supplier", says, "outage", (meant,), lasts=lasts)
    broken = site is not None
    says = say("the loss of {what}", what=name)
    return Happening(name, "node", says, "destroy" if broken else "outage", (name,), (name,) if broken else ())
