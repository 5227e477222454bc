"""The English help of a command becomes the same help in another language, in columns of a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import click

from audit.cli.columns import cells, folded, padded

EXAMPLES: Final = ("Example:", "Examples:")
NAMED_BY_CLICK: Final = ("[OPTIONS]", "COMMAND [ARGS]...", "INTEGER RANGE", "FLOAT RANGE")
"""What click calls the words of a command line; the names that we give stand in the texts too, so they stay."""
_ROW: Final = re.compile(r"( *\S+ {2,})?(.+)")
_RAW: Final = "\b"
_COMMAND: Final = "haechi "


class Retold(click.HelpFormatter):
    """Help that is told again, sentence by sentence: `retell` gets each English one, without its line breaks."""

    def __init__(self, retell: Callable[[str], str], *, width: int | None = None, max_width: int | None = None) -> None:
        super().__init__(width=width, max_width=max_width)
        self._retell = retell

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        head = f"{self._retell((prefix or 'Usage:').strip())} {prog} "
        self._write(folded(self._named(args), self.width, first=head, rest=" " * cells(head)))

    def write_heading(self, heading: str) -> None:
        self._write([f"{self._blank()}{self._retell(heading)}:"])

    def write_text(self, text: str) -> None:
        blank = self._blank()
        for number, paragraph in enumerate(filter(None, text.strip("\n").split("\n\n"))):
            self._write([""] if number else [])
            lines = paragraph.strip("\n").splitlines()
            if lines[0].strip() == _RAW:
                self._write(blank + line for line in self._rows(lines[1:]))
            else:
                sentence = " ".join(line.strip() for line in lines)
                self._write(folded(self._retell(sentence), self.width, first=blank, rest=blank))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        named = [(self._named(term), self._described(text)) for term, text in rows]
        column = min(max((cells(term) for term, _ in named), default=0), col_max) + col_spacing
        blank = self._blank() + " " * column
        for term, text in named:
            head = self._blank() + padded(term, column)
            if cells(term) > column - col_spacing:
                self._write([self._blank() + term])
                head = blank
            self._write(folded(text, self.width, first=head, rest=blank))

    def _write(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line + "\n")

    def _blank(self) -> str:
        return " " * self.current_indent

    def _named(self, words: str) -> str:
        for name in NAMED_BY_CLICK:
            if name in words:
                words = words.replace(name, self._retell(name))
        return words

    def _rows(self, lines: list[str]) -> Iterator[str]:
        """What keeps its lines: a table, or examples, of which only the head is a text."""
        for number, line in enumerate(lines):
            found = _ROW.fullmatch(line)
            if found is None or found[2].startswith(_COMMAND) or (number and lines[0] in EXAMPLES):
                yield line
            else:
                yield (found[1] or "") + self._retell(found[2])

    def _described(self, text: str) -> str:
        """What an option is for, with what click adds in brackets."""
        says, opened, more = text.rpartition("  [")
        if not opened or not text.endswith("]"):
            return self._retell(text) if text else ""
        return f"{self._retell(says)}  [{'; '.join(map(self._added, more[:-1].split('; ')))}]"

    def _added(self, item: str) -> str:
        name, colon, value = item.partition(": ")
        if colon and value.startswith("("):
            value = f"({self._retell(value[1:-1])})"
        return self._retell(name) + colon + value if name in ("default", "required") else item
