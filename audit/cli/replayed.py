"""Estates that were judged as of the day before an incident, to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from audit.app.replaying import INCIDENTS, TWIN, Line, Replayed, folder, names
from audit.model.clean import json_text, line
from audit.model.message import Message, say
from reports.translate import Translator

ASSUMED: Final = (
    say("each estate is a reconstruction from public reports; its files say what of it is assumed"),
    say(
        "nothing was looked at but the folder of the estate: its documents, its signatures, its record of what was seen"
    ),
)


def listed(form: str, speak: Translator) -> Iterator[str]:
    """What can be replayed."""
    if form == "json":
        rows = [{"name": one, "folder": json_text(str(folder(one)))} for one in names()]
        yield json.dumps({"schema": "haechi.replays/1", "replays": rows}, ensure_ascii=False, indent=2)
        return
    for one in INCIDENTS:
        yield speak.text("{name}  as of {date}: {what}", name=one.name, date=one.at.date(), what=one.what)
        yield "  " + speak.text("{name}  the same with what was demanded afterwards done", name=one.name + TWIN)
    yield speak.text("`haechi replay NAME` judges one, `haechi replay --all` all of them")


def shown(found: Sequence[Replayed], form: str, speak: Translator) -> Iterator[str]:
    """What was expected with what was found."""
    if form == "json":
        document: dict[str, Any] = {
            "schema": "haechi.replay/1",
            "replays": [_plain(one, speak) for one in found],
            "assumed": [str(one) for one in ASSUMED],
        }
        yield json.dumps(document, ensure_ascii=False, indent=2)
        return
    for one in found:
        yield speak.text("{name}, as of {at}", name=one.name, at=one.incident.at.isoformat(timespec="minutes"))
        yield "  " + line(str(one.path))
        for row in one.lines:
            yield from _row(row, speak)
        right = sum(row.right for row in one.lines)
        yield "  " + speak.text("{right} of {count} checks say what they must", right=right, count=len(one.lines))
        yield ""
    yield speak.text("assumed:")
    for says in ASSUMED:
        yield "  - " + speak.message(says)


def _row(row: Line, speak: Translator) -> Iterator[str]:
    expected = row.expected
    verdict = str(row.found.verdict) if row.found is not None else "-"
    told = f"  {expected.control:<7} {verdict:<14} {expected.check} {line(expected.subject)}"
    if not row.right:
        told += "  " + speak.text("expected: {verdict}", verdict=str(expected.verdict))
    yield told
    yield "          " + line(speak.message(_says(row)))


def _says(row: Line) -> Message:
    if row.found is None:
        return say("no such check or subject is there")
    return row.found.says


def _plain(one: Replayed, speak: Translator) -> dict[str, Any]:
    return {
        "name": one.name,
        "at": one.incident.at.isoformat(),
        "folder": json_text(str(one.path)),
        "as-expected": one.right,
        "checks": [
            {
                "control": row.expected.control,
                "check": row.expected.check,
                "subject": json_text(row.expected.subject),
                "expected": str(row.expected.verdict),
                "found": str(row.found.verdict) if row.found is not None else None,
                "reason": str(row.found.reason) if row.found is not None and row.found.reason is not None else None,
                "says": json_text(speak.message(_says(row))),
            }
            for row in one.lines
        ],
    }
