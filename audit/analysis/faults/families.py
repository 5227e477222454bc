"""Families of sets, each kept minimal and cut off at one order, as shared diagrams."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import Final

from audit.analysis.faults.nodes import LAST, SHIFT, Nodes

NONE: Final = 0
"""The family without any set."""
SURE: Final = 1
"""The family of the empty set: nothing has to fail."""
KEPT: Final = 30_000
"""Results on the way that are kept from one question to the next: most questions have little in common."""


class Families(Nodes):
    """Zero-suppressed decision diagrams over variables 0, 1, ... whose sets have at most `order` members.

    A family is a number. In each, no set holds another of it. `most` bounds the nodes; TooLarge where they are used up.
    Operations recurse once for each variable: the caller sees to it that Python allows as much.
    """

    def __init__(self, order: int, most: int = 5_000_000) -> None:
        super().__init__(most)
        self.order = order
        self._sizes: list[tuple[int, int]] = [(LAST, -1), (0, 0)]
        """Members of the smallest, of the largest set."""
        self._or: dict[int, int] = {}
        self._and: tuple[dict[int, int], ...] = tuple({} for _ in range(order + 1))
        self._less: dict[int, int] = {}
        self._short: dict[int, int] = {}

    def forget(self, kept: int = KEPT) -> None:
        """Let go of results on the way, where there are many: they take as much memory as the families themselves."""
        if len(self._less) > kept:
            for known in (self._or, self._less, self._short, *self._and):
                known.clear()

    def single(self, variable: int) -> int:
        """The family of the one set that holds one variable."""
        return self._node(variable, NONE, SURE) if self.order else NONE

    def _node(self, variable: int, low: int, high: int) -> int:
        if high == NONE:
            return low
        key = (variable, low, high)
        found = self._unique.get(key)
        if found is None:
            found = self.numbered(key)
            sizes = self._sizes
            least, most = sizes[low]
            least2, most2 = sizes[high]
            sizes.append((least if least <= least2 else least2 + 1, most if most > most2 else most2 + 1))
        return found

    def either(self, first: int, second: int) -> int:
        """The minimal sets of both."""
        if first == second or second == NONE:
            return first
        if first == NONE:
            return second
        if first == SURE or second == SURE:
            return SURE
        key = first << SHIFT | second if first < second else second << SHIFT | first
        found = self._or.get(key)
        if found is None:
            mine, low, high = self._nodes[first]
            other, low2, high2 = self._nodes[second]
            if mine == other:
                low = self.either(low, low2)
                high = self.either(high, high2)
            elif mine < other:
                low = self.either(low, second) if low else second
            else:
                mine, low, high = other, self.either(first, low2) if low2 else first, high2
            if high != SURE and low != NONE:
                high = self.without(high, low)
            elif low == SURE:
                high = NONE
            found = self._or[key] = self._node(mine, low, high)
        return found

    def both(self, first: int, second: int, order: int | None = None) -> int:
        """The minimal unions of a set of the one with a set of the other, of at most `order` members."""
        if order is None:
            order = self.order
        least, most = self._sizes[first]
        least2, most2 = self._sizes[second]
        if least > order or least2 > order:
            return NONE
        if first == SURE:
            return self.short(second, order)
        if second == SURE or first == second:
            return self.short(first, order)
        if most > order:
            first = self.short(first, order)
        if most2 > order:
            second = self.short(second, order)
        if first == second:
            return first
        known = self._and[order]
        key = first << SHIFT | second if first < second else second << SHIFT | first
        found = known.get(key)
        if found is None:
            mine, low, high = self._nodes[first]
            other, low2, high2 = self._nodes[second]
            if mine == other:
                wide = self.either(low2, high2)
                high = self.either(self.both(high, wide, order - 1), self.both(low, high2, order - 1))
                low = self.both(low, low2, order) if low and low2 else NONE
            elif mine < other:
                low = self.both(low, second, order) if low else NONE
                high = self.both(high, second, order - 1)
            else:
                mine, high = other, self.both(first, high2, order - 1)
                low = self.both(first, low2, order) if low2 else NONE
            if high and low:
                high = self.without(high, low)
            found = known[key] = self._node(mine, low, high) if high else low
        return found

    def without(self, first: int, second: int) -> int:
        """The sets of the first that hold no set of the second."""
        if second == NONE or first == NONE:
            return first
        if second == SURE or first == second:
            return NONE
        if first == SURE:
            return SURE
        mine, low, high = self._nodes[first]
        other, low2, high2 = self._nodes[second]
        while other < mine:
            # No set of the first holds that variable, so that none of the second with it can lie in one.
            second = low2
            if second == NONE:
                return first
            if first == second:
                return NONE
            other, low2, high2 = self._nodes[second]
        key = first << SHIFT | second
        found = self._less.get(key)
        if found is None:
            # Most calls would end at once, and most families come out as they went in: neither is left to a call.
            if mine < other:
                rest = self.without(low, second) if low > SURE else low
                held = self.without(high, second) if high > SURE else high
            else:
                rest = self.without(low, low2) if low and low2 else low
                held = self.without(high, high2) if high2 != SURE else NONE
                if held and low2:
                    held = self.without(held, low2)
            found = first if rest == low and held == high else self._node(mine, rest, held)
            self._less[key] = found
        return found

    def short(self, family: int, order: int) -> int:
        """The sets of at most `order` members."""
        least, most = self._sizes[family]
        if most <= order:
            return family
        if least > order:
            return NONE
        key = family << 8 | order
        found = self._short.get(key)
        if found is None:
            variable, low, high = self._nodes[family]
            low = self.short(low, order)
            high = self.short(high, order - 1)
            found = self._short[key] = self._node(variable, low, high)
        return found

    def at_least(self, least: int, families: Sequence[int]) -> int:
        """The minimal sets that make `least` of the families true."""
        if least <= 0:
            return SURE
        if least > len(families):
            return NONE
        if least == 1:
            return self.any_of(families)
        # Of what was met so far, what makes 0, 1, ... of it true.
        reached = [SURE] + [NONE] * least
        left = len(families)
        for one in sorted(families):
            left -= 1
            if one != NONE:
                for count in range(least, max(0, least - left - 1), -1):
                    if reached[count - 1] != NONE:
                        reached[count] = self.either(reached[count], self.both(reached[count - 1], one))
        return reached[least]

    def any_of(self, families: Iterable[int]) -> int:
        """The minimal sets that make one of the families true."""
        found = NONE
        for one in sorted(families):
            found = self.either(found, one)
        return found

    def heavier(self, spare: float, parts: Iterable[tuple[int, float]]) -> int:
        """The minimal sets that make families true whose weights together exceed `spare`."""
        weighed = sorted(((weight, one) for one, weight in parts if one != NONE and weight > 0), reverse=True)
        rest = [0.0] * (len(weighed) + 1)
        for place in range(len(weighed) - 1, -1, -1):
            rest[place] = rest[place + 1] + weighed[place][0]
        known: dict[tuple[int, float], int] = {}

        def from_(place: int, lost: float) -> int:
            if lost > spare:
                return SURE
            if place == len(weighed) or not lost + rest[place] > spare:
                return NONE
            key = (place, lost)
            if key not in known:
                weight, one = weighed[place]
                taken = self.both(one, from_(place + 1, lost + weight))
                known[key] = self.either(from_(place + 1, lost), taken)
            return known[key]

        return from_(0, 0.0)

    def counts(self, family: int) -> tuple[int, ...]:
        """How many sets of 0, 1, ... `order` members a family has."""
        known: dict[int, tuple[int, ...]] = {NONE: (0,) * (self.order + 1), SURE: (1,) + (0,) * self.order}

        def of(node: int) -> tuple[int, ...]:
            if node not in known:
                _, without, with_ = self._nodes[node]
                low, high = of(without), of(with_)
                known[node] = (low[0], *map(int.__add__, low[1:], high))
            return known[node]

        return of(family)

    def total(self, family: int, likely: Sequence[float]) -> float:
        """The products of the members' probabilities, of all sets together."""
        known: dict[int, float] = {NONE: 0.0, SURE: 1.0}

        def of(node: int) -> float:
            if node not in known:
                variable, low, high = self._nodes[node]
                known[node] = of(low) + likely[variable] * of(high)
            return known[node]

        return of(family)

    def likeliest(self, family: int, likely: Sequence[float], most: int) -> list[tuple[float, tuple[int, ...]]]:
        """The sets with the largest product of their members' probabilities, largest first, at most `most`."""
        nodes = self._nodes
        best: dict[int, float] = {NONE: 0.0, SURE: 1.0}

        def reach(node: int) -> float:
            if node not in best:
                variable, low, high = nodes[node]
                best[node] = max(reach(low), likely[variable] * reach(high))
            return best[node]

        found: list[tuple[float, tuple[int, ...]]] = []
        # Best first: what stands in front can still reach most.
        heap: list[tuple[float, int, int, float, tuple[int, ...]]] = []
        if family != NONE:
            heap.append((-reach(family), 0, family, 1.0, ()))
        count = 0
        while heap and len(found) < most:
            _, _, node, weight, held = heappop(heap)
            if node == SURE:
                found.append((weight, held))
                continue
            variable, low, high = nodes[node]
            for inner, share, more in ((low, 1.0, held), (high, likely[variable], (*held, variable))):
                if inner != NONE:
                    count += 1
                    heappush(heap, (-weight * share * reach(inner), count, inner, weight * share, more))
        return found


@contextmanager
def deep(levels: int) -> Iterator[None]:
    """Let functions call themselves as often as a tree is large: calls of Python take no stack of the machine."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 4 * levels + before))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
