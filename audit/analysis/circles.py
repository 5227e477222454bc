"""Edges between nodes to the node at which each node's way along them ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence


def sinks(edges: Mapping[str, Sequence[str]], best: Callable[[Collection[str]], str]) -> Mapping[str, str]:
    """Each node to the node at which its way ends; `best` chooses among several ends, and among those of a circle.

    Tarjan's strongly connected components, which come out ends first, without recursion: chains may be long.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    ends: dict[str, str] = {}
    for start in edges:
        if start in order:
            continue
        work = [(start, 0)]
        while work:
            node, step = work.pop()
            if step == 0:
                order[node] = low[node] = len(order)
                stack.append(node)
                waiting.add(node)
            targets = edges.get(node, ())
            if step and targets[step - 1] in waiting:
                low[node] = min(low[node], low[targets[step - 1]])
            while step < len(targets) and targets[step] in order:
                if targets[step] in waiting:
                    low[node] = min(low[node], order[targets[step]])
                step += 1
            if step < len(targets):
                work += [(node, step + 1), (targets[step], 0)]
            elif low[node] == order[node]:
                circle = [stack.pop()]
                while circle[-1] != node:
                    circle.append(stack.pop())
                waiting.difference_update(circle)
                beyond = {ends[target] for one in circle for target in edges.get(one, ()) if target in ends}
                ends |= dict.fromkeys(circle, best(beyond or circle))
    return ends
