"""What a look can establish about something that is to take over: its members, its voters, what keeps it from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from audit.model.facts import ABSENT, Facts, Value

Role = Literal["primary", "standby", "serving", "witness", "unknown"]
"""`serving` is one of several that answer at the same time, such as a server behind a load balancer."""


class Member(Value):
    """One server of a group of which one takes over from the other."""

    name: str
    role: Role
    usable: bool
    """A primary takes writes, one that serves answers; a standby is attached, has all it was sent, may be chosen."""
    detail: str = ""
    """Why it is not usable; hostile text."""
    address: str = ""
    """Host name or address, without port, as the tool names it; hostile text."""
    zone: str = ""
    """Where the tool itself says that it stands, such as an availability zone; hostile text."""
    lag_bytes: int | None = None
    lag_seconds: float | None = None
    lag_by: str = ""
    """How the lag was measured, e.g. `pg_current_wal_lsn - replay_lsn`."""
    needs: int = 0
    """How many others have to follow it for it to take writes."""
    version: str = ""
    settings: dict[str, str] = {}
    """Settings that have to be the same at every member, by name; never a secret."""


class Voter(Value):
    """One of those who decide together who leads."""

    name: str
    up: bool | None
    """None where nobody could tell."""
    address: str = ""
    zone: str = ""


class Switch(Value):
    """The last time that the group really switched, as its own records tell."""

    at: datetime | None
    source: str
    """Which record, e.g. `Patroni /history`."""
    detail: str = ""
    """Hostile text."""


class Patience(Value):
    """For how long a loss goes unnoticed by those who switch, by their own settings."""

    time: timedelta
    by: str
    """Which settings say so, e.g. `down-after-milliseconds`."""


class FailoverState(Facts):
    """Whether the group would take over now."""

    members: tuple[Member, ...]
    voters: tuple[Voter, ...] = ABSENT
    needed: int = ABSENT
    """How many voters have to agree."""
    quorum: bool = ABSENT
    """Enough of them see each other now to decide it."""
    automatic: bool = ABSENT
    """Whether it switches without a person."""
    paused: bool = ABSENT
    """Whether somebody has stopped it from switching by itself."""
    patience: Patience = ABSENT
    """Before it is over nothing switches by itself."""
    trouble: tuple[str, ...] = ()
    """What the tool or its members say against a switch; hostile text."""
    switches: int = ABSENT
    """How often it has switched since it was set up, as its own records tell."""
    last_switch: Switch = ABSENT
    """Absent where no record tells; a Switch without a time where the record has no date, or tells of none."""
    tool: str = ""
    replicates: bool = True
    """Whether its members hold data, so that one of them may be behind another."""

    @property
    def ready(self) -> tuple[Member, ...]:
        """Those that could take over now: usable standbys, all but one of the usable ones that serve together."""
        usable = [member for member in self.members if member.usable]
        serving = [member for member in usable if member.role == "serving"]
        standbys = [member for member in usable if member.role == "standby"]
        if not serving and any(member.role == "serving" for member in self.members):
            # One of them serves already, in the place of those: nothing would take over from it.
            return tuple(standbys[1:])
        return (*standbys, *serving[1:])

    def troubled(self) -> bool:
        return not self.ready or bool(self.trouble)
