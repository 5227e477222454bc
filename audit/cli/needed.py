"""An estate, or everything that there is, to the programs that looks at it and drills of it need."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from audit.catalogue import Catalogue
from audit.model.estate import Estate
from audit.model.item import Technology
from audit.model.technology import Copy


def programs(catalogue: Catalogue, estate: Estate | None) -> Mapping[str, tuple[str, ...]]:
    """Each program that a look, or a drill with consent, runs to the kinds that need it, both sorted."""
    found: dict[str, set[str]] = {}
    for kind, drilled in _kinds(catalogue, estate).items():
        probe, drill = catalogue.probe_of(kind), catalogue.drill_of(kind) if drilled else None
        for plugin in (probe, drill):
            for line in plugin.verbs.commands if plugin is not None and kind.technology != "self-test" else ():
                found.setdefault(line.split()[0].rpartition("/")[2], set()).add(kind.technology)
    return MappingProxyType({name: tuple(sorted(found[name])) for name in sorted(found)})


def _kinds(catalogue: Catalogue, estate: Estate | None) -> Mapping[type[Technology], bool]:
    """The technologies that an estate names, or all of the catalogue, with whether one of each may be drilled."""
    if estate is None:
        return {kind: True for kinds in catalogue.technologies.values() for kind in kinds.values()}
    found: dict[type[Technology], bool] = {}
    for item in estate.index.values():
        if isinstance(item, Technology):
            consented = isinstance(item, Copy) and item.drill is not None
            found[type(item)] = found.get(type(item), False) or consented
    return found
