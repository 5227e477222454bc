"""What an attempt has seen so far to its Sample, however the attempt ends."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from audit.model.facts import Certificate, Failure, Sample
from audit.model.verdict import CannotSee
from audit.world.fault import Fault

_LATE: Final[Mapping[str, Failure]] = MappingProxyType(
    {
        "connect": "connect-timeout",
        "tls": "tls-timeout",
        "send": "send-timeout",
        "first-byte": "first-byte-timeout",
        "body": "body-timeout",
        "echo": "no-reply",
    }
)


@dataclass(slots=True)
class Draft:
    """One attempt at one address while it runs; phases of repeated visits (redirects) add up."""

    address: str
    phases: dict[str, float]
    status: int | None = None
    size: int | None = None
    tls: str = ""
    certificate: Certificate | None = None
    hops: tuple[str, ...] = ()
    clock_offset: timedelta | None = None
    fault: Fault | None = None
    """What was wrong already, while the attempt goes on only to learn more."""
    blind: CannotSee | None = None
    """Whose silence it is while something else than the target is waited for."""
    _phase: str = ""
    _since: float = 0.0
    _began: float = field(default_factory=time.monotonic)

    def enter(self, phase: str) -> None:
        """A phase begins, the one before it ends."""
        now = time.monotonic()
        if self._phase:
            self.phases[self._phase] = self.phases.get(self._phase, 0.0) + now - self._since
        self._phase, self._since = phase, now

    def late(self) -> Fault | CannotSee:
        """What to say of an attempt that ran out of time in its present phase."""
        return (
            self.fault
            or self.blind
            or Fault(_LATE.get(self._phase, "connect-timeout"), "no end within the time of one attempt")
        )

    def sample(self, fault: Fault | None = None) -> Sample:
        """The attempt as it ended."""
        self.enter("")
        self.phases["total"] = self.phases.get("dns", 0.0) + time.monotonic() - self._began
        return Sample(
            address=self.address,
            failure=fault.failure if fault else None,
            detail=fault.detail if fault else "",
            status=self.status,
            phases={phase: round(seconds, 6) for phase, seconds in self.phases.items()},
            size=self.size,
            tls=self.tls,
            certificate=self.certificate,
            hops=self.hops,
        )
