"""A translation catalogue (.po) becomes each text of the program with its translation."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType


def translations(catalogue: bytes) -> Mapping[str, str]:
    """Every entry with a translation that is not doubtful."""
    from babel.messages.pofile import read_po  # a tenth of a second that English output does not pay

    return MappingProxyType(
        {
            entry.id: entry.string
            for entry in read_po(BytesIO(catalogue))
            if entry.id and entry.string and not entry.fuzzy
            if isinstance(entry.id, str) and isinstance(entry.string, str)
        }
    )
