"""A system with one of its endpoints to the sites at which that answers."""

from __future__ import annotations

from audit.model.estate import System
from audit.model.facts import Sample
from audit.model.graph import Graph
from audit.model.technology import Endpoint

_SHOWN = 3


def home(graph: Graph, system: System) -> frozenset[str]:
    """The sites of a system; empty where the inventory does not say."""
    return frozenset(site for place in system.at for site in graph.sites(place))


def standing(graph: Graph, system: System, endpoint: Endpoint) -> frozenset[str]:
    """The sites of an endpoint: its own place, else those of its system; empty where the inventory does not say."""
    return graph.sites(endpoint.at) if endpoint.at is not None else home(graph, system)


def troubles(samples: tuple[Sample, ...]) -> str:
    """What went wrong at the first few addresses, e.g. `192.0.2.4 bad-status (503)`."""
    bad = [sample for sample in samples if sample.failure is not None]
    texts = [f"{one.address} {one.failure}" + (f" ({one.detail})" if one.detail else "") for one in bad[:_SHOWN]]
    return "; ".join(texts) + ("; ..." if len(bad) > _SHOWN else "")
