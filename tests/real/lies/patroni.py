"""Ways in which Patroni says that all members run while none would take over, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

_CHECK: Final = "failover.standing"

LIES: Final = (
    Lie("the leader lets its standby in no more", "patroni", "rejected", _CHECK),
    Lie("replay paused on the standby, after maintenance", "patroni", "replay-paused", _CHECK),
    Lie("the leader frozen, its lease still good", "patroni", "frozen", _CHECK, "unknown: timeout"),
    Lie("the only standby tagged nofailover", "patroni", "barred", _CHECK),
    Lie("the cluster paused for maintenance", "patroni", "paused", "failover.not-paused"),
    Lie("the standby stopped in order", "patroni", "stopped", _CHECK),
    Lie("the standby killed a moment ago", "patroni", "killed", _CHECK),
    Lie("a switchover planned and forgotten", "patroni", "planned", _CHECK),
    Lie("one of the three voters stopped", "patroni", "voter-lost", "failover.survives-site"),
    Lie("two of the three voters stopped", "patroni", "voters-lost", _CHECK),
)
