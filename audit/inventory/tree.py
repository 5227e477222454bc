"""YAML mappings and lists to plain containers that remember where each of their parts is written."""

from __future__ import annotations

import re
from typing import Any, Final

from audit.model.clean import line
from audit.model.place import Place

Spot = tuple[int, int]
"""Line and column, both from 1."""

_USER_INFO: Final = re.compile(r"://[^/?#\s'\"]*@")
_PAIR: Final = re.compile(r"(?i)\b(pass(?:word|wd|phrase)?|pwd|secret|token|api-?key)\s*=\s*[^\s'\"]+")
LONGEST_SHOWN: Final = 60


class Branch(dict[str, Any]):
    """A mapping; `@` holds its Place, whose keys are the spots of the values."""

    __slots__ = ("spots",)
    spots: dict[str, Spot]
    """Where each key itself stands."""


class Row(list[Any]):
    """A list."""

    __slots__ = ("spots",)
    spots: list[Spot]
    """Where each element stands."""


def place_of(node: Branch) -> Place:
    """Where a mapping stands."""
    place: Place = node["@"]
    return place


def elements(node: object, key: str) -> list[tuple[Any, Spot]]:
    """The elements of the list under a key, each with its spot; nothing where no list is written there."""
    row = node.get(key) if isinstance(node, Branch) else None
    return list(zip(row, row.spots, strict=True)) if isinstance(row, Row) else []


def branches(node: object, key: str) -> list[Branch]:
    """The mappings in the list under a key."""
    row = node.get(key) if isinstance(node, Branch) else None
    return [one for one in row if isinstance(one, Branch)] if isinstance(row, Row) else []


def shown(text: str, most: int = LONGEST_SHOWN) -> str:
    """Text from a file as a message may show it: nothing invisible, no password of a URL or of a
    connection string, not too long."""
    # Cut first: cleaning a text of megabytes only to throw it away takes time that a hostile file would use.
    head = _PAIR.sub(r"\1=***", _USER_INFO.sub("://***@", line(text[: most * 4])))
    return head if len(head) <= most and len(text) <= most * 4 else head[: most - 3] + "..."


def quoted(text: str) -> str:
    """Text from a file in quotes."""
    return f"'{shown(text)}'"
