"""Where a value stands in the inventory: the file, line, column of an item with those of its keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from audit.model.message import Message


@dataclass(frozen=True, slots=True)
class Place:
    """One spot in an inventory file; lines and columns count from 1, `file` is relative to the estate's folder.

    `ref` is the full reference of the item that stands there, or of the nearest item around it that has an id.
    """

    file: str
    line: int
    column: int
    keys: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}), repr=False, compare=False)
    ref: str = field(default="", compare=False)

    def of(self, key: str) -> Place:
        """The spot of one key's value inside this item; the item's own where the key is not written."""
        spot = self.keys.get(key)
        return Place(self.file, *spot, ref=self.ref) if spot else self

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def __deepcopy__(self, memo: dict[int, object]) -> Place:
        return self  # nothing in it can change, and the mapping of keys cannot be copied


NOWHERE = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in an inventory or policy: the spot, what is wrong, what would be right."""

    place: Place
    says: Message
    hint: Message

    def __str__(self) -> str:
        return f"{self.place}: {self.says}; {self.hint}"
