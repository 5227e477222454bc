"""A net with hits to the hour at which each node falls, with what is gone to what starts again without it."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

from audit.model.graph import Graph
from audit.model.needs import Cooled, Need
from audit.model.net import standing
from audit.model.numbered import Net
from audit.model.standbys import View


def falls_at(net: Net, hits: Iterable[int], lasts: float | None = None) -> dict[int, tuple[float, int]]:
    """Everything that falls in an outage of the hits of `lasts` hours, with the hour and what took it (itself: a hit).

    What bears it for as long as it lasts, or longer, does not fall. Without `lasts` it never ends.
    """
    heap = [(0.0, number, hit, hit) for number, hit in enumerate(dict.fromkeys(hits))]
    found: dict[int, tuple[float, int]] = {}
    left: dict[int, float] = {}
    tick = len(heap)
    while heap:
        hour, _, node, by = heappop(heap)
        if node in found:
            continue
        found[node] = (hour, by)
        above = list(net.hard[node])
        for group, weight in net.soft[node]:
            left[group] = left.get(group, net.spare[group]) - weight
            if left[group] < 0:
                above.append(net.owner[group])
        for other in above:
            late = hour + net.delay.get(other, 0.0)
            if other not in found and (lasts is None or late < lasts):
                tick += 1
                heappush(heap, (late, tick, other, node))
    return found


def starting(graph: Graph, view: View) -> Net:
    """Every node with what it needs before it is up again: needs less cooling, recovers-with."""
    wanted = standing(graph, view)
    required: dict[str, tuple[Need, ...]] = {
        ref: tuple(one for one in own if not isinstance(one, Cooled)) for ref, own in wanted.items()
    }
    for _, system in graph.estate.systems():
        required[system.ref] += system.recovers_with
    return graph.woven(required).done()


def rises(net: Net, gone: Iterable[int]) -> frozenset[int]:
    """Everything that comes up when all is down but `gone` stays so: the least set of which every need is met by it."""
    lost = set(gone)
    blocked = [0] * len(net.names)
    down = [0.0] * len(net.owner)
    for node, falling in enumerate(net.hard):
        for above in falling:
            blocked[above] += 1
        for group, weight in net.soft[node]:
            down[group] += weight
    for group, owner in enumerate(net.owner):
        blocked[owner] += down[group] > net.spare[group]
    up = [node for node, count in enumerate(blocked) if not count and node not in lost]
    for node in up:  # It grows meanwhile.
        freed = list(net.hard[node])
        for group, weight in net.soft[node]:
            before = down[group] > net.spare[group]
            down[group] -= weight
            if before and down[group] <= net.spare[group]:
                freed.append(net.owner[group])
        for above in freed:
            blocked[above] -= 1
            if not blocked[above] and above not in lost:
                up.append(above)
    return frozenset(up)
