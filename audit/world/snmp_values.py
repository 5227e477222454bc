"""What the SNMP library holds of an agent's answer becomes a number, a text, nothing, or the reason of a refusal."""

from __future__ import annotations

from typing import Any, Final

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import SnmpDoor

MOST: Final = 10_000
"""Values of one walk."""
_LONGEST: Final = 4_096
_ABSENT: Final = ("NoSuchObject", "NoSuchInstance", "EndOfMibView", "Null", "UnSpecified")


def value_of(raw: Any) -> int | str | None:
    """A whole number, a text, or None where there is no such object: the library gives that as a value."""
    kind = type(raw).__name__
    if kind in _ABSENT:
        return None
    if kind in ("ObjectIdentifier", "ObjectName"):
        return str(raw)[:_LONGEST]
    if kind == "IpAddress":
        return str(raw.prettyPrint())
    if hasattr(raw, "asOctets"):
        return bytes(raw.asOctets())[:_LONGEST].decode("utf-8", "backslashreplace")
    return int(raw)


def refused(door: SnmpDoor, why: str, reason: Reason = Reason.INCOMPLETE) -> CannotSee:
    """An answer that is none."""
    return CannotSee(reason, say("{agent} gave nothing: {error}", agent=f"{door.host}:{door.port}", error=why[:200]))
