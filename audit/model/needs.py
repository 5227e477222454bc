"""What must be up for something to be up: references in groups of all, any, k of n, a weighted sum, with a grace."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from audit.model.item import Item, NodeRef
from audit.model.message import say
from audit.model.unfit import Unexpected
from audit.model.units import Duration, parse_money


class All(Item):
    """Every member must be up."""

    all: Annotated[tuple[Need, ...], Field(min_length=1)]


class AnyOf(Item):
    """One member must be up."""

    any: Annotated[tuple[Need, ...], Field(min_length=1)]


class KOf(Item):
    """`k` of the members must be up."""

    k: Annotated[int, Field(ge=1)]
    of: Annotated[tuple[Need, ...], Field(min_length=1)]


def parse_least(value: object) -> float:
    """A number, or an amount of money whose currency is that of the contributions."""
    text = str(value)
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if 0 <= number < 1e30:
        return number
    try:
        return float(parse_money(text).amount)
    except ValueError as broken:
        raise Unexpected(say("a number or an amount such as 2e9 KRW"), repr(text)) from broken


class SumOf(Item):
    """The `capacity` or the `contribution` of the members that are up must reach `at-least`."""

    sum: Literal["capacity", "contribution"]
    at_least: Annotated[float, BeforeValidator(parse_least), WithJsonSchema({"type": ["number", "string"]})]
    of: Annotated[tuple[NodeRef, ...], Field(min_length=1)]


class Grace(Item):
    """The loss of this is borne for a while, as long as a battery, a tank or a cache lasts."""

    on: Need
    grace: Duration


class Cooled(Grace):
    """A room bears the loss of its cooling until it overheats; what starts there does not wait for the cold."""


def _shape(value: object) -> str:
    if isinstance(value, str):
        return "ref"
    keys: set[str] = set(value) if isinstance(value, dict) else set(type(value).__name__.split())
    for key, tag in (
        ("any", "any"),
        ("all", "all"),
        ("k", "k"),
        ("sum", "sum"),
        ("grace", "grace"),
        ("on", "grace"),
        ("AnyOf", "any"),
        ("All", "all"),
        ("KOf", "k"),
        ("SumOf", "sum"),
        ("Grace", "grace"),
    ):
        if key in keys:
            return tag
    return "ref"


Need = Annotated[
    Annotated[NodeRef, Tag("ref")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[All, Tag("all")]
    | Annotated[KOf, Tag("k")]
    | Annotated[SumOf, Tag("sum")]
    | Annotated[Grace, Tag("grace")],
    Discriminator(_shape),
]


class Degraded(Item):
    """What goes on without something, but not as fast."""

    on: Need
    to: Annotated[float, Field(ge=0, le=1)]
    """The share of the usual capacity that is left."""


for _group in (All, AnyOf, KOf, Grace, Degraded):
    _group.model_rebuild()


def parts(group: All | AnyOf | KOf | Grace) -> tuple[Need, ...]:
    """What stands directly in a group."""
    if isinstance(group, Grace):
        return (group.on,)
    return group.all if isinstance(group, All) else group.any if isinstance(group, AnyOf) else group.of


def members(need: Need) -> tuple[str, ...]:
    """Every full reference that a need names, at any depth."""
    if isinstance(need, str):
        return (need,)
    if isinstance(need, SumOf):
        return need.of
    return tuple(ref for one in parts(need) for ref in members(one))
