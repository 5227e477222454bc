"""Corrective measures to the remediations, the tasks, the deadlines of OSCAL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from audit.model.estate import day_ends
from audit.model.register import Action, Milestone
from reports.actions import STATES
from reports.assessment.subjects import origins
from reports.assessment.view import View, is_open
from reports.assessment.words import instant, marked, properties, prose, writable


def deadline(actions: Iterable[Action]) -> datetime | None:
    """The first day by which something has to be done."""
    ends = [day_ends(one.due, one.origin.zone) for one in actions if one.pending and one.due is not None]
    return min(filter(writable, ends), default=None)


def is_begun(actions: Iterable[Action]) -> bool:
    """Whether somebody works on it."""
    return any(one.pending and one.state in ("doing", "verify") for one in actions)


def planned(view: View, actions: Iterable[Action]) -> Iterator[dict[str, Any]]:
    """Each measure that has an owner, a day, a plan."""
    for one in actions:
        if not (one.plan or one.owner or one.due or one.milestones):
            continue
        made: dict[str, Any] = {
            "uuid": view.id("action", one.id),
            "lifecycle": "completed" if one.closed_by else "planned",
            "title": marked(one.origin.subject),
            "description": prose(one.plan or view.question(one.origin.check)),
            **properties(
                action=one.id,
                state=one.state,
                owner=one.owner,
                due=one.due.isoformat() if one.due is not None else None,
                budget=str(one.budget) if one.budget is not None else None,
                reopened=one.reopened or None,
                closed_by=one.closed_by,
                retired_by=one.retired,
            ),
            "origins": origins(view),
        }
        tasks = [_task(view, one, step) for step in one.milestones if 1900 < step.day.year < 2999]
        yield made | ({"tasks": tasks} if tasks else {})


def settled(view: View) -> list[Action]:
    """The measures whose finding is not open any more, or whose subject is gone."""
    still = {finding.fingerprint for finding in filter(is_open, view.findings)}
    return [action for action in view.dossier.actions if action.id not in still]


def told(view: View, action: Action) -> dict[str, Any]:
    """The risk of a measure whose finding is not open: only a re-test closes it, or somebody who answers for that."""
    origin = action.origin
    made: dict[str, Any] = {
        "uuid": view.id("measure", action.id),
        "title": marked(f"{view.question(origin.check)}: {origin.subject}"),
        "description": prose(view.question(origin.check)),
        "statement": marked(view.speak.message(STATES[action.state])),
        **properties(check=origin.check, control=origin.control, institution=origin.institution, action=action.id),
        "status": "remediating" if action.pending else "closed",
        "origins": origins(view),
    }
    ends = deadline([action])
    if ends is not None:
        made["deadline"] = instant(ends)
    mending = list(planned(view, [action]))
    return made | ({"remediations": mending} if mending else {})


def _task(view: View, action: Action, step: Milestone) -> dict[str, Any]:
    day = datetime.combine(step.day, time(12), ZoneInfo(action.origin.zone)).astimezone(UTC)
    return {
        "uuid": view.id("milestone", action.id, step.day.isoformat(), step.text),
        "type": "milestone",
        "title": marked(step.text),
        **properties(done=step.done.isoformat() if step.done is not None else None),
        "timing": {"on-date": {"date": instant(day)}},
    }
