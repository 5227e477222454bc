"""Ways in which routers say that they stand by for each other while they do not, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("two routers that do not hear each other", "keepalived", "split", "failover.standing"),
    Lie("the line of the standby to the outside cut", "keepalived", "fault", "failover.standing"),
    Lie("keepalived ended on the standby", "keepalived", "ended", "failover.standing", "unknown: incomplete"),
    Lie("the state of the master fetched two hours ago", "keepalived", "forgotten", "failover.standing",
        "unknown: stale"),
)  # fmt: skip
