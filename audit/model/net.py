"""A graph with a view to numbered nodes with groups: the form in which everything that falls is reckoned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from audit.model.graph import Graph
from audit.model.needs import Need
from audit.model.numbered import Net as Net
from audit.model.numbered import falls as falls
from audit.model.standbys import View, with_standbys


class Hitting(Protocol):
    """Something that can happen, with the nodes that it takes by itself."""

    @property
    def ref(self) -> str: ...

    def struck(self, view: View) -> tuple[str, ...]: ...


def standing(graph: Graph, view: View) -> Mapping[str, tuple[Need, ...]]:
    """What each node needs to run, where a failover that counts is one more place of its system."""
    return with_standbys(graph.estate, graph.needs, view)


def net(graph: Graph, view: View, hazards: Sequence[Hitting] = ()) -> Net:
    """Every node of the graph with all that it needs, fire compartments and hazards as nodes that take what they hit.

    A compartment of one room is that room; a hazard whose reference is a node already adds what it hits to that node.
    """
    weaver = graph.woven(standing(graph, view))
    for one in hazards:
        number = weaver.node(one.ref)
        for ref in one.struck(view):
            if (hit := weaver.node(ref)) != number:
                weaver.falls_with(hit, number)
    return weaver.done()
