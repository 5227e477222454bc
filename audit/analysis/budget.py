"""An availability with its target to the error budget that is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from audit.model.history import Availability


@dataclass(frozen=True, slots=True)
class Budget:
    """The time for which a service may be down over a period, with what of it is gone."""

    allowed: timedelta
    least: timedelta
    """Spent at least: surely down."""
    most: timedelta
    """Spent at most: what may have been down too. What nobody watched is in neither."""

    @property
    def left(self) -> tuple[timedelta, timedelta]:
        """Least and most of what is left; below zero where more is gone than there was."""
        return self.allowed - self.most, self.allowed - self.least


def budget(seen: Availability, target: float) -> Budget:
    """The budget over the whole period but its maintenance; `target` is a share of 0..1."""
    period = seen.end - seen.start - seen.maintenance
    return Budget(period * (1 - min(max(target, 0.0), 1.0)), seen.down, seen.down + seen.between)


@dataclass(frozen=True, slots=True)
class Uptime:
    """The availability of an endpoint beside its target, or of a system: that of its worst endpoint."""

    subject: str
    system: str
    grade: int
    seen: Availability
    target: float | None
    """A share of 0..1; None where the policy demands nothing of this grade."""
    budget: Budget | None
    met: bool | None
    """None where it cannot be told; True where nothing is demanded."""
    worst: str = ""
    """The endpoint of which the figures of a system are; empty for an endpoint."""
