"""Silent changes of buildings as an inventory writes them: batteries, walls, feeds, lines, cooling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from audit.analysis.mutants.change import Change, Drop, Put
from audit.analysis.mutants.sight import Kind, Sight
from audit.model.facility import Battery, Room, Site
from audit.model.message import Message, say


def _batteries(sight: Sight) -> Iterator[tuple[Site, Battery, Room | None]]:
    for site in sight.estate.sites:
        for battery in site.batteries:
            yield site, battery, next((room for room in site.rooms if room.ref == battery.room), None)


def _battery(battery: Battery, says: Message, key: tuple[str | int, ...], value: Any) -> Change:
    return Change(battery.ref, says.filled(it=battery.ref), (Put(battery.place, key, value),))


def _aged(sight: Sight) -> Iterator[Change]:
    for _, battery, _ in _batteries(sight):
        if battery.installed is not None and battery.life is not None:
            yield _battery(battery, say("{it} was installed 25 years ago"), ("installed",), sight.ago(25 * 365))


def _near(sight: Sight) -> Iterator[Change]:
    for _, battery, _ in _batteries(sight):
        if battery.spacing is not None and battery.spacing > 0.1:
            yield _battery(battery, say("{it} stands 5 cm from the racks"), ("spacing",), "0.05 m")


def _advised(sight: Sight) -> Iterator[Change]:
    for _, battery, _ in _batteries(sight):
        for place, advice in enumerate(battery.advice):
            if advice.closed is not None:
                yield _battery(battery, say("an advice about {it} is open again"), ("advice", place, "closed"), None)


def _room_of_battery(sight: Sight, key: str, value: str, says: Message) -> Iterator[Change]:
    for _, battery, room in _batteries(sight):
        if room is not None:
            told = says.filled(it=room.ref)
            yield Change(room.ref, told, (Put(room.place, (key,), value),), about=(room.ref, battery.ref))


def _unsuppressed(sight: Sight) -> Iterator[Change]:
    return _room_of_battery(sight, "suppression", "none", say("nothing extinguishes a fire in {it}"))


def _unvented(sight: Sight) -> Iterator[Change]:
    return _room_of_battery(sight, "exhaust", "false", say("nothing draws the gas out of {it}"))


def _thin(sight: Sight) -> Iterator[Change]:
    return _room_of_battery(sight, "fire-rating", "5m", say("the walls of {it} hold for five minutes"))


def _merged(sight: Sight) -> Iterator[Change]:
    """The battery's compartment becomes that of a room with machines."""
    for site, battery, room in _batteries(sight):
        hall = next((one for one in site.rooms if one.kind == "it" and one.compartment is not None), None)
        if room is not None and hall is not None and room.compartment not in (None, hall.compartment):
            says = say("{it} burns together with {hall}", it=room.ref, hall=hall.ref)
            edits = (Put(room.place, ("compartment",), hall.compartment),)
            yield Change(room.ref, says, edits, about=(battery.ref,))


def _halls_merged(sight: Sight) -> Iterator[Change]:
    for site in sight.estate.sites:
        rooms = [room for room in site.rooms if room.kind in ("it", "vault") and room.compartment is not None]
        for room in rooms[1:]:
            if room.compartment != rooms[0].compartment:
                says = say("{it} burns together with {hall}", it=room.ref, hall=rooms[0].ref)
                edits = (Put(room.place, ("compartment",), rooms[0].compartment),)
                yield Change(room.ref, says, edits, about=(room.ref, rooms[0].ref))


def _one_feed(sight: Sight) -> Iterator[Change]:
    for site in sight.estate.sites:
        for room in site.rooms:
            if len(room.feeds) > 1:
                says = say("one feed alone reaches the racks of {it}", it=room.ref)
                feed = room.feeds[0].rpartition("/")[2]
                yield Change(room.ref, says, (Put(room.place, ("feeds",), [feed]),), about=(site.ref, room.ref))


