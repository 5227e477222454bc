"""Ways in which repmgr calls nodes running of which none would take over, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

_CHECK: Final = "failover.standing"

LIES: Final = (
    Lie("the standby cut off from its primary", "repmgr", "cut-off", _CHECK),
    Lie("the standby frozen a moment ago", "repmgr", "frozen", _CHECK),
    Lie("every repmgrd paused for maintenance", "repmgr", "paused", "failover.not-paused"),
    Lie("the witness stopped", "repmgr", "witness-gone", "failover.survives-site"),
    Lie("the repmgrd of the standby ended", "repmgr", "daemon-gone", _CHECK),
)
