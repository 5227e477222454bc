"""An estate to what each node of it needs to run: written needs, places, operators, power, cooling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType

from audit.model.estate import Estate
from audit.model.facility import Room, Site
from audit.model.needs import AnyOf, Cooled, Grace, Need

NEVER = timedelta(0)


def leaning(estate: Estate) -> Mapping[str, tuple[Need, ...]]:
    """Each node to its needs. A system needs one of its places, a programme one of each kind of its ways."""
    found: dict[str, tuple[Need, ...]] = {}
    for site in estate.sites:
        found |= dict(_site(site))
    for _, system in estate.systems():
        found[system.ref] = (*system.needs, *_any(system.at))
        for data in system.data:
            found[data.ref] = (data.at,) if data.at else ()
    for programme in estate.programmes:
        for rail in programme.rails:
            found[rail.ref] = rail.needs
        rails = [need for way in (programme.intake, programme.payout) for need in _any(tuple(one.ref for one in way))]
        found[programme.ref] = (*programme.needs, *_any(programme.served_by), *rails)
    return MappingProxyType(found)


def _any(refs: tuple[str, ...]) -> tuple[Need, ...]:
    return (AnyOf.model_construct(any=refs),) if refs else ()


def _site(site: Site) -> Iterator[tuple[str, tuple[Need, ...]]]:
    """A site with generators bears the loss of its feeds for as long as the fuel of the first one to stop lasts."""
    lasts = min((one.autonomy for one in site.generators if one.autonomy is not None), default=NEVER)

    def driven(feeds: tuple[str, ...]) -> tuple[Need, ...]:
        return tuple(Grace.model_construct(on=one, grace=lasts) if lasts else one for one in _any(feeds))

    yield site.ref, (*filter(None, (site.operator,)), *driven(site.power))
    for room in site.rooms:
        yield room.ref, (site.ref, *driven(room.feeds), *_cooling(room, site))
    for battery in site.batteries:
        yield battery.ref, (battery.room,)
    for supply in site.power_protection:
        yield supply.ref, (supply.room or site.ref,)
    for monitor in site.monitoring:
        yield monitor.ref, (monitor.room or site.ref,)
    for machine in site.machines:
        feed = getattr(machine, "feed", None)
        own = driven((feed,)) if lasts and feed else tuple(filter(None, (feed,)))
        yield machine.ref, (getattr(machine, "room", None) or site.ref, *own)


def _cooling(room: Room, site: Site) -> tuple[Need, ...]:
    units = tuple(unit.ref for unit in site.cooling if room.ref in unit.serves)
    if not units:
        return ()
    return (Cooled.model_construct(on=AnyOf.model_construct(any=units), grace=room.overheats or NEVER),)
