"""A system to what it cannot do without: what stops it alone, or keeps it from coming back."""

from __future__ import annotations

from audit.model.estate import System
from audit.model.graph import NOTHING, Graph
from audit.model.needs import members


def mandatory(graph: Graph, system: System) -> tuple[str, ...]:
    """What it names itself, to run or to come back, such that the loss of that alone is too much; of a choice, nothing.

    Places are among it. A need that could not be met with everything up tells nothing.
    """
    found: dict[str, None] = {}
    for need in graph.needs[system.ref]:
        if isinstance(need, str):
            found[need] = None
        elif graph.met(need, NOTHING):
            found |= {ref: None for ref in members(need) if not graph.met(need, frozenset({ref}))}
    found |= dict.fromkeys(system.recovers_with)
    found.pop(system.ref, None)
    return tuple(found)


def mandatory_systems(graph: Graph, system: System) -> tuple[System, ...]:
    """Those of it that are systems."""
    known = (graph.estate.index.get(ref) for ref in mandatory(graph, system))
    return tuple(item for item in known if isinstance(item, System))
