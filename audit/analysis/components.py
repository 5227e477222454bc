"""Numbered nodes with what each leads to, to the groups of them that lead to each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def components(nodes: Iterable[int], leads: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Tarjan's strongly connected components, each before everything that leads to it; no recursion."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    inside: set[int] = set()
    found: list[list[int]] = []
    for start in nodes:
        if start in order:
            continue
        work = [(start, iter(leads.get(start, ())))]
        order[start] = low[start] = len(order)
        stack.append(start)
        inside.add(start)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in order:
                    order[other] = low[other] = len(order)
                    stack.append(other)
                    inside.add(other)
                    work.append((other, iter(leads.get(other, ()))))
                    break
                if other in inside:
                    low[node] = min(low[node], order[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    group = [stack.pop()]
                    while group[-1] != node:
                        group.append(stack.pop())
                    inside.difference_update(group)
                    found.append(group)
    return found
