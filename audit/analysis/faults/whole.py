"""A fault tree to all of it at once: its exact probability, the number of all its minimal cut sets."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from audit.analysis.faults.diagram import FALSE, TRUE, Diagram
from audit.analysis.faults.modules import apart, modules
from audit.analysis.faults.nodes import SHIFT, Nodes, TooLarge
from audit.analysis.faults.tree import Gate, Tree

SMALLEST: Final = 20_000
"""Nodes with which every order is tried before one may take more."""
ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One module solved: events and modules inside it are its variables."""

    diagram: Diagram
    root: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """A tree solved, module by module, the innermost first."""

    tree: Tree
    parts: Mapping[str, Part]

    def probability(self, likely: Mapping[str, float]) -> float:
        """That of the top, its events independent."""
        known = dict(likely)
        for name, part in self.parts.items():
            known[name] = part.diagram.probability(part.root, [known[one] for one in part.names])
        return known[self.tree.top]

    def count(self, most: int) -> int:
        """How many minimal cut sets there are of any size; of a tree that negates it means nothing. TooLarge."""
        known: dict[str, int] = {}
        for name, part in self.parts.items():
            known[name] = _Minimal(part.diagram, most).count(part.root, [known.get(one, 1) for one in part.names])
        return known[self.tree.top]


def whole(tree: Tree, most: int, effort: int) -> Whole:
    """The diagrams of a tree. TooLarge where one has more than `most` nodes in every order that is tried.

    `effort` bounds the nodes of all that is tried together: some 400,000 take a second.
    """
    plain = apart(tree)
    parts: dict[str, Part] = {}
    for name in modules(plain):
        parts[name], effort = _solved(Tree(name, _inside(plain, name, parts)), most, effort)
    return Whole(plain, parts)


def _inside(tree: Tree, top: str, others: Container[str]) -> dict[str, Gate]:
    """The gates of one module, less those of the modules in it, which are events to it."""
    found: dict[str, Gate] = {}
    stack = [top]
    while stack:
        name = stack.pop()
        if name in tree.gates and name not in found and (name == top or name not in others):
            found[name] = tree.gates[name]
            stack.extend(found[name].of)
    return found


def _solved(tree: Tree, most: int, effort: int) -> tuple[Part, int]:
    """The diagram of one module, with what is left of the effort."""
    orders = list(_orders(tree))
    allowed = min(SMALLEST, most)
    while True:
        for names in orders:
            try:
                part = _built(tree, names, min(allowed, effort))
            except TooLarge:
                effort -= allowed
                if effort <= 0:
                    raise
                continue
            return part, effort - len(part.diagram)
        if allowed >= most:
            raise TooLarge(f"more than {most} nodes")
        allowed = min(most, allowed * 5)


def _built(tree: Tree, names: Sequence[str], most: int) -> Part:
    diagram = Diagram(most)
    known = {name: diagram.variable(number) for number, name in enumerate(names)}
    for name in tree.upward():
        gate = tree.gates[name]
        # What begins last first: then the rest is laid on top of it.
        inner = sorted((known[one] for one in gate.of), key=diagram.first, reverse=True)
        if gate.kind == "constant":
            known[name] = TRUE if gate.least else FALSE
        elif gate.kind == "not":
            known[name] = diagram.negated(inner[0])
        elif gate.kind == "atleast":
            known[name] = diagram.at_least(gate.least, inner)
        else:
            join = {"and": diagram.both, "or": diagram.either, "xor": diagram.apart}[gate.kind]
            found = inner[0]
            for one in inner[1:]:
                found = join(found, one)
            known[name] = found
    return Part(diagram, known[tree.top], tuple(names))


def _orders(tree: Tree) -> Iterator[tuple[str, ...]]:
    """Orders of the events, of which one may give a small diagram where another gives none."""
    size: dict[str, int] = {}
    named: dict[str, int] = {}
    for name in tree.upward():
        size[name] = 1 + sum(size.get(inner, 1) for inner in tree.gates[name].of)
        for one in tree.gates[name].of:
            named[one] = named.get(one, 0) + 1
    keys: tuple[Callable[[str], int], ...] = (
        lambda name: name in tree.gates,
        lambda name: name not in tree.gates,
        lambda name: size.get(name, 1),
        lambda name: -size.get(name, 1),
        lambda name: -named.get(name, 0),
        lambda name: 0,
    )
    tried: set[tuple[str, ...]] = set()
    for number, key in enumerate(keys):
        names = tree.events(key)
        if names not in tried:
            tried.add(names)
            yield names
        if not number:
            yield _drawn(tree, names)


def _drawn(tree: Tree, names: Sequence[str]) -> tuple[str, ...]:
    """Events in the order in which gates draw together what they name (FORCE: Aloul, Markov, Sakallah 2003)."""
    place = {name: float(number) for number, name in enumerate(names)}
    edges = [(name, *tree.gates[name].of) for name in tree.upward() if tree.gates[name].of]
    for name, *inner in edges:
        place[name] = sum(place.get(one, 0.0) for one in inner) / len(inner)
    for _ in range(ROUNDS):
        pulled: dict[str, list[float]] = {}
        for edge in edges:
            middle = sum(place[one] for one in edge) / len(edge)
            for one in edge:
                pulled.setdefault(one, []).append(middle)
        means = {one: sum(some) / len(some) for one, some in pulled.items()}
        place = {one: float(number) for number, one in enumerate(sorted(means, key=means.__getitem__))}
    return tuple(sorted(names, key=lambda name: place.get(name, 0.0)))


class _Minimal(Nodes):
    """The minimal solutions of coherent functions (Rauzy 1993), as functions whose true variables are the set."""

    def __init__(self, diagram: Diagram, most: int) -> None:
        super().__init__(most)
        self._diagram = diagram
        self._known: dict[int, int] = {FALSE: FALSE, TRUE: TRUE}
        self._less: dict[int, int] = {}

    def count(self, function: int, weights: Sequence[int]) -> int:
        """How many there are, where a variable stands for so many events."""
        known = {FALSE: 0, TRUE: 1}

        def of(family: int) -> int:
            if family not in known:
                variable, low, high = self._nodes[family]
                known[family] = of(low) + weights[variable] * of(high)
            return known[family]

        return of(self._minimal(function))

    def _node(self, variable: int, low: int, high: int) -> int:
        if high == FALSE:
            return low
        node = (variable, low, high)
        return self._unique.get(node) or self.numbered(node)

    def _minimal(self, function: int) -> int:
        found = self._known.get(function)
        if found is None:
            variable, low, high = self._diagram.parts(function)
            with_ = self._without(self._minimal(high), low)
            found = self._known[function] = self._node(variable, self._minimal(low), with_)
        return found

    def _without(self, family: int, function: int) -> int:
        """The sets that do not make a function true."""
        if function == FALSE or family == FALSE:
            return family
        if function == TRUE:
            return FALSE
        if family == TRUE:
            return TRUE
        mine, low, high = self._nodes[family]
        other, low2, high2 = self._diagram.parts(function)
        while other < mine:
            function = low2
            if function <= TRUE:
                return family if function == FALSE else FALSE
            other, low2, high2 = self._diagram.parts(function)
        key = family << SHIFT | function
        found = self._less.get(key)
        if found is None:
            if mine < other:
                found = self._node(mine, self._without(low, function), self._without(high, function))
            else:
                found = self._node(mine, self._without(low, low2), self._without(high, high2))
            self._less[key] = found
        return found
