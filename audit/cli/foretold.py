"""A forecast to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby

from audit.analysis.forecast import ASSUMED, Ending
from audit.app.forecasting import Told
from audit.model.clean import json_text, line
from audit.model.message import Message, say
from audit.model.verdict import Verdict
from reports.translate import Translator


def as_json(found: Told, top: int) -> Iterator[str]:
    """One document."""
    cast = found.forecast
    document = {
        "schema": "haechi.forecast/1",
        "estate": json_text(found.estate.ref),
        "at": cast.at.isoformat(),
        "until": cast.until.isoformat(),
        "season": None if found.peak is None else json_text(found.peak.id),
        "run": None if found.run is None else found.run.id,
        "inventory-changed-since": found.changed,
        "passes": cast.passes,
        **({"uncounted": cast.uncounted, "left-out": list(cast.left_out)} if cast.uncounted else {}),
        "lost": sum(not one.waived for one in cast.endings),
        "waivers-ending": sum(one.waived for one in cast.endings),
        "endings": [
            {
                "check": json_text(one.expiry.check),
                "subject": json_text(one.expiry.ref),
                "unit": json_text(one.unit),
                "grade": one.expiry.grade,
                "severity": str(one.severity),
                "on": one.expiry.on.isoformat(),
                "becomes": "waiver-ended" if one.waived else str(one.verdict),
                "says": json_text(str(one.expiry.says)),
            }
            for one in cast.endings[:top]
        ],
        "more": max(len(cast.endings) - top, 0),
        "assumed": [str(one) for one in _assumed(found)],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def as_text(found: Told, top: int, speak: Translator) -> Iterator[str]:
    """Lines for people: each system with what it loses."""
    cast = found.forecast
    day = speak.day(cast.until)
    if found.peak is not None:
        names = found.peak.names[1] if speak.language == "ko" else found.peak.names[0]
        yield speak.text("until {day}, when {season} begins:", day=day, season=line(names))
    else:
        yield speak.text("until {day}:", day=day)
    lost = sum(not one.waived for one in cast.endings)
    yield "  " + speak.text("{lost} of {passes} checks that pass now will not then", lost=lost, passes=cast.passes)
    if cast.uncounted:
        yield "  " + speak.text(
            "too many to judge them all: {count} checks are not counted; no day changes them, but for {names}",
            count=f"{cast.uncounted:,}",
            names=", ".join(map(line, cast.left_out)) or "-",
        )
    for unit, some in groupby(cast.endings[:top], key=lambda one: one.unit):
        endings = list(some)
        yield ""
        yield f"{line(unit)} ({endings[0].expiry.grade})"
        for one in endings:
            yield "  " + _line(one, unit, speak)
            yield "    " + line(speak.message(one.expiry.says))
    if len(cast.endings) > top:
        yield speak.text("and {count} more; `--top` shows them", count=len(cast.endings) - top)
    yield ""
    yield speak.text("assumed:")
    for said in _assumed(found):
        yield "  - " + speak.message(said)


def _line(one: Ending, unit: str, speak: Translator) -> str:
    where = "" if one.expiry.ref == unit else " " + line(one.expiry.ref)
    what = speak.text("waiver") if one.waived else speak.text("fails") if one.verdict is Verdict.FAIL else speak.text(
        "nobody can tell")  # fmt: skip
    severity = speak.text(str(one.severity))
    return f"{speak.day(one.expiry.on)}  {line(one.expiry.check)}{where}: {what} ({severity})"


def _assumed(found: Told) -> tuple[Message, ...]:
    if found.run is None:
        return (*ASSUMED, say("no run of this estate is stored: only what the inventory says itself was judged"))
    if found.changed:
        said = say("the inventory was changed since the run {run}, whose looks are judged", run=found.run.id)
        return (*ASSUMED, said)
    return (*ASSUMED, say("the looks are those of the run {run}", run=found.run.id))
