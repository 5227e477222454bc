"""A fault tree to how many failures it takes, which together, how likely that is, exactly or between limits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from audit.analysis.faults.bounds import at_least_of, bounds
from audit.analysis.faults.cutsets import CutSets, cut_sets
from audit.analysis.faults.diagram import exact
from audit.analysis.faults.families import TooLarge
from audit.analysis.faults.tree import Tree

DIAGRAM: Final = 600_000
"""Nodes of one decision diagram, some 150 MB, after which another order is tried, in the end limits."""
FAMILIES: Final = 4_000_000
_PAIRED: Final = 500
"""Cut sets whose pairs are reckoned up for a lower limit."""


@dataclass(frozen=True, slots=True)
class CutSet:
    """Events that together, no fewer of them, make the top happen."""

    events: tuple[str, ...]
    probability: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one tree."""

    events: int
    gates: int
    asked: int
    """The order that was asked for."""
    order: int
    """The order that could be told: lower where there were too many; 0 where the tree negates."""
    orders: tuple[int, ...]
    """How many minimal cut sets of 0, 1, ... `order` events there are; empty where the tree negates."""
    sets: tuple[CutSet, ...]
    """The likeliest, or the smallest where no probability is known."""
    least: float | None
    """The probability of the top lies between both, which are equal where it is exact; None where an event has none."""
    most: float | None

    @property
    def exact(self) -> bool:
        return self.least is not None and self.least == self.most


def answer(tree: Tree, order: int, top: int) -> Answer:
    """Everything about a tree, with its `top` likeliest cut sets of at most `order` events. BadTree on a circle."""
    names = tree.events()
    with deep(len(names) + len(tree.gates)):
        found = _cut(tree, order)
        known = all(name in tree.likely for name in names)
        weights = [tree.likely.get(name, 0.5) for name in (found.names if found is not None else names)]
        sets = found.families.likeliest(found.root, weights, max(top, _PAIRED)) if found is not None else []
        orders = found.orders if found is not None else ()
        least, most = _likely(tree, at_least_of(sets[:_PAIRED], weights)) if known else (None, None)
    named = found.names if found is not None else ()
    return Answer(
        events=len(names),
        gates=len(tree.upward()),
        asked=order,
        order=found.families.order if found is not None else 0,
        orders=orders,
        sets=tuple(
            CutSet(tuple(sorted(named[number] for number in one)), weight if known else None)
            for weight, one in sets[:top]
        ),
        least=least,
        most=most,
    )


def _cut(tree: Tree, order: int) -> CutSets | None:
    """The cut sets of the largest order that can be held; None where the tree negates."""
    if not tree.coherent:
        return None
    for lower in range(order, 0, -1):
        try:
            return cut_sets(tree, lower, FAMILIES)
        except TooLarge:
            continue
    return cut_sets(tree, 0, FAMILIES)


def _likely(tree: Tree, paired: float) -> tuple[float, float]:
    """The probability of the top as two equal numbers, else as limits; `paired` is one from below that is known."""
    for names in _ways(tree):
        try:
            probability = exact(tree, names, tree.likely, DIAGRAM)
        except TooLarge:
            continue
        return probability, probability
    low, high = bounds(tree, tree.likely)
    return max(low, paired), high


def _ways(tree: Tree) -> Iterator[tuple[str, ...]]:
    """Orders of the events, of which one may give a small diagram where another gives none."""
    size: dict[str, int] = {}
    for name in tree.upward():
        size[name] = 1 + sum(size.get(inner, 1) for inner in tree.gates[name].of)
    first: tuple[Callable[[str], int], ...] = (
        lambda name: name not in tree.gates,
        lambda name: name in tree.gates,
        lambda name: size.get(name, 1),
        lambda name: -size.get(name, 1),
    )
    tried: set[tuple[str, ...]] = set()
    for key in first:
        names = tree.events(key)
        if names not in tried:
            tried.add(names)
            yield names


@contextmanager
def deep(levels: int) -> Iterator[None]:
    """Let functions call themselves as often as a tree is large: calls of Python take no stack of the machine."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 4 * levels + before))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
