"""What stands in the rooms of a site, drives it, cools it, connects it: the machines with their dates and owners."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from audit.model.item import Id, Item, NameText, PowerRef, RoomRef, SupplierRef, Text
from audit.model.person import Person
from audit.model.units import Day, Duration

Amount = Annotated[float, Field(ge=0, lt=1e12)]


class Equipment(Item):
    """One machine or group of machines; a system that stops without it names it under `needs:`."""

    id: Id
    name: NameText | None = None
    kind: Literal["server", "storage", "network", "security", "power", "cooling", "other"] = "other"
    room: RoomRef | None = None
    vendor: Text | None = None
    model: Text | None = None
    maintained_by: SupplierRef | None = None
    lead_time: Duration | None = None
    """How long it takes to get another one."""
    installed: Day | None = None
    life: Duration | None = None
    """Recommended by its maker."""
    support_ends: Day | None = None
    """The last day on which its maker mends it."""
    owner: Person | None = None
    budget: Text | None = None
    """The line of the budget out of which it is replaced."""
    replace_by: Day | None = None
    """The day until which it is to be replaced, as planned."""
    capacity: Amount | None = None


class Generator(Item):
    """An engine that gives power when the mains are gone."""

    id: Id
    name: NameText | None = None
    room: RoomRef | None = None
    vendor: Text | None = None
    model: Text | None = None
    maintained_by: SupplierRef | None = None
    lead_time: Duration | None = None
    """How long it takes to get another one."""
    power: Amount | None = None
    """Kilowatts that it gives for as long as its fuel lasts."""
    load: Amount | None = None
    """Kilowatts that it has to carry; those of all generators of a site add up."""
    autonomy: Duration | None = None
    """For how long the fuel on site lasts at that load."""
    starts: Duration | None = None
    """From the loss of the mains until it carries the load."""
    tested: Day | None = None
    """The last test under load."""


class Cooling(Item):
    """One unit that cools rooms."""

    id: Id
    name: NameText | None = None
    room: RoomRef | None = None
    vendor: Text | None = None
    model: Text | None = None
    maintained_by: SupplierRef | None = None
    lead_time: Duration | None = None
    """How long it takes to get another one."""
    serves: tuple[RoomRef, ...] = ()
    """The rooms that it cools."""
    feed: PowerRef | None = None
    """The power feed that drives it, one of those in `power:` of its site."""
    tested: Day | None = None
    """When its loss was last tried out."""


class Carrier(Item):
    """One line to the outside."""

    id: Id
    supplier: SupplierRef | None = None
    """Who runs it."""
    entry: Text | None = None
    """Where its cable comes into the building."""


class Substation(Item):
    """From which substation a power feed comes."""

    feed: PowerRef
    name: Text


class SelfInspection(Item):
    """The site held against the government's list of facility standards by those who run it."""

    on: Day
    level: Literal["high", "mid", "low"] | None = None
    """The level that was reached."""
    open: Annotated[int, Field(ge=0)] | None = None
    """How many points are still open."""
    number: Text | None = None
    """Under which it is registered."""


class Inspection(Item):
    """Somebody looked at a room or a battery."""

    on: Day
    by: Text | None = None
    result: Literal["normal", "faults", "refused"]
    """`refused` where the inspector was not let in."""
