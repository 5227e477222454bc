"""How ready each run found everything to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from audit.analysis.trend import Point, sparkline
from audit.model.clean import json_text, line
from audit.model.dossier import Readiness
from audit.model.exit import Exit, Stop
from audit.model.message import say
from reports.record import readiness_record
from reports.translate import Translator
from reports.waivers import figure
from reports.words import interval, low_percent


def chosen(points: Sequence[Point], wanted: Sequence[str]) -> tuple[str, ...]:
    """The institutions to tell of, of the newest run first; Stop(USAGE) for one that no run knows."""
    known = dict.fromkeys(name for point in reversed(points) for name in point.institutions)
    for name in wanted:
        if name not in known:
            close = get_close_matches(name, known, 1)
            names = ", ".join(list(known)[:20])
            hint = (
                say("did you mean {close}?", close=repr(close[0])) if close else say("known are {names}", names=names)
            )
            raise Stop(Exit.USAGE, say("unknown institution {name}; {hint}", name=repr(line(name)), hint=hint))
    return tuple(name for name in known if not wanted or name in wanted)


def as_json(points: Sequence[Point], names: Sequence[str]) -> Iterator[str]:
    """One document."""
    document = {
        "schema": "haechi.trend/1",
        "estate": json_text(points[-1].run.estate_id) if points else None,
        "runs": [_point(point, names) for point in points],
    }
    yield json.dumps(document, ensure_ascii=False, indent=1)


def _point(point: Point, names: Sequence[str]) -> dict[str, Any]:
    return {
        "id": point.run.id,
        "at": point.at.isoformat(),
        "judged-from": point.run.judged_from or None,
        "state": point.run.state,
        "inventory": point.run.estate_sha256,
        "findings": point.asked,
        "checks": len(point.checks),
        "outside": point.outside,
        "readiness": readiness_record(point.readiness),
        "institutions": {
            json_text(name): readiness_record(point.institutions[name]) for name in names if name in point.institutions
        },
    }


def as_text(points: Sequence[Point], names: Sequence[str], speak: Translator) -> Iterator[str]:
    """A line a run, then a line an institution."""
    before = points[0] if points else None
    for point in points:
        ready = point.readiness
        marks = [speak.text("judged again")] if point.run.judged_from else []
        marks += [speak.text("not whole")] if point.run.state != "complete" else []
        marks += [speak.text("left out {count}", count=point.outside)] if point.outside else []
        if before is not None:
            marks += [speak.text("another inventory")] if before.run.estate_sha256 != point.run.estate_sha256 else []
            marks += [speak.text("other checks")] if before.checks != point.checks else []
        before = point
        yield (
            f"{line(point.run.id)}  {speak.instant(point.at)}  {ready.letter}  {interval(ready):>9}  "
            + speak.text("coverage {share} %", share=low_percent(ready.coverage))
            + f"  ✗ {ready.failed:,}  ? {ready.unknown:,}  ⚑ {ready.waived:,}"
            + (f"  ({', '.join(marks)})" if marks else "")
        )
    newest = points[-1]
    yield ""
    yield f"{_line([point.readiness for point in points])}  " + speak.text("demonstrated, all institutions")
    yield "  " + speak.text("With waivers counted as met") + "  " + figure(newest.readiness.with_waivers)
    wide = max((len(name) for name in names), default=0)
    for name in names:
        told = [point.institutions.get(name) for point in points]
        last = next(one for one in reversed(told) if one is not None)
        counts = f"✗ {last.failed:,}  ? {last.unknown:,}"
        yield f"{_line(told)}  {line(name):<{wide}}  {last.letter}  {interval(last)}  {counts}"
    yield ""
    yield speak.text("each bar is one run: empty is 0 %, full 100 % demonstrated; a dot where it was not there")


def _line(told: Sequence[Readiness | None]) -> str:
    return "".join(sparkline([one.demonstrated]) if one is not None else "·" for one in told)
