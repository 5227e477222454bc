"""A fault tree to its minimal cut sets: what has to fail together, no more."""

from __future__ import annotations

from dataclasses import dataclass

from audit.analysis.faults.families import NONE, SURE, Families
from audit.analysis.faults.tree import BadTree, Tree


@dataclass(frozen=True)
class CutSets:
    """All minimal cut sets of at most `order` events."""

    families: Families
    root: int
    names: tuple[str, ...]
    """Of the variables."""

    @property
    def orders(self) -> tuple[int, ...]:
        """How many there are of 0, 1, ... events."""
        return self.families.counts(self.root)


def cut_sets(tree: Tree, order: int, most: int = 5_000_000) -> CutSets:
    """The minimal cut sets of at most `order` events. BadTree of a tree that negates; TooLarge beyond `most` nodes."""
    if not tree.coherent:
        raise BadTree("it negates: minimal cut sets mean something only where no failure mends another")
    names = tree.events()
    families = Families(order, most)
    known = {name: families.single(number) for number, name in enumerate(names)}
    for name in tree.upward():
        gate = tree.gates[name]
        inner = tuple(known[one] for one in gate.of)
        if gate.kind == "constant":
            known[name] = SURE if gate.least else NONE
        elif gate.kind == "atleast":
            known[name] = families.at_least(gate.least, inner)
        else:
            # From small to large: what is cut off early is never multiplied.
            found = NONE if gate.kind == "or" else SURE
            for one in sorted(inner):
                found = families.either(found, one) if gate.kind == "or" else families.both(found, one)
            known[name] = found
    return CutSets(families, known[tree.top], names)
