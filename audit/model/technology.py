"""The things a probe can be pointed at: endpoints, copies, failovers, power protection, monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from audit.model.drilling import Consent
from audit.model.item import (
    BatteryRef,
    Item,
    NodeRef,
    PlaceRef,
    RoomRef,
    SupplierRef,
    SystemRef,
    Technology,
    Text,
    WhereRef,
    by_kind,
)
from audit.model.switching import SwitchRecord, Writer
from audit.model.units import Day, Duration, Flag, Size, Speed
from audit.model.watching import Counting

Mode = Literal["active-active", "hot", "warm", "cold", "backup-only"]
Media = Literal["disk", "tape", "object", "optical", "cloud"]
Purpose = Literal["service", "health", "outage-page", "administration"]
Layer = Literal["server", "storage", "network", "security", "authentication"]


@dataclass(frozen=True, slots=True)
class Service:
    """What an endpoint serves, to be held against the same service at another place."""

    name: str
    """Two endpoints of a system that bear the same one serve the same."""
    expected: str = ""
    """What is asked of a good answer, as the inventory words it; empty where any will do."""
    telling: bool = False
    """Whether that is a text which no page but the meant one holds."""
    compared: tuple[str, ...] = ()
    """Headers that have to be the same at each place, in small letters."""
    marker: tuple[str, str] | None = None
    """A header, in small letters, with the text that only this place sends."""


class Endpoint(Technology):
    """A place on the network where a system answers."""

    at: WhereRef | None = None
    """Where the answering machine stands; the system's own places where it is not written."""
    timeout: Duration = timedelta(seconds=5)
    """Deadline of one attempt, all phases together."""
    every: Duration | None = None
    """Cadence of the watch; that of the estate where it is not written."""
    counts: Counting | None = None
    """Whether an answer at some addresses alone is `up`; where it is not written, that time stands between both."""
    purpose: Purpose = "service"
    """What it is for: the service, its health report, the page that is shown when it is down, its administration."""
    via: tuple[NodeRef, ...] | None = None
    """What the way to it leans on beside its own place, such as the site of a gateway; an empty list for nothing."""

    @property
    def service(self) -> Service | None:
        """What it serves; None where no other endpoint could serve the same."""
        return None

    @property
    def direct(self) -> bool:
        """Whether the look connects to the machine itself, so that the time of a connection tells how far it is."""
        return True

    @property
    def secured(self) -> bool | None:
        """Whether it is meant to show a certificate; None where only the look can tell. One that is shown counts."""
        return None

    @property
    def steered(self) -> bool | None:
        """Whether health checks lead people elsewhere without a person, as declared; None where it is not written."""
        return None


class Copy(Technology):
    """One more copy of a data set."""

    replica: ClassVar[bool] = False
    """Follows the original at once, mistakes included, so that it cannot go back to an earlier state."""
    self_contained: ClassVar[bool] = True
    """Everything that is needed to find and read its points, but for the key, lies in the copy itself."""

    at: WhereRef
    every: Duration | None = None
    """How often a backup is made, as declared."""
    via: SystemRef | None = None
    """The system that makes the backups, without which they are not restored."""
    supplier: SupplierRef | None = None
    """Who keeps the copy, where that is not the operator of its site."""
    writer: Text | None = None
    """The credential that writes the copy, e.g. `backup@kibo-db1`."""
    deleters: tuple[Text, ...] | None = None
    """The credentials that can delete it, as declared; an empty list where nobody can."""
    drill: Consent | None = None
    """The consent to restore drills; without it there are none."""
    media: Media = "disk"
    offline: Flag = False
    """Not reachable from the network between backups, such as a tape in a vault."""
    immutable: Duration | None = None
    """For how long nobody can change or delete a copy, as declared."""
    retention: Duration | None = None
    restore_rate: Speed | None = None
    """Bytes a second that a restore reaches, as declared; a drill measures it."""
    size: Size | None = None
    encrypted: Flag | None = None
    """Whether a key is needed to open it, as declared; what a look tells of it goes before this."""
    keys_at: WhereRef | None = None
    """Where a second copy of the decryption key is kept."""
    catalogue_at: WhereRef | None = None
    """Where a second copy of the catalogue that finds the backups is kept."""


class Stand(Item):
    """Where one member of a group, or one of its voters, stands."""

    name: Text
    """As the tool names it, or its address."""
    at: PlaceRef


class Steps(Item):
    """How long each step of a switch takes, as declared; what was measured goes before it."""

    detect: Duration | None = None
    decide: Duration | None = None
    switch: Duration | None = None
    verify: Duration | None = None


class Failover(Technology):
    """What takes over when the first place is lost."""

    to: PlaceRef
    mode: Mode
    tested: Day | None = None
    """The date of the last real switch, as declared."""
    members: tuple[Stand, ...] = ()
    """Where its servers and voters stand; what an address inside `networks:` of a site tells by itself need not be."""
    covers: tuple[Layer, ...] | None = None
    """What is there at the other place."""
    capacity: Annotated[float, Field(ge=0)] | None = None
    """Of the other place, as a share of the load at the peak: 0.7 carries 70 per cent of it."""
    automatic: Flag | None = None
    """Whether it switches without a person, as declared."""
    witness: PlaceRef | None = None
    """Where the third voter stands that decides between two places, as declared."""
    steps: Steps | None = None
    drills: tuple[SwitchRecord, ...] = ()
    switch: Writer | None = None
    """With what `haechi switch` may switch it, once two people have signed that."""


class PowerProtection(Technology):
    """An uninterruptible power supply that can be asked over the network."""

    room: RoomRef | None = None
    battery: BatteryRef | None = None
    """The battery that it charges."""
    twin: Text | None = None
    """The id of the power protection of the same site that carries the load when this one is lost."""


class Monitor(Technology):
    """A device that watches a room, a rack or a battery, and can be asked over the network."""

    room: RoomRef | None = None
    battery: BatteryRef | None = None
    """The battery that it watches."""


Endpoints = Annotated[tuple[Annotated[Endpoint, by_kind(Endpoint)], ...], Field(default=())]
Copies = Annotated[tuple[Annotated[Copy, by_kind(Copy)], ...], Field(default=())]
Failovers = Annotated[tuple[Annotated[Failover, by_kind(Failover)], ...], Field(default=())]
Monitors = Annotated[tuple[Annotated[Monitor, by_kind(Monitor)], ...], Field(default=())]
PowerProtections = Annotated[tuple[Annotated[PowerProtection, by_kind(PowerProtection)], ...], Field(default=())]
