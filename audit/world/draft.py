"""What an attempt has seen so far to its Sample, however the attempt ends."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

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
_SLACK: Final = 0.02
"""Seconds of lateness that are left in the time of the target."""
_UNLIMITED: Final[Mapping[str, float]] = MappingProxyType({})
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(slots=True)
class Draft:
    """One attempt at one address while it runs; phases of repeated visits (redirects) add up."""

    address: str
    phases: dict[str, float]
    deadline: float = math.inf
    """By the monotonic clock; the end of the time for one attempt."""
    limits: Mapping[str, float] = field(default_factory=lambda: _UNLIMITED)
    """Seconds that a phase may take."""
    status: int | None = None
    size: int | None = None
    tls: str = ""
    certificate: Certificate | None = None
    hops: tuple[str, ...] = ()
    location: str = ""
    kind: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    sha256: str = ""
    clock_offset: timedelta | None = None
    blind: CannotSee | None = None
    """Whose silence it is while something else than the target is waited for."""
    error: float = 0.0
    """Seconds by which this machine may have noticed things too late."""
    _phase: str = ""
    _since: float = 0.0
    _heeded: float = 0.0

    def enter(self, phase: str) -> float:
        """A phase begins, the one before it ends; gives the time until which it may last."""
        now = time.monotonic()
        if self._phase:
            self.phases[self._phase] = self.phases.get(self._phase, 0.0) + now - self._since
        self._phase, self._since, self._heeded = phase, now, now
        if not self.limits:
            return self.deadline
        return min(self.deadline, now + self.limits.get(phase, math.inf) - self.phases.get(phase, 0.0))

    def noticed(self, at: float, late: float, until: float) -> float:
        """Something was seen at a time, which may have happened `late` seconds before; only now there is time for it.

        That this machine was busy elsewhere in between is no part of the phase. Seconds by which the deadline moves:
        what this machine spends on others is not taken from the time of the target.
        """
        unheeded = max(0.0, at - self._heeded)
        # News long after the end of a phase, before the timer told of that end: nothing ran here in between.
        slack = unheeded if at - until > _SLACK else min(late, unheeded)
        now = time.monotonic()
        self.error += slack
        self._since += now - at
        self._heeded = now
        if slack < _SLACK:
            return 0.0
        self.deadline += slack
        return slack

    def late(self) -> Fault | CannotSee:
        """What to say of an attempt that ran out of time in its present phase."""
        if self.blind is not None:
            return self.blind
        limit = self.limits.get(self._phase)
        spent = self.phases.get(self._phase, 0.0) + time.monotonic() - self._since
        if limit is not None and spent >= limit:
            return Fault(_LATE.get(self._phase, "connect-timeout"), f"no end within its limit of {limit:g} s")
        return Fault(_LATE.get(self._phase, "connect-timeout"), "no end within the time of one attempt")

    def sample(self, fault: Fault | None = None) -> Sample:
        """The attempt as it ended."""
        self.enter("")
        self.phases["total"] = sum(self.phases.values())
        # Written only where there is something to say: what was not set is not kept.
        more: dict[str, Any] = {
            name: value
            for name, value in (
                ("location", self.location), ("kind", self.kind), ("headers", dict(self.headers)),
                ("sha256", self.sha256),
            )
            if value
        }  # fmt: skip
        return Sample(
            address=self.address,
            failure=fault.failure if fault else None,
            detail=fault.detail if fault else "",
            status=self.status,
            phases={phase: round(seconds, 6) for phase, seconds in self.phases.items()},
            error=round(self.error, 6),
            size=self.size,
            tls=self.tls,
            certificate=self.certificate,
            hops=self.hops,
            **more,
        )
