"""Ways in which PostgreSQL says that its standby follows while it could not take over, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

_CHECK: Final = "failover.standing"
_LAB: Final = "postgresql_pair"

LIES: Final = (
    Lie("the standby cut off from its primary", _LAB, "cut-off", _CHECK),
    Lie("replay paused on the only standby", _LAB, "replay-paused", _CHECK),
    Lie("the standby promoted, the old primary goes on", _LAB, "promoted", _CHECK),
    Lie("the standby stopped", _LAB, "stopped", _CHECK),
    Lie("the standby frozen a moment ago", _LAB, "frozen", _CHECK, "unknown: timeout"),
    Lie("the primary frozen, its standby content", _LAB, "primary-frozen", _CHECK, "unknown: timeout"),
    Lie("the role of the audit lost pg_monitor", _LAB, "no-monitor", _CHECK, "unknown: denied"),
)
