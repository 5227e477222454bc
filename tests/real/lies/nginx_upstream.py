"""Ways in which nginx answers that could lose nothing more, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("all but one server dead", "nginx_upstream", "dead", "failover.standing"),
    Lie("all but one server frozen", "nginx_upstream", "frozen", "failover.standing"),
    Lie("all but one server called down", "nginx_upstream", "down", "failover.standing"),
    Lie("a server that is never taken out (max_fails=0)", "nginx_upstream", "endless", "failover.standing"),
    Lie("proxy_next_upstream off", "nginx_upstream", "off", "failover.standing"),
    Lie("a page of maintenance that nobody took away", "nginx_upstream", "nowhere", "failover.standing"),
    Lie("one server under the names of all", "nginx_upstream", "once", "failover.standing"),
    Lie("all but the standby dead, which serves", "nginx_upstream", "last", "failover.standing"),
)
