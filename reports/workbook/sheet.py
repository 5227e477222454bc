"""The names of columns to how one sheet of a workbook is laid out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Cell = str | int | float
NARROW: Final = 10
MIDDLE: Final = 24
WIDE: Final = 48


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: what stands at its head with the width of each column, then its rows, one at a time."""

    name: str
    columns: tuple[tuple[str, float], ...]
    rows: Iterable[tuple[Cell, ...]]
    frozen: int = 0
    """So many columns stay where they are."""
    verdict: int = -1
    """The column that holds a verdict, which is coloured by the word beside it."""
    words: tuple[tuple[str, str], ...] = ()
    """What a verdict is called here, with its name."""
    filtered: bool = True

    def look(self, column: int, row: tuple[Cell, ...]) -> str:
        """How a cell looks."""
        return dict(self.words).get(str(row[column]), "text") if column == self.verdict else "text"


def columns(*named: tuple[str, int]) -> tuple[tuple[str, float], ...]:
    """Each column at least so wide that its head stands in it; a Korean syllable takes two places."""
    return tuple((name, max(width, _width(name) + 3)) for name, width in named)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
