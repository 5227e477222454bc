"""What happened to the watch or was decided by it, as one line of its log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal[
    "started", "ended", "took-over", "stood-by",
    "reloaded", "reload-refused", "maintenance-declared", "maintenance-withdrawn",
    "down", "partial", "up", "flapping", "steady",
    "alert", "alert-failed", "acknowledged", "test-alert",
    "prober-trouble", "prober-well", "clock-step", "suspended",
    "store-lost", "store-back",
    "audit-began", "audit-ended", "report-written", "expiring", "failed",
    "drill", "switch-began", "switch",
    "action", "signature", "checkpoint", "import", "measured",
]  # fmt: skip
"""`failed` is a piece of scheduled work that could not be done; `values` says which and why.

`drill` is a restore drill that was made; `subject` is the copy, `values` the record.
`switch` is a switch that was made, or one into scratch space, `subject` the failover, `values` the record;
`switch-began` is the authorization that a switch used up, written before anything was asked.
`action` is one entry of the register of corrective measures, `subject` the fingerprint of its finding, or its own id.
`signature` is what somebody signed, `checkpoint` a signed head of the log, `import` what another tool had found.
`measured` is what a watch measured on one day, told so that a bundle can carry it; `subject` is the institution."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log; never changed, never deleted."""

    at: datetime
    kind: Kind
    subject: str = ""
    """Full reference, or the id of a channel, a scheduled audit, a window; empty for the watch itself."""
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Plain JSON values; what they are is said where the event is made."""
    number: int = 0
    """Its place in the log, given by the store; 0 before it is stored."""
