"""A failover as the inventory words it becomes one that only drills, dates, places can speak for."""

from __future__ import annotations

from audit.model.technology import Failover


class Declared(Failover, kind="declared"):
    """A failover that no probe can look at, such as a manual switch: its place, mode, last test are what is known."""
