"""Ordered binary decision diagrams: functions of events with the operations on them, down to how likely they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from audit.analysis.faults.nodes import SHIFT, Nodes

FALSE: Final = 0
TRUE: Final = 1


class Diagram(Nodes):
    """Functions of variables 0, 1, ...; a function is a number. TooLarge beyond `most` nodes.

    Operations recurse once for each variable: the caller sees to it that Python allows as much.
    """

    def __init__(self, most: int = 1_000_000) -> None:
        super().__init__(most)
        self._and: dict[int, int] = {}
        self._or: dict[int, int] = {}
        self._xor: dict[int, int] = {}
        self._not: dict[int, int] = {FALSE: TRUE, TRUE: FALSE}

    def variable(self, number: int) -> int:
        """The function that is true where one event happens."""
        return self.node(number, FALSE, TRUE)

    def first(self, function: int) -> int:
        """The first variable of a function."""
        return self._nodes[function][0]

    def node(self, variable: int, low: int, high: int) -> int:
        """The function that is `high` where a variable before all of theirs is true, else `low`."""
        if low == high:
            return low
        node = (variable, low, high)
        return self._unique.get(node) or self.numbered(node)

    def negated(self, function: int) -> int:
        """True where the function is not."""
        found = self._not.get(function)
        if found is None:
            variable, low, high = self._nodes[function]
            found = self._not[function] = self.node(variable, self.negated(low), self.negated(high))
            self._not[found] = function
        return found

    def both(self, first: int, second: int) -> int:
        """True where both are."""
        if first == second or second == TRUE:
            return first
        if first == TRUE:
            return second
        if first == FALSE or second == FALSE:
            return FALSE
        key = first << SHIFT | second if first < second else second << SHIFT | first
        found = self._and.get(key)
        if found is None:
            mine, low, high = self._nodes[first]
            other, low2, high2 = self._nodes[second]
            if mine == other:
                found = self.node(mine, self.both(low, low2), self.both(high, high2))
            elif mine < other:
                found = self.node(mine, self.both(low, second), self.both(high, second))
            else:
                found = self.node(other, self.both(first, low2), self.both(first, high2))
            self._and[key] = found
        return found

    def either(self, first: int, second: int) -> int:
        """True where one of them is."""
        if first == second or second == FALSE:
            return first
        if first == FALSE:
            return second
        if first == TRUE or second == TRUE:
            return TRUE
        key = first << SHIFT | second if first < second else second << SHIFT | first
        found = self._or.get(key)
        if found is None:
            mine, low, high = self._nodes[first]
            other, low2, high2 = self._nodes[second]
            if mine == other:
                found = self.node(mine, self.either(low, low2), self.either(high, high2))
            elif mine < other:
                found = self.node(mine, self.either(low, second), self.either(high, second))
            else:
                found = self.node(other, self.either(first, low2), self.either(first, high2))
            self._or[key] = found
        return found

    def apart(self, first: int, second: int) -> int:
        """True where just one of them is."""
        if first <= TRUE:
            return self.negated(second) if first == TRUE else second
        if second <= TRUE:
            return self.negated(first) if second == TRUE else first
        if first == second:
            return FALSE
        key = first << SHIFT | second if first < second else second << SHIFT | first
        found = self._xor.get(key)
        if found is None:
            mine, low, high = self._nodes[first]
            other, low2, high2 = self._nodes[second]
            if mine == other:
                found = self.node(mine, self.apart(low, low2), self.apart(high, high2))
            elif mine < other:
                found = self.node(mine, self.apart(low, second), self.apart(high, second))
            else:
                found = self.node(other, self.apart(first, low2), self.apart(first, high2))
            self._xor[key] = found
        return found

    def at_least(self, least: int, functions: Sequence[int]) -> int:
        """True where `least` of them are."""
        reached = [TRUE] + [FALSE] * max(0, least)
        for one in functions:
            for count in range(least, 0, -1):
                reached[count] = self.either(reached[count], self.both(reached[count - 1], one))
        return reached[max(0, least)]

    def probability(self, function: int, likely: Sequence[float]) -> float:
        """How likely a function is true, where its variables are independent with these probabilities."""
        known: dict[int, float] = {FALSE: 0.0, TRUE: 1.0}

        def of(node: int) -> float:
            if node not in known:
                variable, low, high = self._nodes[node]
                share = likely[variable]
                known[node] = share * of(high) + (1 - share) * of(low)
            return known[node]

        return of(function)
