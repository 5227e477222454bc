"""Ways in which a UPS looks well over SNMP while it is not, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("the community of the card changed", "snmp_ups", "forgotten", "facility.battery-monitoring",
        "unknown: timeout", number=12),
    Lie("a battery that asks to be replaced", "snmp_ups", "worn", "facility.battery-monitoring"),
    Lie("the last test of the battery failed", "snmp_ups", "failed", "facility.battery-monitoring"),
    Lie("a standby whose name is not the one that repmgr knows", "repmgr", "renamed", "failover.standing", number=14),
)  # fmt: skip
