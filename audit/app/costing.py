"""The path of an estate with names in it to what their loss costs at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from audit.analysis.impact import Impact, impact
from audit.app import instant
from audit.app.falling import graph_of, nodes_of
from audit.model.graph import Graph
from audit.model.hazards import Happening, happening


def cost_of(path: Path, lost: Sequence[str], at: str | None, hours: float | None) -> tuple[Graph, Impact]:
    """The graph with the impact; `at` is now where it is not written. Stop(USAGE) for a name that nothing has."""
    graph = graph_of(path)
    when = instant(at, graph.estate) or datetime.now(UTC)
    found = tuple(dict.fromkeys(one for name in lost for one in _happening(graph, name)))
    return graph, impact(graph, found, when, hours)


def _happening(graph: Graph, name: str) -> tuple[Happening, ...]:
    try:
        return (happening(graph, name),)
    except LookupError:
        return tuple(happening(graph, one) for one in nodes_of(graph, (name,)))
