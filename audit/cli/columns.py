"""A text becomes the same text in columns of a terminal, on which a Korean letter is two wide."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Final
from unicodedata import combining, east_asian_width

_LEAST: Final = 30
_WIDE: Final = "WF"
_WORD: Final = re.compile(r" *[^ ]+")


def cells(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(sign) in _WIDE else 0 if combining(sign) else 1 for sign in text)


def across(most: int) -> int:
    """The columns of the terminal, at most so many; where there is no terminal, so many."""
    return max(_LEAST, min(most, shutil.get_terminal_size((most, 24)).columns))


def padded(text: str, width: int) -> str:
    """A text with blanks after it up to a width."""
    return text + " " * (width - cells(text))


def folded(text: str, width: int, *, first: str = "", rest: str = "") -> Iterator[str]:
    """The lines of a text that are at most so wide: `first` begins the first one, `rest` every other one."""
    head, line = first, ""
    for word in _WORD.findall(text):
        if line and cells(head + line + word) > width:
            yield head + line
            head, line = rest, ""
        line += word if line else word.lstrip()
        while cells(head + line) > width and len(line) > 1:
            end = next(end for end in range(len(line), 0, -1) if end == 1 or cells(head + line[:end]) <= width)
            yield head + line[:end]
            head, line = rest, line[end:]
    if line or head == first:
        yield (head + line).rstrip()
