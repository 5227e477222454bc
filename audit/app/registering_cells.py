"""Measures to the sheet that a spreadsheet opens, each to its cells as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from audit.app.registering_births import money
from audit.app.registering_rows import COLUMNS
from audit.model.clean import csv_cell
from audit.model.register import Action, Milestone


def sheet(actions: Iterable[Action]) -> Iterator[str]:
    """Each row of the sheet, the heads first."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for action in actions:
        cells = cells_of(action)
        writer.writerow([csv_cell(cells[name]) for name in COLUMNS])
        if buffer.tell() > 65_536:
            yield _taken(buffer)
    yield _taken(buffer)


def cells_of(action: Action) -> Mapping[str, str]:
    """One measure as text, by column."""
    origin = action.origin
    return {
        "id": action.id,
        "check": origin.check,
        "control": origin.control,
        "subject": origin.subject,
        "institution": origin.institution,
        "system": origin.system,
        "severity": origin.severity.value,
        "grade": str(origin.grade),
        "owner": action.owner,
        "due": action.due.isoformat() if action.due is not None else "",
        "budget": money(f"{action.budget.amount} {action.budget.currency}") if action.budget is not None else "",
        "plan": action.plan,
        "milestones": "\n".join(map(written_step, action.milestones)),
        "earlier": ", ".join(action.earlier),
        "state": action.state.value,
        "estate": origin.estate,
        "zone": origin.zone,
        "run": origin.run,
        "since": origin.since.isoformat(),
        "least": origin.least.word,
        "accountable": origin.accountable,
        "born": action.born.isoformat(),
        "reopened": str(action.reopened),
        "refuted": str(action.refuted),
        "verdict": action.verdict.value if action.verdict is not None else "",
        "seen": action.seen.isoformat() if action.seen is not None else "",
        "waived": action.waived,
        "gone": "yes" if action.gone else "",
        "retired": action.retired,
        "closed-by": action.closed_by,
    }


def written_step(one: Milestone) -> str:
    """A milestone as somebody writes it."""
    mark = " " if one.done is None else "x" if one.done == one.day else f"x {one.done}"
    return f"[{mark}] {one.day} {one.text}"


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
