"""A corrective measure, as the JSON of a run tells it, to its JSON Schema."""

from __future__ import annotations

from typing import Any

from audit.model.register import ESCALATIONS, State
from audit.model.verdict import Severity, Verdict
from reports.closed import closed


def schema() -> dict[str, Any]:
    """The schema of one measure."""
    text = {"type": "string"}
    perhaps: dict[str, Any] = {"type": ["string", "null"]}
    count = {"type": "integer", "minimum": 0}
    day = {"type": "string", "format": "date"}
    instant = {"type": "string", "format": "date-time"}
    nothing = {"type": "null"}
    return closed(
        id=text,
        check=text,
        control=text,
        subject=text,
        institution=text,
        system=text,
        severity={"enum": [str(severity) for severity in Severity]},
        grade={"type": "integer"},
        estate=text,
        run=perhaps,
        since=instant,
        born=instant,
        state={"enum": [str(state) for state in State]},
        pending={"type": "boolean"},
        owner=perhaps,
        accountable=perhaps,
        due={"anyOf": [day, nothing]},
        overdue_days={"anyOf": [{"type": "integer", "minimum": 1}, nothing]},
        escalation={"enum": [*(one.to for one in ESCALATIONS), None]},
        budget={"anyOf": [closed(amount=text, currency=text), nothing]},
        plan=text,
        milestones={"type": "array", "items": closed(day=day, text=text, done={"anyOf": [day, nothing]})},
        earlier={"type": "array", "items": text},
        reopened=count,
        refuted=count,
        verdict={"enum": [*(str(verdict) for verdict in Verdict), None]},
        seen={"anyOf": [instant, nothing]},
        waived=perhaps,
        gone={"type": "boolean"},
        retired=perhaps,
        closed_by=perhaps,
    )
