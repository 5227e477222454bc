"""A net with hits to what falls with each of them alone, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, repeat
from typing import Final

from audit.model.lanes import lanes
from audit.model.numbered import Net

SMALL: Final = 1_000
"""Nodes below which no way is slow."""
SAMPLE: Final = 64
SPACE: Final = 16_000_000
"""Bytes of one table of nodes by hits."""
FEW: Final = 8
"""The part of all nodes of which the groups are set back one by one, not all at once."""


def losses_in_turn(net: Net, hits: Iterable[int]) -> Iterator[tuple[int, Sequence[int]]]:
    """Each hit, in its turn alone, with everything that falls with it, itself included, in no order.

    Time: the edges out of what falls, all hits together; where much falls with most hits, nodes times hits / 50.
    """
    asked = tuple(hits)
    turns = _Turns(net)
    if not _dense(turns, asked):
        yield from turns.each(asked)
        return
    width = max(64, SPACE // len(net.names))
    for start in range(0, len(asked), width):
        yield from _together(net, asked[start : start + width])


def _dense(turns: _Turns, hits: Sequence[int]) -> bool:
    """Whether so much falls with a hit that a row of all nodes is quicker than a list of them."""
    count = len(turns.net.names)
    if count < SMALL or not hits:
        return False
    step = max(1, len(hits) // SAMPLE)
    # Not from the first on: what everything leans on often comes first.
    some = hits[step // 2 :: step]
    most = len(some) * (count / 50 + count * count / 3e6)
    fallen = 0
    for _, down in turns.each(some):
        fallen += len(down)
        if fallen > most:
            return True
    return False


class _Turns:
    """A net with how often each group has to be touched until it falls.

    That is counted down in small whole numbers, which Python does not make anew: it takes half the time of weights.
    A group of which a member does not weigh 1 is weighed once nothing else falls.
    """

    def __init__(self, net: Net) -> None:
        self.net = net
        self._touches = list(map(int.__add__, map(int, net.spare), repeat(1)))
        self._uneven: set[int] = set()
        self._weighed: set[int] = set()
        """The nodes that count in one of these groups."""
        self._alone: set[int] = set()
        """The nodes that take a group alone."""
        soft, spare = net.soft, net.spare
        if {weight for counts in soft for _, weight in counts} - {1} or min(spare, default=1) < 1:
            self._uneven.update(group for counts in soft for group, weight in counts if weight != 1)
            for node, counts in enumerate(soft):
                if any(group in self._uneven for group, _ in counts):
                    self._weighed.add(node)
                if any(weight > spare[group] for group, weight in counts):
                    self._alone.add(node)
            self._touches = [max(1, touches) for touches in self._touches]
        for group in self._uneven:
            self._touches[group] = 0  # Counted down from there, it never comes to 0.

    def each(self, hits: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
        """What falls with each hit. A mark of the turn stands in place of a set, which would have to be emptied."""
        hard, soft, owner = self.net.hard, self.net.soft, self.net.owner
        touches, weighed, alone = self._touches, self._weighed, self._alone
        left = touches[:]
        mark = [-1] * len(hard)
        many = len(hard) // FEW
        for turn, hit in enumerate(hits):
            down = fresh = [hit]
            if not hard[hit] and hit not in alone:
                yield hit, down
                continue
            mark[hit] = turn
            lost: dict[int, float] = {}
            while fresh:
                add = fresh.append
                for node in fresh:
                    for above in hard[node]:
                        if mark[above] != turn:
                            mark[above] = turn
                            add(above)
                    for group, _ in soft[node]:
                        left[group] = rest = left[group] - 1
                        if not rest and mark[above := owner[group]] != turn:
                            mark[above] = turn
                            add(above)
                if fresh is not down:
                    down += fresh
                if not weighed or weighed.isdisjoint(fresh):
                    break
                fresh = [above for above in self._outweighed(fresh, lost) if mark[above] != turn]
                for above in fresh:
                    mark[above] = turn
            if len(down) < many:
                for node in down:
                    for group, _ in soft[node]:
                        left[group] = touches[group]
            else:
                left = touches[:]
            yield hit, down

    def _outweighed(self, fresh: Iterable[int], lost: dict[int, float]) -> Iterable[int]:
        """Those that fall with the groups of which more is lost than they can spare, now that `fresh` is lost too."""
        found: dict[int, None] = {}
        for node in fresh:
            for group, weight in self.net.soft[node] if node in self._weighed else ():
                if group in self._uneven:
                    lost[group] = lost.get(group, 0.0) + weight
                    if lost[group] > self.net.spare[group]:
                        found[self.net.owner[group]] = None
        return found


def _together(net: Net, hits: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    """Many hits at once: one bit for each, turned into one row for each."""
    width = len(hits)
    digits = bytes(48) + bytes((0, 1)) + bytes(206)
    form = f"0{width}b"
    table = "".join(format(bits, form) for bits in lanes(net, hits)).encode().translate(digits)
    nodes = range(len(net.names))
    for place, hit in enumerate(hits):
        yield hit, list(compress(nodes, table[width - 1 - place :: width]))
