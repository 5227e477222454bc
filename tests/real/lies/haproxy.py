"""Ways in which HAProxy calls a backend UP that could not take over, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("all but one server taken out of service", "haproxy", "drained", "failover.standing"),
    Lie("all but one server frozen", "haproxy", "frozen", "failover.standing"),
    Lie("all but one server dead", "haproxy", "dead", "failover.standing"),
    Lie("the health checks taken out, the standby dead", "haproxy", "unchecked", "failover.standing"),
    Lie("one server under the names of all", "haproxy", "doubled", "failover.standing"),
    Lie("HAProxy itself frozen", "haproxy", "silent", "failover.standing", "unknown: timeout"),
)
