"""Corrective measures to what a report or a command says of them, in words or as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from audit.model.clean import json_text, line
from audit.model.dossier import Dossier
from audit.model.message import Message, say
from audit.model.register import Action, Change, Escalation, State, urgency
from reports.translate import Translator
from reports.words import SEVERITIES

SCHEMA: Final = "haechi.actions/1"
LISTED: Final = 50
STATES: Final[Mapping[State, Message]] = MappingProxyType(
    {
        State.OPEN: say("open"),
        State.PLANNED: say("planned"),
        State.DOING: say("being done"),
        State.VERIFY: say("said to be done, not re-tested"),
        State.CLOSED: say("closed by a re-test"),
    }
)
TO: Final[Mapping[str, Message]] = MappingProxyType(
    {"owner": say("the owner"), "accountable": say("whoever is accountable"), "ministry": say("the ministry")}
)
WHATS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "born": say("written down"),
        "changed": say("changed"),
        "retired": say("ended with its subject"),
        "closed": say("passed: closed"),
        "reopened": say("failed again: reopened"),
        "refuted": say("said to be done, but failed"),
        "returned": say("its subject is back"),
        "ignored": say("had no effect"),
    }
)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One measure in words."""

    id: str
    check: str
    subject: str
    state: str
    severity: str
    owner: str
    due: str
    late: str
    """Empty where it is not overdue."""
    told: str
    """Who is to be told, where it is overdue for long."""
    marks: tuple[str, ...]
    """Reopened, refuted, gone, waived."""
    plan: str
    budget: str
    steps: tuple[tuple[bool, str, str], ...]
    """Whether a milestone was reached, its day, its text."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many measures there are of which kind."""

    pending: int
    overdue: int
    reopened: int
    verify: int
    undated: int
    unowned: int
    closed: int
    retired: int
    gone: int


def days(over: timedelta) -> int:
    """In days; a begun one counts."""
    return -(-over // DAY)


def counts(actions: Iterable[Action], at: datetime) -> Counts:
    """All of them together."""
    found: Counter[str] = Counter()
    for one in actions:
        found["reopened"] += one.reopened > 0
        found["closed"] += one.state is State.CLOSED
        found["retired"] += bool(one.retired)
        if one.pending:
            found["pending"] += 1
            found["overdue"] += one.late(at) is not None
            found["verify"] += one.state is State.VERIFY
            found["undated"] += one.due is None
            found["unowned"] += not one.owner
            found["gone"] += one.gone
    return Counts(**{name: found[name] for name in Counts.__slots__})


def row(action: Action, at: datetime, speak: Translator) -> Row:
    """One measure in words, as it stands at an instant."""
    late, reached = action.late(at), action.escalation(at)
    return Row(
        id=action.id,
        check=line(action.origin.check),
        subject=line(action.origin.subject),
        state=speak.message(STATES[action.state]),
        severity=speak.message(SEVERITIES[action.origin.severity]),
        owner=line(action.owner),
        due=speak.day(action.due) if action.due is not None else "",
        late=speak.text("{days} days overdue", days=days(late)) if late is not None else "",
        told=speak.text("tell {who}", who=_who(action, reached, speak)) if reached is not None else "",
        marks=tuple(_marks(action, speak)),
        plan=line(action.plan),
        budget=str(action.budget) if action.budget is not None else "",
        steps=tuple((one.done is not None, speak.day(one.day), line(one.text)) for one in action.milestones),
    )


def _who(action: Action, reached: Escalation, speak: Translator) -> str:
    """By name where there is one."""
    names = {"owner": action.owner, "accountable": action.origin.accountable}
    return line(names.get(reached.to, "")) or speak.message(TO[reached.to])


def _marks(action: Action, speak: Translator) -> Iterable[str]:
    if action.reopened:
        yield speak.text("times reopened: {count}", count=action.reopened)
    if action.refuted:
        yield speak.text("{count} times said to be done, but failed", count=action.refuted)
    if action.retired:
        yield speak.text("ended with its subject, decided by {who}", who=line(action.retired))
    elif action.gone and action.pending:
        yield speak.text("its subject is gone: somebody has to decide")
    if action.waived and action.pending:
        yield speak.text("waived, which does not close it")


def rows(dossier: Dossier, speak: Translator) -> Sequence[Row]:
    """What is left to be done of a dossier, the worst first."""
    pending = sorted((one for one in dossier.actions if one.pending), key=lambda one: urgency(one, dossier.at))
    return [row(one, dossier.at, speak) for one in pending[:LISTED]]


def summary(dossier: Dossier, speak: Translator) -> str:
    """One line of the whole register; empty where nobody wrote any down."""
    if not dossier.actions:
        return ""
    return told(dossier.actions, dossier.at, speak)


def told(actions: Sequence[Action], at: datetime, speak: Translator) -> str:
    """The same of any measures."""
    found = counts(actions, at)
    parts = [
        speak.text("to be done {count}", count=found.pending),
        speak.text("overdue {count}", count=found.overdue),
        speak.text("reopened {count}", count=found.reopened),
        speak.text("waiting for a re-test {count}", count=found.verify),
        speak.text("without a day {count}", count=found.undated),
        speak.text("closed {count}", count=found.closed),
    ]
    late = [one for one in actions if one.late(at) is not None]
    if late:
        worst = min(late, key=lambda one: urgency(one, at))
        parts.append(speak.text("worst {subject}", subject=line(f"{worst.origin.check} {worst.origin.subject}")))
    return speak.text("Corrective measures: {told}", told=", ".join(parts))


def record(action: Action, at: datetime) -> dict[str, Any]:
    """One measure as plain values."""
    origin, late, reached = action.origin, action.late(at), action.escalation(at)
    return {
        "id": json_text(action.id),
        "check": json_text(origin.check),
        "control": json_text(origin.control),
        "subject": json_text(origin.subject),
        "institution": json_text(origin.institution),
        "system": json_text(origin.system),
        "severity": origin.severity.value,
        "grade": origin.grade,
        "estate": json_text(origin.estate),
        "run": json_text(origin.run) or None,
        "since": origin.since.isoformat(),
        "born": action.born.isoformat(),
        "state": action.state.value,
        "pending": action.pending,
        "owner": json_text(action.owner) or None,
        "accountable": json_text(origin.accountable) or None,
        "due": action.due.isoformat() if action.due is not None else None,
        "overdue-days": days(late) if late is not None else None,
        "escalation": reached.to if reached is not None else None,
        "budget": {"amount": f"{action.budget.amount.normalize():f}", "currency": action.budget.currency}
        if action.budget is not None
        else None,
        "plan": json_text(action.plan),
        "milestones": [
            {
                "day": one.day.isoformat(),
                "text": json_text(one.text),
                "done": one.done.isoformat() if one.done is not None else None,
            }
            for one in action.milestones
        ],
        "earlier": [json_text(one) for one in action.earlier],
        "reopened": action.reopened,
        "refuted": action.refuted,
        "verdict": action.verdict.value if action.verdict is not None else None,
        "seen": action.seen.isoformat() if action.seen is not None else None,
        "waived": json_text(action.waived) or None,
        "gone": action.gone,
        "retired": json_text(action.retired) or None,
        "closed-by": json_text(action.closed_by) or None,
    }


def entry(change: Change) -> dict[str, Any]:
    """One entry of a history as plain values."""
    return {
        "at": change.at.isoformat(),
        "what": change.what,
        "by": json_text(change.by) or None,
        "run": json_text(change.run) or None,
        "values": {name: json_text(value) for name, value in change.values.items()},
    }
