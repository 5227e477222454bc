"""The four things a probe can be pointed at: endpoints, copies, failovers, power protection."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from audit.model.drilling import Consent
from audit.model.item import PlaceRef, RoomRef, SupplierRef, SystemRef, Technology, Text, WhereRef, by_kind
from audit.model.units import Day, Duration, Flag, Size, Speed
from audit.model.watching import Counting

Mode = Literal["active-active", "hot", "warm", "cold", "backup-only"]
Media = Literal["disk", "tape", "object", "optical", "cloud"]


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

    @property
    def secured(self) -> bool | None:
        """Whether it is meant to show a certificate; None where only the look can tell. One that is shown counts."""
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


class Failover(Technology):
    """What takes over when the first place is lost."""

    to: PlaceRef
    mode: Mode
    tested: Day | None = None
    """The date of the last real switch, as declared."""


class PowerProtection(Technology):
    """An uninterruptible power supply that can be asked over the network."""

    room: RoomRef | None = None


Endpoints = Annotated[tuple[Annotated[Endpoint, by_kind(Endpoint)], ...], Field(default=())]
Copies = Annotated[tuple[Annotated[Copy, by_kind(Copy)], ...], Field(default=())]
Failovers = Annotated[tuple[Annotated[Failover, by_kind(Failover)], ...], Field(default=())]
PowerProtections = Annotated[tuple[Annotated[PowerProtection, by_kind(PowerProtection)], ...], Field(default=())]
