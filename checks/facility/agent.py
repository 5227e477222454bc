"""The keys by which an inventory names an SNMP agent become the door at which it is asked."""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from audit.contract import SnmpDoor, say
from audit.model.address import Host, Port
from audit.model.item import Item, SecretRef, Text
from audit.model.unfit import Unexpected

SYSTEM: Final = "1.3.6.1.2.1.1."
DESCRIPTION, UP, NAME, LOCATION = (SYSTEM + f"{number}.0" for number in (1, 3, 5, 6))
_UNSAID: Final = (
    "",
    "unknown",
    "not set",
    "(not set)",
    "location",
    "right here, right now.",
    "sitting on the dock of the bay",
)
"""What agents say before anybody told them where they stand."""


class SnmpAgent(Item):
    """An agent that answers SNMP by community (version 2c) or by user (version 3)."""

    server: Host = Field(alias="host")
    port: Port = 161
    community: SecretRef | None = None
    user: Text | None = None
    auth: SecretRef | None = None
    privacy: SecretRef | None = None
    digest: Literal["sha1", "sha224", "sha256", "sha384", "sha512"] = "sha256"
    """By which `auth` proves who asks."""
    cipher: Literal["aes128", "aes192", "aes256"] = "aes128"
    """By which `privacy` hides what is said."""

    @property
    def host(self) -> str:
        return self.server

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.community is None) == (self.user is None):
            raise Unexpected(say("either `community:` or `user:`"), say("both") if self.user else say("neither"))
        if self.privacy is not None and self.auth is None:
            raise Unexpected(say("`auth:` beside `privacy:`"), say("`privacy:` alone"))
        return self

    @property
    def door(self) -> SnmpDoor:
        return SnmpDoor(
            self.server, self.port, self.community, self.user or "", self.auth, self.privacy, self.digest, self.cipher
        )


def location_of(value: int | str | None) -> str | None:
    """Where an agent says that it stands; None where it says what it said when it left the factory."""
    text = " ".join(value.split())[:200] if isinstance(value, str) else ""
    return None if text.lower() in _UNSAID or text.lower().startswith("unknown") else text
