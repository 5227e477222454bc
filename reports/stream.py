"""Values with rows that come one by one among them to the pieces of one JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from reports.json import dumped

_PIECE: Final = 65_536
_END: Final = object()


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of which only one row at a time is in memory."""

    of: Iterable[Any]
    always: bool = False
    """It stands there as an empty list where nothing comes; else its key is left out."""


def document(value: Any) -> Iterator[bytes]:
    """One JSON document, a row of each `Rows` on a line of its own."""
    held: list[str] = []
    size = 0
    for text in _texts(value):
        held.append(text)
        size += len(text)
        if size > _PIECE:
            yield "".join(held).encode()
            held.clear()
            size = 0
    held.append("\n")
    yield "".join(held).encode()


def lines(rows: Iterable[Any]) -> Iterator[bytes]:
    """One JSON document a line."""
    held: list[str] = []
    size = 0
    for row in rows:
        held.append(dumped(row) + "\n")
        size += len(held[-1])
        if size > _PIECE:
            yield "".join(held).encode()
            held.clear()
            size = 0
    yield "".join(held).encode()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        lead = "{"
        for key, inside in value.items():
            if isinstance(inside, Rows):
                rows = iter(inside.of)
                first = next(rows, _END)
                if first is _END and not inside.always:
                    continue
                yield f"{lead}{dumped(key)}: ["
                if first is not _END:
                    yield "\n" + dumped(first)
                for row in rows:
                    yield ",\n" + dumped(row)
                yield "]"
            else:
                yield f"{lead}{dumped(key)}: "
                yield from _texts(inside)
            lead = ", "
        yield "{}" if lead == "{" else "}"
    elif isinstance(value, list | tuple):
        lead = "["
        for inside in value:
            yield lead
            yield from _texts(inside)
            lead = ", "
        yield "[]" if lead == "[" else "]"
    else:
        yield dumped(value)
