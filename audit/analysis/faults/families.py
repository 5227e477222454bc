"""Families of sets, each kept minimal and cut off at one order, as shared diagrams."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Final

NONE: Final = 0
"""The family without any set."""
SURE: Final = 1
"""The family of the empty set: nothing has to fail."""
_LAST: Final = 1 << 60
"""The variable of both ends, below all others."""


class TooLarge(MemoryError):
    """More nodes than were allowed: the answer would not fit into memory or patience."""


class Families:
    """Zero-suppressed decision diagrams over variables 0, 1, ... whose sets have at most `order` members.

    A family is a number. In each, no set holds another of it. `most` bounds the nodes; TooLarge where they are used up.
    Operations recurse once for each variable: the caller sees to it that Python allows as much.
    """

    def __init__(self, order: int, most: int = 5_000_000) -> None:
        self.order = order
        self._most = most
        self._var = [_LAST, _LAST]
        self._low = [0, 0]
        self._high = [0, 0]
        self._unique: dict[tuple[int, int, int], int] = {}
        self._or: dict[tuple[int, int], int] = {}
        self._and: dict[tuple[int, int, int], int] = {}
        self._less: dict[tuple[int, int], int] = {}
        self._short: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self._var)

    def single(self, variable: int) -> int:
        """The family of the one set that holds one variable."""
        return self._node(variable, NONE, SURE) if self.order else NONE

    def _node(self, variable: int, low: int, high: int) -> int:
        if high == NONE:
            return low
        key = (variable, low, high)
        found = self._unique.get(key)
        if found is None:
            found = len(self._var)
            if found >= self._most:
                raise TooLarge(f"more than {self._most} nodes")
            self._var.append(variable)
            self._low.append(low)
            self._high.append(high)
            self._unique[key] = found
        return found

    def either(self, first: int, second: int) -> int:
        """The minimal sets of both."""
        if first == second or second == NONE:
            return first
        if first == NONE:
            return second
        if first == SURE or second == SURE:
            return SURE
        if first > second:
            first, second = second, first
        key = (first, second)
        found = self._or.get(key)
        if found is None:
            mine, other = self._var[first], self._var[second]
            if mine == other:
                low = self.either(self._low[first], self._low[second])
                high = self.either(self._high[first], self._high[second])
            elif mine < other:
                low, high = self.either(self._low[first], second), self._high[first]
            else:
                low, high = self.either(first, self._low[second]), self._high[second]
            found = self._or[key] = self._node(min(mine, other), low, self.without(high, low))
        return found

    def both(self, first: int, second: int, order: int | None = None) -> int:
        """The minimal unions of a set of the one with a set of the other, of at most `order` members."""
        order = self.order if order is None else order
        if first == NONE or second == NONE:
            return NONE
        if first == SURE:
            return self.short(second, order)
        if second == SURE or first == second:
            return self.short(first, order)
        if order <= 0:
            return NONE
        if first > second:
            first, second = second, first
        key = (first, second, order)
        found = self._and.get(key)
        if found is None:
            mine, other = self._var[first], self._var[second]
            if mine == other:
                low = self.both(self._low[first], self._low[second], order)
                wide = self.either(self._low[second], self._high[second])
                high = self.either(
                    self.both(self._high[first], wide, order - 1),
                    self.both(self._low[first], self._high[second], order - 1),
                )
            elif mine < other:
                low = self.both(self._low[first], second, order)
                high = self.both(self._high[first], second, order - 1)
            else:
                low = self.both(first, self._low[second], order)
                high = self.both(first, self._high[second], order - 1)
            found = self._and[key] = self._node(min(mine, other), low, self.without(high, low))
        return found

    def without(self, first: int, second: int) -> int:
        """The sets of the first that hold no set of the second."""
        if second == NONE or first == NONE:
            return first
        if second == SURE or first == second:
            return NONE
        if first == SURE:
            return SURE
        key = (first, second)
        found = self._less.get(key)
        if found is None:
            mine, other = self._var[first], self._var[second]
            if mine < other:
                low = self.without(self._low[first], second)
                high = self.without(self._high[first], second)
                found = self._node(mine, low, high)
            elif mine > other:
                found = self.without(first, self._low[second])
            else:
                low = self.without(self._low[first], self._low[second])
                high = self.without(self.without(self._high[first], self._high[second]), self._low[second])
                found = self._node(mine, low, high)
            self._less[key] = found
        return found

    def short(self, family: int, order: int) -> int:
        """The sets of at most `order` members."""
        if family <= SURE or order >= self.order:
            return family
        key = (family, order)
        found = self._short.get(key)
        if found is None:
            low = self.short(self._low[family], order)
            high = self.short(self._high[family], order - 1) if order else NONE
            found = self._short[key] = self._node(self._var[family], low, high)
        return found

    def at_least(self, least: int, families: tuple[int, ...]) -> int:
        """The minimal sets that make `least` of the families true."""
        known: dict[tuple[int, int], int] = {}

        def from_(place: int, left: int) -> int:
            if left <= 0:
                return SURE
            if len(families) - place < left:
                return NONE
            key = (place, left)
            if key not in known:
                taken = self.both(families[place], from_(place + 1, left - 1))
                known[key] = self.either(taken, from_(place + 1, left))
            return known[key]

        return from_(0, least)

    def counts(self, family: int) -> tuple[int, ...]:
        """How many sets of 0, 1, ... `order` members a family has."""
        known: dict[int, tuple[int, ...]] = {NONE: (0,) * (self.order + 1), SURE: (1,) + (0,) * self.order}

        def of(node: int) -> tuple[int, ...]:
            if node not in known:
                low, high = of(self._low[node]), of(self._high[node])
                known[node] = tuple(low[size] + (high[size - 1] if size else 0) for size in range(self.order + 1))
            return known[node]

        return of(family)

    def likeliest(self, family: int, likely: Sequence[float], most: int) -> list[tuple[float, tuple[int, ...]]]:
        """The sets with the largest product of their members' probabilities, largest first, at most `most`."""
        best: dict[int, float] = {NONE: 0.0, SURE: 1.0}

        def reach(node: int) -> float:
            if node not in best:
                best[node] = max(reach(self._low[node]), likely[self._var[node]] * reach(self._high[node]))
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
            for inner, share, more in (
                (self._low[node], 1.0, held),
                (self._high[node], likely[self._var[node]], (*held, self._var[node])),
            ):
                if inner != NONE:
                    count += 1
                    heappush(heap, (-weight * share * reach(inner), count, inner, weight * share, more))
        return found
