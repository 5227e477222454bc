"""What a look can establish about a copy of data: points in time, the log between them, a replica's distance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from pydantic import Field

from audit.model.facts import ABSENT, Facts, Value

Lock = Literal["none", "governance", "compliance"]
"""Whether stored points can be deleted before their time: by anybody who may write, by an administrator, by nobody."""
Keeping = Literal["copy", "client", "store", "outside"]
"""Where the key that opens an encrypted copy lies: in the copy (behind a passphrase), where the backup is made, with
the store itself that opens what it gives out, or elsewhere."""


class RestorePoint(Value):
    """One point in time to which a copy can bring data back."""

    id: str
    start: datetime
    """When the backup began: later changes are not in it."""
    end: datetime | None = None
    complete: bool = True
    doubt: str = ""
    """Why it is not counted as complete."""
    size: int | None = None
    files: int | None = None


class Gap(Value):
    """A hole in a log, behind which nothing can be replayed."""

    after: str
    """The last piece before the hole, by the tool's own name."""
    before: str
    """The first piece behind it."""
    missing: int


class Proof(Value):
    """One level of integrity that somebody established earlier, as the tool's own records tell."""

    level: int = Field(ge=0, le=6)
    at: datetime
    share: float = Field(default=1.0, gt=0, le=1)
    """How much of the stored data it covered."""


class Attempt(Value):
    """One run of a backup job, as the tool's own records tell."""

    start: datetime
    ok: bool
    why: str = ""


class BackupState(Facts):
    """What a copy that keeps points in time holds."""

    points: tuple[RestorePoint, ...]
    """Oldest first, incomplete ones included."""
    clock: datetime
    """The clock against which the ages are taken: the target's where it can be read."""
    integrity: int = Field(default=ABSENT, ge=0, le=6)
    """What this very look established. L0 none, L1 catalogue readable, L2 stored checksums verified, L3 files restored,
    L4 service started, L5 canary, L6 front door of the other site."""
    proofs: tuple[Proof, ...] = ()
    """What was established earlier, each level with its date."""
    errors: tuple[str, ...] = ABSENT
    """What the verification found wrong; empty when it found nothing; absent when nothing was verified."""
    size: int = ABSENT
    """Bytes of the newest complete point, restored."""
    reach: datetime = ABSENT
    """The last instant to which an unbroken log brings the newest complete point forward; absent without a log."""
    gaps: tuple[Gap, ...] = ABSENT
    """The holes in that log since the oldest complete point; empty where it was read and has none."""
    pending: int = ABSENT
    """Bytes that the original had written and its log in this copy did not hold yet, asked before the log was read."""
    paced: timedelta | None = ABSENT
    """After how long at most a quiet original hands its log on; None where nothing makes it."""
    attempts: tuple[Attempt, ...] = ABSENT
    """The runs of the job in the last 30 days, oldest first."""
    encrypted: bool = ABSENT
    key: Keeping = ABSENT
    append_only: bool = ABSENT
    """Whoever may write cannot delete."""
    lock: Lock = ABSENT
    """Of the newest complete point."""
    immutable_until: datetime = ABSENT
    """Until when the newest complete point cannot be deleted."""
    waits: timedelta = ABSENT
    """How long a restore waits before the first byte of the newest complete point can be read, as for cold storage."""
    replicated: bool = ABSENT
    """The newest complete point lies also in the store to which the copy's own replication sends it."""
    empties_after: timedelta | None = ABSENT
    """How long after the last backup the store's own rules leave nothing; None where they always leave something."""
    sets: tuple[str, ...] = ABSENT
    """Everything that the store holds, by the tool's own names, such as `host:/folder`, a stanza, a prefix."""
    taken: tuple[str, ...] = ABSENT
    """Those of them for which this copy stands."""
    excess: tuple[str, ...] = ABSENT
    """What the credential of the audit may do beyond reading; empty where it may only read."""
    location: str = ABSENT
    """Host or bucket that the copy's own configuration names; empty for this machine."""
    round_trip: timedelta = ABSENT
    """The least of several round trips from here to that host."""
    tool: str = ""
    """The program that was asked, with its version."""

    @property
    def newest(self) -> RestorePoint | None:
        """The newest complete point; None where the copy holds none, which is a fact and not a gap in the look."""
        return self.usable[-1] if self.usable else None

    @property
    def usable(self) -> tuple[RestorePoint, ...]:
        """The complete points, oldest first."""
        return tuple(sorted((point for point in self.points if point.complete), key=lambda point: point.start))

    @property
    def latest(self) -> datetime | None:
        """The last instant that can be brought back: of the newest complete point, or of the log behind it."""
        newest = self.newest
        if newest is None:
            return None
        return max(newest.start, self.reach) if self.has("reach") else newest.start

    @property
    def online(self) -> bool:
        """Whether this very look spoke with the host of the copy or read stored bytes, so that it is not offline."""
        return self.has("round_trip") or (self.has("integrity") and self.integrity >= 2)

    @property
    def age(self) -> timedelta | None:
        """How much work a loss right now would cost; None where no point tells, less than 0 where it is dated ahead.

        An unbroken log that holds all that was ever written costs nothing, however old its newest piece is.
        """
        latest = self.latest
        if latest is None:
            return None
        held = self.has("pending") and not self.pending and self.has("gaps") and not self.gaps and self.has("reach")
        return min(self.clock - latest, timedelta(0)) if held else self.clock - latest

    def worst(self, since: datetime) -> timedelta | None:
        """The most work that a loss at any instant since then would have cost; None where no point tells.

        Just before a backup is finished, the newest usable one is as old as the start of the one before it.
        """
        return worst_of(self.usable, since, self.clock)


def worst_of(points: Sequence[RestorePoint], since: datetime, now: datetime) -> timedelta | None:
    """The greatest age that the newest finished point reached in [since, now]; `points` are complete, oldest first."""
    ages = [
        (following.end or following.start) - point.start
        for point, following in pairwise(points)
        if (following.end or following.start) >= since
    ]
    if points:
        ages.append(now - points[-1].start)
    return max(ages, default=None)


class ReplicaState(Facts):
    """How far a replica is behind, and whether it is still attached."""

    attached: bool = ABSENT
    """A receiver streams from the primary now, seen from both ends where both can be asked."""
    paused: bool = ABSENT
    bytes_behind: int = ABSENT
    """Primary's write position minus what the replica replayed."""
    replay_age: timedelta = ABSENT
    """Age of the newest replayed transaction, counted only while bytes are behind."""
    heartbeat_age: timedelta = ABSENT
    """Age of the newest of the marks that the original writes at short intervals, as it has come to the replica: it
    holds all that was written before, whether or not the original can still be asked."""
    same_cluster: bool = ABSENT
    """System identifiers are equal: it is a replica of this primary and not of another."""
    timeline: int = ABSENT
    excess: tuple[str, ...] = ABSENT
    """What the credential of the audit may do beyond reading; empty where it may only read."""
    detail: str = ""

    @property
    def lag(self) -> timedelta:
        """How much work a loss of the original would cost; marks of the original go before what a replica says."""
        if self.has("heartbeat_age"):
            return self.heartbeat_age
        return self.replay_age if self.bytes_behind > 0 else timedelta(0)

    def troubled(self) -> bool:
        return self.has("attached") and not self.attached
