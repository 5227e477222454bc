"""Ways in which a cloud looks well while nothing would take over, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("the machine of the other zone stopped", "load_balancer", "stopped", "failover.standing"),
    Lie("the target of the other zone taken out", "load_balancer", "taken-out", "failover.survives-site"),
    Lie("the second target built anew in the zone of the first", "load_balancer", "moved", "failover.survives-site"),
    Lie("the standby in another zone given up", "rds", "alone", "failover.standing"),
    Lie("the standby stands in the zone of the primary", "rds", "same-zone", "failover.survives-site"),
)