def _one_substation(sight: Sight) -> Iterator[Change]:
    for site in sight.estate.sites:
        if len({one.name for one in site.substations}) > 1:
            says = say("both feeds of {it} come from one substation", it=site.ref)
            edits = (Put(site.place, ("substations", 1, "name"), site.substations[0].name),)
            yield Change(site.ref, says, edits)


def _one_carrier(sight: Sight) -> Iterator[Change]:
    for site in sight.estate.sites:
        if len({one.supplier for one in site.carriers}) > 1:
            says = say("both lines of {it} are of one carrier", it=site.ref)
            edits = (Put(site.carriers[1].place, ("supplier",), site.carriers[0].supplier),)
            yield Change(site.ref, says, edits)


def _one_duct(sight: Sight) -> Iterator[Change]:
    for site in sight.estate.sites:
        if len({one.entry for one in site.carriers}) > 1:
            says = say("both lines of {it} come in by one duct", it=site.ref)
            yield Change(site.ref, says, (Put(site.carriers[1].place, ("entry",), site.carriers[0].entry),))


def _line_cut(sight: Sight) -> Iterator[Change]:
    for site in sight.estate.sites:
        if len(site.carriers) == 2:
            says = say("{it} is gone", it=site.carriers[1].ref)
            yield Change(site.carriers[1].ref, says, (Drop(site.carriers[1].place),), about=(site.ref,))


def _warm(sight: Sight) -> Iterator[Change]:
    for site in sight.estate.sites:
        for unit in site.cooling:
            yield Change(unit.ref, say("{it} is gone", it=unit.ref), (Drop(unit.place),), about=unit.serves)


def _cooling_on_one_feed(sight: Sight) -> Iterator[Change]:
    for site in sight.estate.sites:
        if len({one.feed for one in site.cooling}) > 1 and site.cooling[0].feed is not None:
            unit, feed = site.cooling[1], site.cooling[0].feed.rpartition("/")[2]
            says = say("{it} hangs on the same feed as the others", it=unit.ref)
            yield Change(unit.ref, says, (Put(unit.place, ("feed",), feed),), about=(*unit.serves, site.ref))


KINDS: Final = (
    Kind("battery-aged", say("ages a battery"), _aged, ("facility.battery-life",)),
    Kind("battery-moved-near", say("moves a battery to the racks"), _near, ("facility.battery-spacing",)),
    Kind("advice-reopened", say("opens an advice of the maker again"), _advised, ("facility.vendor-advice",)),
    Kind("suppression-removed", say("takes the extinguisher out of a battery room"), _unsuppressed,
         ("facility.suppression",)),
    Kind("exhaust-closed", say("closes the exhaust of a battery room"), _unvented, ("facility.suppression",)),
    Kind("walls-thinned", say("weakens the walls of a battery room"), _thin, ("facility.battery-compartment",)),
    Kind("battery-compartment-merged", say("merges a battery room with a machine hall"), _merged,
         ("facility.battery-compartment",)),
    Kind("compartments-merged", say("merges the compartments of two rooms"), _halls_merged, ()),
    Kind("second-feed-removed", say("takes the second feed away"), _one_feed, ("facility.feeds",)),
    Kind("substation-shared", say("feeds both sides from one substation"), _one_substation, ("facility.feeds",)),
    Kind("carrier-shared", say("gives both lines to one carrier"), _one_carrier, ("network.carriers",)),
    Kind("duct-shared", say("leads both lines through one duct"), _one_duct, ("network.carriers",)),
    Kind("line-cut", say("takes the second line away"), _line_cut, ("network.carriers",)),
    Kind("cooling-removed", say("takes a cooling unit away"), _warm, ("facility.cooling",)),
    Kind("cooling-on-one-feed", say("hangs all cooling on one feed"), _cooling_on_one_feed, ("facility.cooling",)),
)  # fmt: skip
