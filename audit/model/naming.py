"""What a look can establish about a zone of names: what each server says, its clocks, its delegation, its copy."""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.model.facts import ABSENT, NameState, Unseen, Value


class ZoneServer(Value):
    """What one server says of the zone when it alone is asked, without recursion."""

    name: str
    """As the inventory names it."""
    address: str
    port: int
    serial: int | None = None
    """None where it did not give one."""
    names: tuple[str, ...] = ()
    """The name servers that it names for the zone."""
    answers: dict[str, tuple[str, ...]] = {}
    """The addresses that it gives to each name that was asked for."""
    trouble: str = ""
    """Why it does not serve the zone; hostile text."""
    unseen: Unseen | None = None
    """Why it could not be asked."""


class ZoneState(NameState):
    """What the servers of a zone say about it."""

    asked: tuple[ZoneServer, ...]
    primary: str = ABSENT
    """The server that the zone itself names as the one where it is changed."""
    serial: int = ABSENT
    """The newest among its servers."""
    unlike: dict[str, tuple[str, ...]] = ABSENT
    """The names under which a server holds other records than most, by server, where several handed over all of it."""
    compared: int = ABSENT
    """How many names the zone has at those."""
    refresh: timedelta = ABSENT
    retry: timedelta = ABSENT
    minimum: timedelta = ABSENT
    """For how long resolvers remember that a name is not there."""
    signed: bool = ABSENT
    signatures_end: datetime = ABSENT
    """The earliest end among the signatures that any of the servers gave."""
    delegation: tuple[str, ...] = ABSENT
    """The name servers that the zone above names."""
    glue: dict[str, tuple[str, ...]] = ABSENT
    """The addresses of name servers that the zone above gives along with their names."""
    anchored: bool = ABSENT
    """Whether the zone above vouches for its keys, so that without good signatures nobody can use it."""
    vouched: bool = ABSENT
    """Whether each server shows a key that the zone above vouches for."""
    fitting: bool = ABSENT
    """Whether the signatures were made with the keys that each server shows."""
    copied: datetime = ABSENT
    """When the copy that was exported was last written."""
    copy_serial: int = ABSENT
    copy_lacks: tuple[str, ...] = ABSENT
    """Names that the copy does not hold as the servers give them."""

    def troubled(self) -> bool:
        # A new version takes a moment to reach every server.
        return super().troubled() or len({one.serial for one in self.asked if one.serial is not None}) > 1
