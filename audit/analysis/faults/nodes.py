"""Decision nodes to their numbers, of which equal nodes have one, as far as they fit."""

from __future__ import annotations

from typing import Final

LAST: Final = 1 << 60
"""The variable of both ends, below all others."""
SHIFT: Final = 32
"""Two numbers make one key of a table; no diagram comes near 2**32 nodes."""


class TooLarge(MemoryError):
    """More nodes than were allowed: the answer would not fit into memory or patience."""


class Nodes:
    """Nodes of a variable with two numbers of nodes below it; 0 and 1 are the ends. TooLarge beyond `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._nodes: list[tuple[int, int, int]] = [(LAST, 0, 0), (LAST, 0, 0)]
        """Variable, what is left where it is not, where it is."""
        self._unique: dict[tuple[int, int, int], int] = {}

    def __len__(self) -> int:
        return len(self._nodes)

    def numbered(self, node: tuple[int, int, int]) -> int:
        """The number of a node, a new one where it was not known."""
        found = self._unique.get(node)
        if found is None:
            found = len(self._nodes)
            if found >= self._most:
                raise TooLarge(f"more than {self._most} nodes")
            self._nodes.append(node)
            self._unique[node] = found
        return found

    def parts(self, number: int) -> tuple[int, int, int]:
        """The variable of a node, then the numbers below it: where that is not, where it is."""
        return self._nodes[number]
