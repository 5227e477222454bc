"""A fault tree to how many failures it takes, which together, how likely that is, exactly or between limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from audit.analysis.faults.bounds import at_least_of, bounds
from audit.analysis.faults.cutsets import CutSets, cut_sets
from audit.analysis.faults.families import deep as deep
from audit.analysis.faults.nodes import TooLarge
from audit.analysis.faults.tree import Tree
from audit.analysis.faults.whole import Whole, whole

DIAGRAM: Final = 1_500_000
"""Nodes of one decision diagram, some 500 MB, after which another order is tried, in the end limits."""
EFFORT: Final = 400_000
"""Nodes of all diagrams that are tried, a second or so; twenty times that where all sizes are asked for."""
USUAL: Final = 3
"""The order up to which sets are shown where all sizes are asked for."""
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
    """The order that was asked for; 0 for all."""
    order: int
    """The order that could be told: lower where there were too many; 0 where the tree negates."""
    orders: tuple[int, ...]
    """How many minimal cut sets of 0, 1, ... `order` events there are; empty where the tree negates."""
    sets: tuple[CutSet, ...]
    """The likeliest, or the smallest where no probability is known."""
    total: int | None
    """How many minimal cut sets of any size there are, where all were asked for and can be counted."""
    least: float | None
    """The probability of the top lies between both, which are equal where it is exact; None where an event has none."""
    most: float | None

    @property
    def exact(self) -> bool:
        return self.least is not None and self.least == self.most


def answer(tree: Tree, order: int, top: int) -> Answer:
    """Everything about a tree, with its `top` likeliest cut sets of at most `order` events. BadTree on a circle.

    An order of 0 asks for the number of all cut sets, and lets the exact probability take longer.
    """
    names = tree.events()
    with deep(len(names) + len(tree.gates)):
        found = _cut(tree, order or USUAL)
        known = all(name in tree.likely for name in names)
        weights = [tree.likely.get(name, 0.5) for name in (found.names if found is not None else names)]
        sets = found.families.likeliest(found.root, weights, max(top, _PAIRED)) if found is not None else []
        orders = found.orders if found is not None else ()
        solved = _whole(tree, every=order == 0) if known or not order else None
        least, most = _likely(tree, solved, at_least_of(sets[:_PAIRED], weights)) if known else (None, None)
        total = _total(tree, solved) if not order else None
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
        total=total,
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


def _likely(tree: Tree, found: Whole | None, paired: float) -> tuple[float, float]:
    """The probability of the top as two equal numbers, else as limits; `paired` is one from below that is known."""
    if found is not None:
        probability = found.probability(tree.likely)
        return probability, probability
    low, high = bounds(tree, tree.likely)
    return max(low, paired), high


def _whole(tree: Tree, *, every: bool) -> Whole | None:
    """All of the tree at once, where that is not too large."""
    try:
        return whole(tree, DIAGRAM, EFFORT * 20 if every else EFFORT)
    except TooLarge:
        return None


def _total(tree: Tree, found: Whole | None) -> int | None:
    if found is None or not tree.coherent:
        return None
    try:
        return found.count(FAMILIES)
    except TooLarge:
        return None
