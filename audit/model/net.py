"""A graph with a view to numbered nodes with groups: the form in which everything that falls is reckoned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

View = Literal["optimistic", "pessimistic"]
"""`optimistic` counts every failover that takes over at once, `pessimistic` those alone that have really switched."""


@dataclass(frozen=True, slots=True)
class Net:
    """Nodes by number. A node falls when it is hit, when something in `hard` of what fell names it, when a group falls.

    A need for one thing is hard. Any other need is a group of its own: it falls as soon as the weight of its fallen
    members exceeds what it can spare (any of n: n-1 of weight 1; k of n: n-k; a sum: total less threshold). A group
    inside a group is a node with the name "". A need that is unmet while everything is up is left out: see `unmet`.
    """

    names: tuple[str, ...]
    number: Mapping[str, int]
    hard: Sequence[Sequence[int]]
    """Node to the nodes that fall with it."""
    soft: Sequence[Sequence[tuple[int, float]]]
    """Node to the groups in which it counts, with its weight there."""
    owner: Sequence[int]
    """Group to the node that falls with it."""
    spare: Sequence[float]
    """Group to the weight that it can lose and still stand."""
    unmet: tuple[str, ...] = ()
    """The nodes that have a need which nothing could meet even with everything up."""
