"""Measurements to lines of a sample file, such lines back to measurements."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

from audit.engine.looked import WARNED, shown
from audit.model.facts import Failure
from audit.model.measurement import LOST, MISSED, PHASES, PROBER, Measurement, State
from audit.model.verdict import Reason

LONGEST: Final = 4096
"""Bytes of a line; ours are at most a third of that."""
AHEAD: Final = timedelta(minutes=5)
"""How far another machine's clock may be before ours."""
_STATES: Final[Mapping[str, State]] = {state.value: state for state in State if state is not State.MAINTENANCE}
_REASONS: Final = frozenset(
    (*get_args(Failure), *(reason.value for reason in Reason), MISSED, PROBER, LOST, WARNED, "")
)
_FIELDS: Final = frozenset(
    "subject due at until state reason detail latency phases error took attempts good tried every".split()
)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")


class BadLine(ValueError):
    """A line that is no measurement; the text says why in a few words of ours, never with what stood there."""


def line_of(seen: Measurement) -> bytes:
    """One measurement as a line of JSON; what has its usual value is left out. The vantage is the file's."""
    values: dict[str, Any] = {
        "subject": seen.subject,
        "due": _instant(seen.due),
        "at": _instant(seen.at),
        "state": seen.state.value,
        "every": seen.every.total_seconds(),
        "took": round(seen.took, 6),
        "attempts": seen.attempts,
        "good": seen.good,
        "tried": seen.tried,
    }
    if seen.reason:
        values["reason"] = seen.reason
    if seen.detail:
        values["detail"] = seen.detail
    if seen.latency is not None:
        values["latency"] = round(seen.latency, 6)
    if seen.phases:
        values["phases"] = [round(phase, 6) for phase in seen.phases]
    if seen.error:
        values["error"] = round(seen.error, 6)
    if seen.until is not None:
        values["until"] = _instant(seen.until)
    return json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def measurement_of(
    line: bytes, vantage: str, oldest: datetime, now: datetime, redact: Callable[[str], str] = str
) -> Measurement:
    """The measurement of a line that somebody else wrote; BadLine where it is none, or none of these times."""
    values = _object(line)
    state = _STATES.get(values.get("state", "")) if isinstance(values.get("state"), str) else None
    if state is None:
        raise BadLine("an unknown state")
    subject, detail = values.get("subject"), values.get("detail", "")
    if not isinstance(subject, str) or not subject or not isinstance(detail, str):
        raise BadLine("no subject")
    due, at = _when(values.get("due")), _when(values.get("at"))
    until = _when(values["until"]) if "until" in values else None
    if max(due, at, until or due) > now + AHEAD:
        raise BadLine("a time in the future")
    if due < oldest:
        raise BadLine("older than single samples are kept")
    if at < due - AHEAD or (until is not None and until < due):
        raise BadLine("times out of order")
    every = _number(values, "every", 1e7)
    good, tried = _count(values, "good", 0), _count(values, "tried", 0)
    if every <= 0 or good > tried:
        raise BadLine("numbers that cannot be")
    return Measurement(
        subject=subject,
        due=due,
        at=at,
        state=state,
        reason=_reason(values, state),
        detail=shown(redact(detail)) if detail else "",
        latency=_number(values, "latency", 1e6) if "latency" in values else None,
        phases=_phases(values),
        error=_number(values, "error", 1e6),
        took=_number(values, "took", 1e6),
        attempts=_count(values, "attempts", 1),
        good=good,
        tried=tried,
        until=until,
        every=timedelta(seconds=every),
        vantage=vantage,
    )


def _object(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST:
        raise BadLine("too long")
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as broken:
        raise BadLine("no JSON") from broken
    if not isinstance(values, dict) or not _FIELDS.issuperset(values):
        raise BadLine("not the fields of a measurement")
    return values


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _when(written: object) -> datetime:
    if not isinstance(written, str) or not _INSTANT.fullmatch(written):
        raise BadLine("no time with an offset")
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError) as broken:
        raise BadLine("no time with an offset") from broken


def _number(values: dict[str, Any], name: str, most: float) -> float:
    number = values.get(name, 0.0)
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= most:
        raise BadLine(f"no number of seconds in {name!r}")
    return float(number)


def _count(values: dict[str, Any], name: str, usual: int) -> int:
    number = values.get(name, usual)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 1000:
        raise BadLine(f"no count in {name!r}")
    return number


def _phases(values: dict[str, Any]) -> tuple[float, ...]:
    phases = values.get("phases", [])
    if not isinstance(phases, list) or len(phases) not in (0, len(PHASES)):
        raise BadLine("not the phases of a look")
    return tuple(_number({"phases": phase}, "phases", 1e6) for phase in phases)


def _reason(values: dict[str, Any], state: State) -> str:
    """A reason that we know: they become labels of metrics, of which nobody else may make as many as he likes."""
    reason = values.get("reason", "")
    if not isinstance(reason, str):
        raise BadLine("no reason")
    if reason in _REASONS:
        return reason
    return Reason.INCOMPLETE.value if state is State.UNKNOWN else ""
