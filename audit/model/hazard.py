"""A mapping of an inventory to an event that hits several things at once, such as a fire or a maker's fault."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from audit.model.item import Id, Item, NameText, NodeRef, SupplierRef, Text
from audit.model.units import Day, Duration

Mode = Literal["destroy", "outage", "withdraw"]
"""What is hit has to be built anew; stops for a while but is whole; leaves for good, as a contributor does."""


class Match(Item):
    """Everything that shares what is written here: all that is written has to fit."""

    vendor: Text | None = None
    model: Text | None = None
    kind: Literal["equipment", "battery", "generator", "cooling"] | None = None
    installed_before: Day | None = None
    maintained_by: SupplierRef | None = None


class Hazard(Item):
    """An event with what it hits; fires, sites, feeds, suppliers, makers are known without being written."""

    id: Id
    name: NameText | None = None
    hits: tuple[NodeRef, ...] = ()
    match: Match | None = None
    mode: Mode = "destroy"
    lasts: Duration | None = None
    """How long an outage lasts."""
    a_year: Annotated[float, Field(ge=0, le=1000)] | None = None
    """How often it is expected in a year."""
    source: Text | None = None
    """Where that figure comes from."""
