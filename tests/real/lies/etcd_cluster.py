"""Ways in which an etcd says that it is healthy while it could not lose its leader, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

_CHECK: Final = "failover.standing"

LIES: Final = (
    Lie("one of three members stopped", "etcd_cluster", "stopped", _CHECK),
    Lie("one of three members frozen", "etcd_cluster", "frozen", _CHECK, "unknown: timeout"),
    Lie("two of three members stopped", "etcd_cluster", "halved", _CHECK),
    Lie("an alarm for want of space", "etcd_cluster", "filled", _CHECK),
    Lie("one of three members removed, so that two are left", "etcd_cluster", "removed", _CHECK),
)
