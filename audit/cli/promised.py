"""How long systems are away, how much work is lost, each beside its promise, to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from audit.analysis.recovery_figures import Figure
from audit.analysis.recovery_point import Left, Point
from audit.analysis.recovery_time import Achievable, Inversion
from audit.cli.recovered import assumed, lasting, span_json, span_text
from audit.model.clean import json_text, line
from audit.model.labour import StepBasis
from audit.model.message import Message, say
from audit.model.proven import Proven
from reports.translate import Translator

TIMES: Final = (
    say("each system is told after the worst of these events alone, counted from when it stops to when it is back"),
    say("what declares no time of its own takes none at the lower end, and has no upper end"),
    say("a declared rate of restore counts as it is at the lower end, as half at the upper end"),
    say("the lower end counts every failover, the upper end those alone that have really switched"),
)
POINTS: Final = (
    say("a backup is as old as `every:` allows when the loss comes; what a run observed goes before that"),
    say("a replica that is not looked at may be behind by nothing, or by nobody knows how much"),
    say("the work of a system is lost as far back as that of its worst data set"),
)
WORDS: Final = MappingProxyType({True: say("kept"), False: say("broken"), None: say("nobody can tell")})


BASES: Final[Mapping[StepBasis, Message]] = MappingProxyType(
    {
        "drilled": say("measured by a restore drill"),
        "estimated": say("reckoned up from a restore drill"),
        "switched": say("measured by a switch"),
        "recorded": say("as the inventory records a switch"),
        "declared": say("declared"),
    }
)


def times_json(
    estate: str, events: int, found: Sequence[Achievable], turned: Sequence[Inversion], top: int, known: Proven
) -> str:
    """One document."""
    document: dict[str, Any] = {
        "schema": "haechi.rto/1",
        "estate": json_text(estate),
        "events": events,
        "measured": {"restores": len(known.restores), "switches": len(known.took)},
        "systems": [_time(one) for one in found[:top]],
        "count": len(found),
        "kept": sum(one.kept is True for one in found),
        "broken": sum(one.kept is False for one in found),
        "unknown": sum(one.kept is None for one in found),
        "inversions": [
            {"system": json_text(one.system), "hours": one.hours, "needs": json_text(one.needs), "takes": one.takes}
            for one in turned[:top]
        ],
        "inversions-count": len(turned),
        "assumed": [str(one) for one in TIMES],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _time(one: Achievable) -> dict[str, Any]:
    step = None
    if one.step is not None:
        step = {"of": json_text(one.of), "what": json_text(one.step.says.english()), "hours": one.step.hours}
    return {
        "system": json_text(one.system.ref),
        "grade": one.system.grade,
        "promised": one.promised,
        "promise": "inventory" if one.written else "policy",
        "away": span_json(one.away),
        "kept": one.kept,
        "after": json_text(one.after),
        "path": [json_text(ref) for ref in one.path],
        "step": step,
        "untold": [json_text(ref) for ref in one.untold],
        "figures": [
            {
                "of": json_text(each.of),
                "what": json_text(each.says.english()),
                "hours": each.hours,
                "basis": each.basis if each.hours is not None else "untold",
                "on": each.on.isoformat() if each.on is not None else None,
            }
            for each in one.figures
        ],
    }


def times_text(
    found: Sequence[Achievable], turned: Sequence[Inversion], top: int, speak: Translator, known: Proven
) -> Iterator[str]:
    """Lines for people."""
    if known.restores or known.took:
        restores, switches = len(known.restores), len(known.took)
        yield speak.text("measured times that count: of restores {restores}, of switches {switches}",
                         restores=restores, switches=switches)  # fmt: skip
    else:
        yield speak.text("nothing was measured, or it is past its date: every time is a declared one")
    for one in found[:top]:
        yield speak.text(
            "{system} ({grade}): promised {promised}, away {away}: {verdict}",
            system=line(one.system.ref),
            grade=one.system.grade,
            promised=lasting(one.promised, speak),
            away=span_text(one.away, speak),
            verdict=speak.message(WORDS[one.kept]),
        )
        if one.after:
            yield "  " + speak.text("after the loss of {what}, by way of {path}",
                                    what=line(one.after), path=" <- ".join(map(line, one.path[:6])))  # fmt: skip
        if one.step is not None:
            hours = lasting(one.step.hours, speak) if one.step.hours is not None else speak.text("nobody says how long")
            yield "  " + speak.text(
                "what costs most: {step} ({hours})", step=line(speak.message(one.step.says)), hours=hours
            )
        yield from _rests_on(one.figures, speak)
        if one.untold:
            names = ", ".join(map(line, one.untold[:5])) + (", ..." if len(one.untold) > 5 else "")
            yield "  " + speak.text("the end is known once these say how long they take: {refs}", refs=names)
    if len(found) > top:
        yield speak.text("and {count} more; `--top` shows them", count=len(found) - top)
    for turn in turned[:top]:
        yield speak.text(
            "{system} is promised within {hours}, but cannot do without {needs}, which is promised within {takes}",
            system=line(turn.system),
            hours=lasting(turn.hours, speak),
            needs=line(turn.needs),
            takes=lasting(turn.takes, speak),
        )
    yield from assumed(speak, TIMES)


def _rests_on(figures: Sequence[Figure], speak: Translator) -> Iterator[str]:
    """What was measured, each with its day; then in one line what is only declared."""
    told = [one for one in figures if one.hours is not None]
    for one in told:
        if one.basis != "declared":
            yield "  " + speak.text(
                "{how} on {date}: {step} ({hours})",
                how=speak.message(BASES[one.basis]),
                date=_day(one.on, speak),
                step=line(speak.message(one.says)),
                hours=lasting(one.hours, speak),
            )
    declared = [
        f"{line(speak.message(one.says))} ({lasting(one.hours, speak)})" for one in told if one.basis == "declared"
    ]
    if declared:
        more = f"; ... ({len(declared)})" if len(declared) > 4 else ""
        yield "  " + speak.text("only declared: {steps}", steps="; ".join(declared[:4]) + more)


def _day(on: date | datetime | None, speak: Translator) -> str:
    if on is None:
        return "?"
    return speak.instant(on) if isinstance(on, datetime) else speak.day(on)


def points_json(estate: str, run: str, found: Sequence[Point], top: int) -> str:
    """One document."""
    document: dict[str, Any] = {
        "schema": "haechi.rpo/1",
        "estate": json_text(estate),
        "basis": "observed" if run else "declared",
        "run": json_text(run) or None,
        "systems": [
            {
                "system": json_text(one.system.ref),
                "grade": one.system.grade,
                "promised": one.promised,
                "promise": "inventory" if one.written else "policy",
                "lost": span_json(one.lost),
                "kept": one.kept,
                "skew": one.skew,
                "data": [_left(left) for left in one.left],
            }
            for one in found[:top]
        ],
        "count": len(found),
        "kept": sum(one.kept is True for one in found),
        "broken": sum(one.kept is False for one in found),
        "unknown": sum(one.kept is None for one in found),
        "assumed": [str(one) for one in POINTS],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _left(one: Left) -> dict[str, Any]:
    return {
        "data": json_text(one.data),
        "scenario": one.scenario,
        "after": json_text(one.after.english()),
        "lost": span_json(one.lost),
        "basis": one.basis,
        "survivors": [json_text(ref) for ref in one.survivors],
        "possible": [json_text(ref) for ref in one.possible],
        "why": json_text(one.why.english()) if one.why is not None else None,
    }


def points_text(run: str, found: Sequence[Point], top: int, speak: Translator) -> Iterator[str]:
    """Lines for people."""
    if not run:
        yield speak.text("from what is declared alone; `--run latest` takes what was observed")
    for one in found[:top]:
        lost = span_text(one.lost, speak) if one.lost is not None else speak.text("everything")
        yield speak.text(
            "{system} ({grade}): promised {promised}, lost {lost}: {verdict}",
            system=line(one.system.ref),
            grade=one.system.grade,
            promised=lasting(one.promised, speak),
            lost=lost,
            verdict=speak.message(WORDS[one.kept]),
        )
        for left in one.left:
            if left.basis != "exempt" and (
                left.lost is None or left.lost.most is None or left.lost.most > one.promised
            ):
                amount = span_text(left.lost, speak) if left.lost is not None else speak.text("everything")
                yield "  " + speak.text(
                    "{data} after {loss}: {lost}",
                    data=line(left.data),
                    loss=line(speak.message(left.after)),
                    lost=amount,
                )
                if left.why is not None:
                    yield "    " + line(speak.message(left.why))
        if one.skew:
            yield "  " + speak.text("its data sets may lie {skew} apart", skew=lasting(one.skew, speak))
    if len(found) > top:
        yield speak.text("and {count} more; `--top` shows them", count=len(found) - top)
    yield from assumed(speak, POINTS)
