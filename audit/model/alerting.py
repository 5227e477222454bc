"""What the watch's log tells of alerts that reached people, as facts for rules."""

from __future__ import annotations

from datetime import datetime

from audit.model.facts import Facts, Value


class AlertTest(Value):
    """One test alert, end to end."""

    sent: datetime
    acknowledged: datetime | None
    by: str = ""
    delivered: bool = True
    """Whether the channel took it; where it did not, `sent` is when it was tried first."""


class AlertState(Facts):
    """How alerts of the watch reached people; seen from the watch's log, under the reference of the estate."""

    tests: tuple[AlertTest, ...]
    """Of the last 90 days, oldest first."""
