"""An estate, or everything that there is, to the programs that looks at it and drills of it need."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from audit.catalogue import Catalogue
from audit.model.estate import Estate
from audit.model.item import Technology
from audit.model.technology import Copy, Failover
from audit.world.verbs import Verbs

SIGNS: Final = "ssh-keygen"


def programs(catalogue: Catalogue, estate: Estate | None) -> Mapping[str, tuple[str, ...]]:
    """Each program that a look, a drill with consent, or a signature needs to what needs it, both sorted."""
    found: dict[str, set[str]] = {}
    if signed := _signed(estate):
        found[SIGNS] = signed
    for kind, drilled in _kinds(catalogue, estate).items():
        probe, drill = catalogue.probe_of(kind), catalogue.drill_of(kind) if drilled else None
        if kind.technology == "self-test":
            continue
        read = _named(probe.verbs) if probe is not None else frozenset()
        for name in read:
            found.setdefault(name, set()).add(kind.technology)
        for name in _named(drill.verbs) - read if drill is not None else ():
            # A look does without it: who makes no drills lacks nothing.
            found.setdefault(name, set()).add(f"{kind.technology} (drill)")
    return MappingProxyType({name: tuple(sorted(found[name])) for name in sorted(found)})


def _named(verbs: Verbs) -> frozenset[str]:
    return frozenset(line.split()[0].rpartition("/")[2] for line in verbs.commands)


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


def _signed(estate: Estate | None) -> set[str]:
    """What rests on signatures in an estate, or in any."""
    if estate is None:
        return {"evidence", "switch"}
    found = {"evidence" for evidence in estate.evidence if evidence.signature is not None}
    return found | {
        "switch" for item in estate.index.values() if isinstance(item, Failover) and item.switch is not None
    }
