"""Gates over basic events to a fault tree that was checked, in an order from the events up to the top."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["and", "or", "atleast", "xor", "not", "constant"]
NEGATING: Final[frozenset[Kind]] = frozenset(("xor", "not"))


class BadTree(ValueError):
    """A tree that means nothing: no top, a gate that is not there, a gate above itself."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate. It is up as its kind says of its arguments, each the name of an event or of another gate."""

    kind: Kind
    of: tuple[str, ...]
    least: int = 0
    """Of `atleast`: how many arguments; of `constant`: 1 for true, 0 for false."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A top with everything below it."""

    top: str
    gates: Mapping[str, Gate]
    likely: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """The probability of each basic event that has one."""

    @property
    def coherent(self) -> bool:
        """Whether more failures never mend anything: no gate below the top negates."""
        return not any(self.gates[name].kind in NEGATING for name in self.upward())

    def upward(self) -> tuple[str, ...]:
        """The gates below the top with the top itself, each after all gates that it names. BadTree on a circle."""
        done: dict[str, None] = {}
        open_: set[str] = set()
        stack = [(self.top, iter(self._gates_of(self.top)))]
        open_.add(self.top)
        while stack:
            name, rest = stack[-1]
            inner = next(rest, None)
            if inner is None:
                stack.pop()
                open_.discard(name)
                done[name] = None
            elif inner in open_:
                raise BadTree(f"the gate {inner!r} stands above itself")
            elif inner not in done:
                open_.add(inner)
                stack.append((inner, iter(self._gates_of(inner))))
        return tuple(done)

    def _gates_of(self, name: str) -> Iterator[str]:
        return (one for one in self.gates[name].of if one in self.gates)

    def events(self, key: Callable[[str], int] | None = None) -> tuple[str, ...]:
        """The basic events below the top, in the order in which a walk down meets them.

        Of the arguments of a gate those with the smallest `key` come first; without one, events before gates. What
        stands close together in the tree stands close together in it, which keeps diagrams small.
        """
        first = key if key is not None else lambda one: one in self.gates
        found: dict[str, None] = {}
        seen = {self.top}
        stack = [self.top]
        while stack:
            name = stack.pop()
            gate = self.gates.get(name)
            if gate is None:
                found.setdefault(name)
                continue
            inner = sorted(dict.fromkeys(gate.of), key=first)
            for one in reversed(inner):
                if one not in seen or one not in self.gates:
                    seen.add(one)
                    stack.append(one)
        return tuple(found)
