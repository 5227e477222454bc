"""A fault tree to one decision diagram of all its events, and from that to its exact probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from audit.analysis.faults.families import TooLarge
from audit.analysis.faults.tree import Tree

_FALSE: Final = 0
_TRUE: Final = 1
_LAST: Final = 1 << 60


class Diagram:
    """Ordered binary decision diagrams over variables 0, 1, ...; a function is a number. TooLarge beyond `most` nodes.

    Operations recurse once for each variable: the caller sees to it that Python allows as much.
    """

    def __init__(self, most: int = 1_000_000) -> None:
        self._most = most
        self._var = [_LAST, _LAST]
        self._low = [0, 0]
        self._high = [0, 0]
        self._unique: dict[tuple[int, int, int], int] = {}
        self._and: dict[tuple[int, int], int] = {}
        self._not: dict[int, int] = {_FALSE: _TRUE, _TRUE: _FALSE}

    def __len__(self) -> int:
        return len(self._var)

    def variable(self, number: int) -> int:
        """The function that is true where one event happens."""
        return self._node(number, _FALSE, _TRUE)

    def _node(self, variable: int, low: int, high: int) -> int:
        if low == high:
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

    def negated(self, function: int) -> int:
        """True where the function is not."""
        found = self._not.get(function)
        if found is None:
            low, high = self.negated(self._low[function]), self.negated(self._high[function])
            found = self._not[function] = self._node(self._var[function], low, high)
            self._not[found] = function
        return found

    def both(self, first: int, second: int) -> int:
        """True where both are."""
        if first == second or second == _TRUE:
            return first
        if first == _TRUE:
            return second
        if first == _FALSE or second == _FALSE:
            return _FALSE
        if first > second:
            first, second = second, first
        key = (first, second)
        found = self._and.get(key)
        if found is None:
            mine, other = self._var[first], self._var[second]
            here = min(mine, other)
            low1, high1 = (self._low[first], self._high[first]) if mine == here else (first, first)
            low2, high2 = (self._low[second], self._high[second]) if other == here else (second, second)
            found = self._and[key] = self._node(here, self.both(low1, low2), self.both(high1, high2))
        return found

    def either(self, first: int, second: int) -> int:
        """True where one of them is."""
        return self.negated(self.both(self.negated(first), self.negated(second)))

    def at_least(self, least: int, functions: Sequence[int]) -> int:
        """True where `least` of them are."""
        known: dict[tuple[int, int], int] = {}

        def from_(place: int, left: int) -> int:
            if left <= 0:
                return _TRUE
            if len(functions) - place < left:
                return _FALSE
            key = (place, left)
            if key not in known:
                with_ = self.both(functions[place], from_(place + 1, left - 1))
                known[key] = self.either(with_, from_(place + 1, left))
            return known[key]

        return from_(0, least)

    def probability(self, function: int, likely: Sequence[float]) -> float:
        """How likely a function is true, where its variables are independent with these probabilities."""
        known: dict[int, float] = {_FALSE: 0.0, _TRUE: 1.0}

        def of(node: int) -> float:
            if node not in known:
                share = likely[self._var[node]]
                known[node] = share * of(self._high[node]) + (1 - share) * of(self._low[node])
            return known[node]

        return of(function)


def exact(tree: Tree, names: Sequence[str], likely: Mapping[str, float], most: int = 1_000_000) -> float:
    """The probability of the top, its events independent, in the order of `names`. TooLarge beyond `most` nodes."""
    diagram = Diagram(most)
    known = {name: diagram.variable(number) for number, name in enumerate(names)}
    for name in tree.upward():
        gate = tree.gates[name]
        inner = [known[one] for one in gate.of]
        if gate.kind == "constant":
            known[name] = gate.least
        elif gate.kind == "not":
            known[name] = diagram.negated(inner[0])
        elif gate.kind == "atleast":
            known[name] = diagram.at_least(gate.least, inner)
        else:
            found = inner[0]
            for one in inner[1:]:
                if gate.kind == "and":
                    found = diagram.both(found, one)
                elif gate.kind == "or":
                    found = diagram.either(found, one)
                else:
                    apart = diagram.both(found, diagram.negated(one))
                    found = diagram.either(apart, diagram.both(diagram.negated(found), one))
            known[name] = found
    return diagram.probability(known[tree.top], [likely[name] for name in names])
