"""A graph with a view to numbered nodes with groups: the form in which everything that falls is reckoned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol

from audit.model.graph import AT_ONCE, Graph
from audit.model.needs import AnyOf, Need
from audit.model.numbered import Net as Net
from audit.model.numbered import falls as falls
from audit.model.switching import RANK
from audit.model.technology import Failover

View = Literal["optimistic", "pessimistic"]
"""`optimistic` counts every failover that takes over at once, `pessimistic` those alone that have really switched."""


class Hitting(Protocol):
    """Something that can happen, with the nodes that it takes by itself."""

    @property
    def ref(self) -> str: ...

    def struck(self, view: View) -> tuple[str, ...]: ...


def counted(view: View) -> Callable[[Failover], bool]:
    """Whether a failover counts as a second place."""
    real = RANK.index("real-switch")

    def of(switch: Failover) -> bool:
        if switch.mode not in AT_ONCE:
            return False
        return view == "optimistic" or any(RANK.index(one.realism) >= real for one in switch.drills)

    return of


def standing(graph: Graph, view: View) -> Mapping[str, tuple[Need, ...]]:
    """What each node needs to run, where a failover that counts is one more place of its system."""
    counts = counted(view)
    found = dict(graph.needs)
    for _, system in graph.estate.systems():
        there = tuple(switch.to for switch in system.failover if counts(switch))
        if system.at and there:
            found[system.ref] = (*system.needs, AnyOf.model_construct(any=(*system.at, *there)))
    return found


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
