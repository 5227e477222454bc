"""A few words to the events and looks of a register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audit.model.event import Event
from audit.model.register import Look, Sighting
from audit.model.verdict import Level, Verdict

DAY: Final = timedelta(days=1)
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
ONE: Final = "00000000000000aa"
TWO: Final = "00000000000000bb"


def born(number: int = 1, name: str = ONE, day: float = 0, **values: Any) -> Event:
    """A birth from a finding of the day before."""
    told = {
        "what": "born", "by": "Kim", "check": "backup.age", "control": "BKP-04", "subject": f"kibo/guarantee/{name}",
        "institution": "kibo", "system": "kibo/guarantee", "severity": "critical", "grade": 1, "estate": "all",
        "zone": "Asia/Seoul", "run": "run-0", "since": (START + (day - 0.5) * DAY).isoformat(), "least": "observed",
        **values,
    }  # fmt: skip
    return Event(START + day * DAY, "action", name, told, number)


def changed(number: int, day: float, name: str = ONE, **values: Any) -> Event:
    return Event(START + day * DAY, "action", name, {"what": "changed", "by": "Lee", **values}, number)


def retired(number: int, day: float, name: str = ONE) -> Event:
    return Event(START + day * DAY, "action", name, {"what": "retired", "by": "Choi", "reason": "it is gone"}, number)


def look(
    day: float, verdicts: Mapping[str, Verdict], *, whole: bool = True, level: Level = Level.OBSERVED, waived: str = ""
) -> Look:
    """A run that found these."""
    found = {name: Sighting(verdict, level, waived) for name, verdict in verdicts.items()}
    return Look(f"run-{day}", START + day * DAY, "all", whole, found)
