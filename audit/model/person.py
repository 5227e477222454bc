"""A mapping of an inventory to somebody who answers for something."""

from __future__ import annotations

from audit.model.item import Item, Text


class Person(Item):
    """Somebody who answers for something."""

    name: Text
    role: Text | None = None
    email: Text | None = None
    phone: Text | None = None
