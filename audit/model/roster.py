"""Mappings of an inventory to who can do what when it is needed: roles with their people and their duty."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from audit.model.item import Id, Item, NameText, SupplierRef, Text
from audit.model.person import Person


class Duty(Item):
    """Who is there for a role in one season of the calendar."""

    season: Text
    """The id of the season."""
    people: tuple[Text, ...] = ()
    """Names of people of the role."""
    supplier: SupplierRef | None = None
    """The vendor that stands by as well."""


class Role(Item):
    """What has to be done by somebody who knows how, such as opening the vault; what needs it names it."""

    id: Id
    name: NameText | None = None
    people: tuple[Person, ...] = ()
    """Everybody who can do it."""
    needed: Annotated[int, Field(ge=1)] = 1
    """How many of them it takes at once."""
    duty: tuple[Duty, ...] = ()
