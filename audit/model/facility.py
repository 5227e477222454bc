"""The buildings: sites with their rooms, batteries, feeds, power protection."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from audit.model.address import Network
from audit.model.equipment import Amount, Carrier, Cooling, Equipment, Generator, Inspection, SelfInspection, Substation
from audit.model.item import Id, Item, NameText, PowerRef, RoomRef, SupplierRef, Text
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
    feeds: tuple[PowerRef, ...] = ()
    """The power feeds that reach every rack in it, of those in `power:` of the site: two where racks have A and B."""
    overheats: Duration | None = None
    """From the loss of all cooling until machines switch themselves off."""
    sealed: Flag | None = None
    """Whether every opening in its walls, such as that of a cable, is closed against fire and smoke."""
    below_ground: Flag | None = None
    barrier: Flag | None = None
    """Whether something keeps rising water out of it."""
    leak_sensors: Flag | None = None
    cctv: Flag | None = None
    """Whether somebody sees it at every hour."""
    fire_inspection: Inspection | None = None
    """The last one by the fire authority."""
    rebuild: Duration | None = None
    """How long it takes until machines can stand in it again after it burnt, or in another one instead."""
    restart: Duration | None = None
    """From power and cooling being back until machines may be switched on."""


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
    vendor: Text | None = None
    model: Text | None = None
    maintained_by: SupplierRef | None = None
    chemistry: Text | None = None
    installed: Day | None = None
    life: Duration | None = None
    spacing: Length | None = None
    """Distance from the batteries to the nearest rack, metres."""
    energy: Amount | None = None
    """Kilowatt-hours of the whole string."""
    group_energy: Amount | None = None
    """Kilowatt-hours of the largest group that stands apart from the next one."""
    group_spacing: Length | None = None
    """Distance between those groups, metres."""
    charge: Annotated[float, Field(ge=0, le=100)] | None = None
    """To how many per cent it is charged at most."""
    ordered: Day | None = None
    """When the next one was ordered."""
    advice: tuple[Advice, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    """A normal one closes no advice."""


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
    rebuild: Duration | None = None
    """How long it takes to find and fit another place after the whole site is lost."""
    rooms: tuple[Room, ...] = ()
    batteries: tuple[Battery, ...] = ()
    networks: tuple[Network, ...] = ()
    """Addresses that are only here: what has one of them stands in this site."""
    power_protection: PowerProtections
    monitoring: Monitors
    substations: tuple[Substation, ...] = ()
    generators: tuple[Generator, ...] = ()
    cooling: tuple[Cooling, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    self_inspection: SelfInspection | None = None

    @property
    def machines(self) -> tuple[Equipment | Generator | Cooling | Carrier, ...]:
        """What has a reference of its own beside the devices that are asked."""
        return (*self.generators, *self.cooling, *self.carriers, *self.equipment)
