"""The name of a kind becomes the lines of the shipped inventory that show it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

WAYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "endpoints": ("institutions", "systems", "endpoints"),
        "copies": ("institutions", "systems", "data", "copies"),
        "failover": ("institutions", "systems", "failover"),
        "power-protection": ("sites", "power-protection"),
        "monitoring": ("sites", "monitoring"),
        "lists": ("estate", "lists"),
    }
)
"""Each list of kinds to the keys under which it stands in an inventory."""


def example(role: str, kind: str) -> str:
    """The lines of one thing of the kind, from the left margin; empty where none is shipped, as of a plugin's."""
    import yaml

    text = files("inventories").joinpath("kinds.yaml").read_text("utf-8")
    lines = text.splitlines()
    for node in _below(yaml.compose(text, Loader=yaml.CSafeLoader), WAYS[role]):
        if any(key.value == "kind" and value.value == kind for key, value in node.value):
            first, last = node.start_mark.line, node.end_mark.line
            shown = textwrap.dedent("\n".join([lines[first].replace("- ", "  ", 1), *lines[first + 1 : last]]))
            return "- " + textwrap.indent(shown, "  ").strip()
    return ""


def _below(node: Any, way: tuple[str, ...]) -> Iterator[Any]:
    """The mappings to which the keys lead, through every list on the way."""
    if node.id == "sequence":
        for one in node.value:
            yield from _below(one, way)
    elif not way:
        yield node
    else:
        for key, value in node.value:
            if key.value == way[0]:
                yield from _below(value, way[1:])
