"""A graph to a net in which every failover that nobody has proved is a node of its own, which can be lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.needs import AnyOf, Need
from audit.model.numbered import Net
from audit.model.standbys import AT_ONCE, counted
from audit.model.technology import Failover


@dataclass(frozen=True, slots=True)
class Unproven:
    """The net with all of these nodes hit is the pessimist's, with none of them the optimist's."""

    net: Net
    failovers: Mapping[str, tuple[System, Failover]]
    """The name of each such node to its failover, with the system that it is for."""

    def numbers(self) -> tuple[int, ...]:
        return tuple(self.net.number[name] for name in self.failovers)


def unproven(graph: Graph) -> Unproven:
    """The failovers that would take over at once, of systems with a place, of which no real switch is recorded."""
    proven = counted("pessimistic")
    needs: dict[str, tuple[Need, ...]] = dict(graph.needs)
    found: dict[str, tuple[System, Failover]] = {}
    for _, system in graph.estate.systems():
        there = [switch for switch in system.failover if switch.mode in AT_ONCE]
        if not system.at or not there:
            continue
        places: list[Need] = list(system.at)
        for switch in there:
            if proven(switch):
                places.append(switch.to)
            else:
                # A failover has no needs of its own in the graph, so that its reference is free for this.
                places.append(switch.ref)
                needs[switch.ref] = (switch.to,)
                found[switch.ref] = (system, switch)
        needs[system.ref] = (*system.needs, AnyOf.model_construct(any=tuple(places)))
    return Unproven(graph.woven(needs).done(), found)
