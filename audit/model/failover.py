"""What a look can establish about something that is to take over: its members, its voters, what keeps it from it."""

from __future__ import annotations

from typing import Literal

from audit.model.facts import ABSENT, Facts, Value

Role = Literal["primary", "standby", "witness", "unknown"]


class Member(Value):
    """One server of a group of which one takes over from the other."""

    name: str
    role: Role
    usable: bool
    """A primary takes writes; a standby is attached, has all that it was sent, and may be chosen."""
    detail: str = ""
    """Why it is not usable; hostile text."""


class FailoverState(Facts):
    """Whether the group would take over now."""

    members: tuple[Member, ...]
    voters: int = ABSENT
    """How many decide together that the primary is lost."""
    quorum: bool = ABSENT
    """Enough of them see each other now to decide it."""
    trouble: tuple[str, ...] = ()
    """What the tool or its members say against a switch; hostile text."""
    switches: int = ABSENT
    """How often it has switched since it was set up, as its own records tell."""
    tool: str = ""

    @property
    def ready(self) -> tuple[Member, ...]:
        """The standbys that could take over now."""
        return tuple(member for member in self.members if member.role == "standby" and member.usable)

    def troubled(self) -> bool:
        return not self.ready or bool(self.trouble)
