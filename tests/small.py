"""A few lines of YAML with some rules and probes in, a catalogue, an estate, a plan of them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from audit.catalogue import Catalogue
from audit.contract import Check, Probe
from audit.inventory.load import load_sources
from audit.model.estate import Estate
from audit.model.evidence import Selection
from audit.model.item import Technology
from audit.model.plan import Plan
from audit.model.technology import Copy, Endpoint, Failover, Monitor, PowerProtection
from audit.plan import plan

WHOLE = Selection()
ROLES = (Endpoint, Copy, Failover, PowerProtection, Monitor)


def catalogue(*, checks: Iterable[Check] = (), probes: Iterable[Probe] = ()) -> Catalogue:
    """A catalogue of just these; a technology is known by its probe."""
    seen = {probe.technology: probe for probe in probes}
    kinds: dict[type[Technology], Mapping[str, type[Technology]]] = {
        role: {kind.technology: kind for kind in seen if issubclass(kind, role)} for role in ROLES
    }
    return Catalogue(
        MappingProxyType({check.id: check for check in sorted(checks, key=lambda check: check.id)}),
        MappingProxyType(seen),
        MappingProxyType(kinds),
    )


def estate(text: str, known: Catalogue) -> Estate:
    """The estate of one file."""
    loaded = load_sources({"small.yaml": text.encode()}, known, Path("small.yaml"))
    assert loaded.estate is not None, loaded.lines()
    return loaded.estate


def planned(text: str, known: Catalogue, selection: Selection = WHOLE) -> Plan:
    """The plan of one file."""
    return plan(estate(text, known), known, selection)
