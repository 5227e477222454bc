"""The buildings: sites with their rooms, batteries, feeds, power protection."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from audit.model.address import Network
from audit.model.item import Id, Item, NameText, RoomRef, SupplierRef, Text
from audit.model.technology import Monitors, PowerProtections
from audit.model.units import Day, Duration, Flag, Length


class Location(Item):
    """WGS 84, degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class Room(Item):
    """A room of a site; what shares its fire compartment burns with it."""

    id: Id
    name: NameText | None = None
    floor: Text | None = None
    kind: Literal["it", "battery", "ups", "power", "network", "cooling", "vault", "office", "other"] = "it"
    compartment: Id | None = None
    fire_rating: Duration | None = None
    suppression: (
        Literal["clean-agent", "halogen", "inert-gas", "water-mist", "sprinkler", "dry-chemical", "none"] | None
    ) = None
    exhaust: Flag | None = None


class Advice(Item):
    """What a vendor or an inspector advised about a battery; open until `closed`."""

    says: Text
    opened: Day
    closed: Day | None = None
    by: Text | None = None


class Battery(Item):
    """One battery string of a site."""

    id: Id
    room: RoomRef
    chemistry: Text | None = None
    installed: Day | None = None
    life: Duration | None = None
    spacing: Length | None = None
    """Distance from the batteries to the nearest rack, metres."""
    advice: tuple[Advice, ...] = ()


class Site(Item):
    """A building or region that can be lost as a whole."""

    id: Id
    name: NameText | None = None
    kind: Literal["data-centre", "office", "cloud-region", "vault"] = "data-centre"
    region: Text | None = None
    """Of which it is a part, such as a province or the region of a cloud."""
    location: Location | None = None
    operator: SupplierRef | None = None
    power: tuple[Id, ...] = ()
    """Names of the feeds; two sites that name the same feed share it."""
    capacity: Annotated[float, Field(ge=0)] | None = None
    rooms: tuple[Room, ...] = ()
    batteries: tuple[Battery, ...] = ()
    networks: tuple[Network, ...] = ()
    """Addresses that are only here: what has one of them stands in this site."""
    power_protection: PowerProtections
    monitoring: Monitors
