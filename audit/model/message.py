"""A sentence for people as a template plus values, translated only where it is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})
NO_PARTS: Mapping[str, Message] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Message:
    """An English template with `{name}` placeholders plus the values for them.

    The template is the key of the translation catalogue. The values come from inventories or from servers: they are
    hostile text, are only ever substituted, never interpreted, and are cleaned by the medium that prints them.
    """

    template: str
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    parts: Mapping[str, Message] = field(default_factory=lambda: NO_PARTS)
    """The values that are messages themselves; `values` holds their English."""

    def english(self) -> str:
        """The sentence in English."""
        return fill(self.template, self.values)

    def filled(self, **values: str) -> Message:
        """The same sentence about other values."""
        return Message(self.template, MappingProxyType(values))

    def __str__(self) -> str:
        return self.english()

    def __hash__(self) -> int:
        return hash((self.template, tuple(sorted(self.values.items()))))


def say(template: str, **values: object) -> Message:
    """A message; `template` must be a literal, because the translation catalogue is extracted from these calls."""
    if not values:
        return Message(template, NOTHING, NO_PARTS)
    parts = {name: value for name, value in values.items() if isinstance(value, Message)}
    texts = MappingProxyType({name: str(value) for name, value in values.items()})
    return Message(template, texts, MappingProxyType(parts) if parts else NO_PARTS)


def fill(template: str, values: Mapping[str, str]) -> str:
    """`template` with each `{name}` replaced once; braces inside the values stay as they are."""
    parts: list[str] = []
    rest = template
    while rest:
        before, brace, after = rest.partition("{")
        parts.append(before)
        if not brace:
            break
        name, closing, rest = after.partition("}")
        parts.append(values.get(name, "{" + name + "}") if closing else "{" + name)
    return "".join(parts)
