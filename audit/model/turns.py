"""A net with hits to what falls with each of them alone, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import Final

from audit.model.lanes import lanes
from audit.model.numbered import Net

SMALL: Final = 1_000
"""Nodes below which no way is slow."""
SAMPLE: Final = 64
SPACE: Final = 16_000_000
"""Bytes of one table of nodes by hits."""


def losses_in_turn(net: Net, hits: Iterable[int]) -> Iterator[tuple[int, Sequence[int]]]:
    """Each hit, in its turn alone, with everything that falls with it, itself included, in no order.

    Time: the edges out of what falls, all hits together; where much falls with most hits, nodes times hits / 50.
    """
    asked = tuple(hits)
    if not _dense(net, asked):
        yield from _one_by_one(net, asked)
        return
    width = max(64, SPACE // len(net.names))
    for start in range(0, len(asked), width):
        yield from _together(net, asked[start : start + width])


def _dense(net: Net, hits: Sequence[int]) -> bool:
    """Whether so much falls with a hit that a row of all nodes is quicker than a list of them."""
    count = len(net.names)
    if count < SMALL or not hits:
        return False
    some = hits[:: max(1, len(hits) // SAMPLE)]
    fallen = sum(len(down) for _, down in _one_by_one(net, some))
    return fallen / len(some) > count / 50 + count * count / 3e6


def _one_by_one(net: Net, hits: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
    """A mark of the turn stands in place of a set, which would have to be emptied."""
    hard, soft, owner, spare = net.hard, net.soft, net.owner, net.spare
    mark = [-1] * len(hard)
    left = list(spare)
    touched = [-1] * len(left)
    heavy = {node for node, counts in enumerate(soft) for group, weight in counts if weight > spare[group]}
    for turn, hit in enumerate(hits):
        down = [hit]
        if not hard[hit] and hit not in heavy:
            yield hit, down
            continue
        mark[hit] = turn
        add = down.append
        for node in down:
            for above in hard[node]:
                if mark[above] != turn:
                    mark[above] = turn
                    add(above)
            for group, weight in soft[node]:
                if touched[group] == turn:
                    rest = left[group] - weight
                else:
                    touched[group] = turn
                    rest = spare[group] - weight
                left[group] = rest
                if rest < 0 and mark[above := owner[group]] != turn:
                    mark[above] = turn
                    add(above)
        yield hit, down


def _together(net: Net, hits: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    """Many hits at once: one bit for each, turned into one row for each."""
    width = len(hits)
    digits = bytes(48) + bytes((0, 1)) + bytes(206)
    form = f"0{width}b"
    table = "".join(format(bits, form) for bits in lanes(net, hits)).encode().translate(digits)
    nodes = range(len(net.names))
    for place, hit in enumerate(hits):
        yield hit, list(compress(nodes, table[width - 1 - place :: width]))
