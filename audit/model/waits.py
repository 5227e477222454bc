"""A net with what brings its nodes back to ways with hours: the form in which time is reckoned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final

from audit.model.estate import System
from audit.model.facility import Room
from audit.model.graph import Graph
from audit.model.needs import AnyOf, Need
from audit.model.numbered import Net
from audit.model.standbys import AT_ONCE, View
from audit.model.switching import RANK
from audit.model.technology import Failover

HAIR: Final = 1e-9
"""Weights are added as nodes fall and taken away as they return: so much of a sum is rounding."""


@dataclass(slots=True)
class Waits:
    """Nodes by number, each with the ways in which it runs; way number n is the usual one of node n.

    A way is blocked while something that names it in `hard` is down, or a group that blocks it. A node whose way is
    blocked falls, `delay` hours later where it has one and the way is not free again by then. It comes up by the first
    of its ways that is free, `back` included, once the work of that way is done.
    """

    names: Sequence[str]
    number: Mapping[str, int]
    hard: list[Sequence[int]]
    """Node to the ways that it blocks."""
    soft: Sequence[Sequence[tuple[int, float]]]
    """Node to the groups in which it counts, with its weight there."""
    blocks: list[Sequence[int]]
    """Group to the ways that it blocks."""
    spare: list[float]
    """Group to the weight that it can lose and still stand."""
    delay: Mapping[int, float]
    back: dict[int, list[int]]
    """Node to the ways by which nothing comes up without it, though it runs without it."""
    warm: dict[int, list[int]]
    """Node to the nodes that fall with it, but come up without it."""
    node: list[int]
    """Way to its node."""
    others: dict[int, list[int]]
    """Node to its ways beside the usual one."""
    before: dict[int, float]
    """Way to the hours from the fall until its work can begin, such as those until somebody decides."""
    work: list[float]
    """Way to the hours of work where nothing of the node is broken; infinite where nobody knows."""
    untold: frozenset[int] = frozenset()
    """The ways of which nobody says how long they take."""
    switch: dict[int, str] = field(default_factory=dict)
    """Way to the failover that it is, by its full reference."""

    def way(self, node: int, before: float, work: float) -> int:
        """One more way for a node to come up."""
        made = len(self.node)
        self.node.append(node)
        self.work.append(work)
        self.before[made] = before
        self.others.setdefault(node, []).append(made)
        return made

    def blocked_by(self, node: int, way: int) -> None:
        self.hard[node] = (*self.hard[node], way)


@dataclass(frozen=True, slots=True)
class Blow:
    """What happens to nodes by number: until when they cannot be mended, what their usual way then takes."""

    until: Mapping[int, float]
    """Each node that is hit to the hours for which it is held down; infinite for those that leave for good."""
    work: Mapping[int, float] = field(default_factory=dict)
    """Nodes whose usual way takes other work than usual, such as building anew."""
    also: Mapping[int, Sequence[Sequence[int]]] = field(default_factory=dict)
    """Nodes to what they need beside to come up in their usual way: one of each choice, such as of places of copies."""


def waits_of(net: Net, work: Sequence[float]) -> Waits:
    """A net as it is, with the hours of work of each node."""
    return Waits(
        names=net.names,
        number=net.number,
        hard=list(net.hard),
        soft=net.soft,
        blocks=[(owner,) for owner in net.owner],
        spare=[spare + HAIR * (1.0 + abs(spare)) for spare in net.spare],
        delay=net.delay,
        back={},
        warm={},
        node=list(range(len(net.names))),
        others={},
        before={},
        work=list(work),
    )


def switching(switch: Failover, view: View, took: Mapping[str, float]) -> tuple[float, float] | None:
    """Hours until a switch begins, hours that it then takes, infinite where untold; None where it does not count.

    `took` holds what was measured of a switch itself, by the full reference of the failover.
    """
    real = [one for one in switch.drills if RANK.index(one.realism) >= RANK.index("real-switch")]
    if switch.mode == "backup-only" or (view == "pessimistic" and not real and switch.ref not in took):
        return None
    steps, unknown = switch.steps, 0.0 if view == "optimistic" else inf
    told = [one.took for one in sorted(real, key=lambda one: one.on) if one.took is not None]
    record = told[-1].total_seconds() / 3600 if told and switch.ref not in took else None
    if record is not None and (steps is None or steps.switch is None):
        # A record counts from the loss, or from the decision, to the service: it holds all that is not told.
        return 0.0, record
    if record is not None:
        unknown = 0.0

    def hours(name: str) -> float:
        value = getattr(steps, name, None)
        return value.total_seconds() / 3600 if value is not None else unknown

    decide = 0.0 if switch.automatic else hours("decide")
    before, work = hours("detect") + decide, took.get(switch.ref, hours("switch")) + hours("verify")
    # No step that is only declared undoes that it took longer when it was made.
    return before, max(work, record - before) if record is not None and before < inf else work


def waits(
    graph: Graph, view: View, otherwise: Mapping[str, float] | None = None, took: Mapping[str, float] | None = None
) -> Waits:
    """What everything of an estate waits for: to run, to come back, until its standby has taken over.

    The optimist counts every failover, and nothing for what is not told; the pessimist counts those alone that have
    really switched, and what is not told never ends. `otherwise` gives hours, by reference, for systems that tell none.
    A failover that takes over at once and of which no step is told is one more place.
    """
    second: dict[str, list[tuple[Failover, float, float]]] = {}
    needs: dict[str, tuple[Need, ...]] = dict(graph.needs)
    for _, system in graph.estate.systems():
        places: list[str] = list(system.at)
        for switch in system.failover:
            counted = switching(switch, view, took or {})
            if counted is None or not system.at:
                continue
            if switch.mode == "active-active" or (switch.mode in AT_ONCE and _silent(switch, took or {}, *counted)):
                places.append(switch.to)
            else:
                second.setdefault(system.ref, []).append((switch, *counted))
        if len(places) > len(system.at) or system.ref in second:
            own: tuple[Need, ...] = system.needs
            if system.ref in second:
                needs[_rest(system.ref)], own = system.needs, (_rest(system.ref),)
            needs[system.ref] = (*own, AnyOf.model_construct(any=tuple(places)))
    net = graph.woven(needs).done()
    found = waits_of(net, [0.0] * len(net.names))
    _work(graph, found, 0.0 if view == "optimistic" else inf, otherwise or {})
    for ref, ways in second.items():
        for switch, before, work in ways:
            way = found.way(net.number[ref], before, work)
            found.switch[way] = switch.ref
            found.blocked_by(net.number[_rest(ref)], way)
            found.blocked_by(net.number[switch.to], way)
    for _, system in graph.estate.systems():
        node = net.number[system.ref]
        for ref in system.recovers_with:
            if ref in net.number:
                found.back.setdefault(net.number[ref], []).extend((node, *found.others.get(node, ())))
    _cooling(graph, found)
    return found


def hoping(graph: Graph, known: Waits, view: View, otherwise: Mapping[str, float]) -> Waits:
    """The same where systems that tell no hours take those, whatever was taken for them before."""
    found = replace(known, work=list(known.work))
    _work(graph, found, 0.0 if view == "optimistic" else inf, otherwise)
    return found


def _silent(switch: Failover, took: Mapping[str, float], before: float, work: float) -> bool:
    """Whether nothing tells that a switch takes any time; one of which a part is told takes that, and what is not."""
    if before + work < inf:
        return not before + work
    named = () if switch.steps is None else ("detect", "decide", "switch", "verify")
    return switch.ref not in took and all(getattr(switch.steps, name) is None for name in named)


def _rest(ref: str) -> str:
    """The node that stands for all that a system needs beside a place; no reference of an inventory begins so."""
    return f"@{ref}"


def _work(graph: Graph, found: Waits, unknown: float, otherwise: Mapping[str, float]) -> None:
    """What starts again by itself takes no time; a system and a room say how long it takes them."""
    untold = set()
    for ref, node in found.number.items():
        item = graph.estate.index.get(ref)
        if isinstance(item, (System, Room)):
            if item.restart is not None:
                found.work[node] = item.restart.total_seconds() / 3600
            else:
                untold.add(node)
                found.work[node] = otherwise.get(ref, unknown)
    found.untold = frozenset(untold)


def _cooling(graph: Graph, found: Waits) -> None:
    """A unit that stands in a room which it cools falls with it, yet the room waits for the unit to come back."""
    for site in graph.estate.sites:
        for unit in site.cooling:
            if unit.room is not None and unit.room in unit.serves:
                room, node = found.number[unit.room], found.number[unit.ref]
                found.hard[room] = tuple(way for way in found.hard[room] if way != node)
                found.warm.setdefault(room, []).append(node)
