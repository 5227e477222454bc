"""The files of a copy with their sizes to the part of them whose turn it is in a drill that restores a share."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MOST_NAMES: Final = 1000
"""Names that one command line takes; folders stand for their files where more would be needed."""
_LONGEST: Final = 500_000


@dataclass(frozen=True, slots=True)
class Sample:
    """What one drill restores."""

    names: tuple[str, ...]
    """Files, or folders with all that is below them; none below another. Empty for everything."""
    files: Mapping[str, int]
    """Each file among them with its size."""
    share: float
    """Of all bytes, more than 0."""

    @property
    def bytes(self) -> int:
        return sum(self.files.values())


def sampled(
    sizes: Mapping[str, int], share: float, turn: int, *, always: Callable[[str], bool] = lambda name: False
) -> Sample:
    """The files whose turn it is, with those that come `always`: in `ceil(1 / share)` turns each comes once.

    Which turn a file has depends on its name alone, so that files that come and go move no other.
    """
    slots = math.ceil(1 / share - 1e-9)
    if slots <= 1 or not sizes:
        return Sample((), dict(sizes), 1.0)
    kept = {name for name in sizes if always(name)}
    deepest = max(name.count("/") for name in sizes)
    for depth in range(deepest + 1, 0, -1):
        units = _units(sizes, depth)
        chosen = turn_of(units, slots, turn)
        names = tuple(sorted({*chosen, *(name for name in kept if _unit(name, depth) not in chosen)}))
        if len(names) <= MOST_NAMES and sum(len(os.fsencode(name)) + 32 for name in names) <= _LONGEST:
            break
    else:
        return Sample((), dict(sizes), 1.0)
    files = {name: size for name, size in sizes.items() if name in kept or _unit(name, depth) in chosen}
    whole = sum(sizes.values())
    # Where all files are empty their number tells the share.
    part = sum(files.values()) / whole if whole else len(files) / len(sizes)
    return Sample(names, files, min(1.0, max(part, 1e-9)))


def slot(name: str, slots: int) -> int:
    """The turn that a name has, the same on every machine."""
    digest = hashlib.sha256(os.fsencode(name)).digest()
    return int.from_bytes(digest[:8], "big") % slots


def _unit(name: str, depth: int) -> str:
    """A file, or the folder at a depth below which it lies."""
    return "/".join(name.split("/")[:depth])


def _units(sizes: Iterable[str], depth: int) -> frozenset[str]:
    return frozenset(_unit(name, depth) for name in sizes)


def turn_of(units: Iterable[str], slots: int, turn: int) -> frozenset[str]:
    """The units of this turn; where it has none, of the next one that has some."""
    having: dict[int, set[str]] = {}
    for unit in units:
        having.setdefault(slot(unit, slots), set()).add(unit)
    first = next(number % slots for number in range(turn, turn + slots) if number % slots in having)
    return frozenset(having[first])


def dealt(units: Sequence[int], share: float, turn: int) -> tuple[int, ...]:
    """The units of this turn where there are few, dealt out in their order: in `ceil(1 / share)` turns each comes once.

    By their names alone, all of a few could have the same turn. Units that come later stand behind the others.
    """
    slots = max(1, min(math.ceil(1 / share - 1e-9), len(units)))
    return tuple(units[turn % slots :: slots])
