"""Numbered nodes with some that are asked for to what those lean on, circle by circle, from the inside out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audit.model.net import Net

Group = tuple[float, tuple[tuple[int, float], ...]]
"""The weight that a group can spare, its members with theirs."""


@dataclass(frozen=True, slots=True)
class Inward:
    """The part of a net that matters to some of its nodes, each node with what it leans on."""

    circles: Sequence[Sequence[int]]
    """Nodes that lean on each other, by themselves or round about; what they lean on stands before them."""
    turning: frozenset[int]
    """The nodes that lean on themselves without another between."""
    hard: Mapping[int, Sequence[int]]
    """Node to those with each of which it falls."""
    groups: Mapping[int, Sequence[Group]]


def inward(net: Net, wanted: Iterable[int]) -> Inward:
    """Everything that the wanted nodes lean on, at any distance, with themselves."""
    hard, groups = _turned(net)
    return _ordered(list(wanted), hard, groups)


def _turned(net: Net) -> tuple[list[list[int]], dict[int, list[Group]]]:
    """Each node to those that it leans on."""
    hard: list[list[int]] = [[] for _ in net.names]
    for node, falling in enumerate(net.hard):
        for other in falling:
            hard[other].append(node)
    members: list[list[tuple[int, float]]] = [[] for _ in net.owner]
    for node, counts in enumerate(net.soft):
        for group, weight in counts:
            members[group].append((node, weight))
    groups: dict[int, list[Group]] = {}
    for group, owner in enumerate(net.owner):
        groups.setdefault(owner, []).append((net.spare[group], tuple(members[group])))
    return hard, groups


def _ordered(wanted: Sequence[int], hard: Sequence[Sequence[int]], groups: Mapping[int, Sequence[Group]]) -> Inward:
    """Tarjan's circles, which come out with the innermost first."""

    def below(node: int) -> list[int]:
        found = list(hard[node])
        for _, members in groups.get(node, ()):
            found.extend(one for one, _ in members)
        return found

    circles: list[list[int]] = []
    turning: set[int] = set()
    met: dict[int, int] = {}
    lowest: dict[int, int] = {}
    done: set[int] = set()
    open_: list[int] = []
    for start in wanted:
        if start in met:
            continue
        met[start] = lowest[start] = len(met)
        open_.append(start)
        stack = [(start, iter(below(start)))]
        while stack:
            node, rest = stack[-1]
            for other in rest:
                if other not in met:
                    met[other] = lowest[other] = len(met)
                    open_.append(other)
                    stack.append((other, iter(below(other))))
                    break
                if other == node:
                    turning.add(node)
                elif other not in done:
                    lowest[node] = min(lowest[node], met[other])
            else:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == met[node]:
                    place = len(open_) - 1
                    while open_[place] != node:
                        place -= 1
                    circle = open_[place:]
                    del open_[place:]
                    done.update(circle)
                    circles.append(circle[::-1])
    return Inward(circles, frozenset(turning), {node: hard[node] for node in met}, groups)
