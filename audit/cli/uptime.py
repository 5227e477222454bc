"""`haechi uptime`: an inventory with a store in, how available each endpoint was out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

from audit.analysis.budget import Uptime
from audit.cli.back import Back, asked, columns, document, looking_back, spreadsheet, told_left_out
from audit.cli.tongue import told
from audit.cli.voice import talk, tell
from audit.model.exit import Exit
from audit.model.history import interval
from audit.model.message import Message, say

ANSWERS: Final[Mapping[bool | None, Message]] = MappingProxyType(
    {True: say("met"), False: say("missed"), None: say("cannot be told")}
)
HEADS: Final = (
    say("subject"), say("grade"), say("available"), say("coverage"), say("unknown"), say("maintenance"), say("target"),
    say("error budget left"), say("target is"),
)  # fmt: skip
COLUMNS: Final = (
    "subject", "system", "grade", "worst", "start", "end", "available_least", "available_most", "coverage", "target",
    "met", "up_seconds", "down_seconds", "between_seconds", "partial_seconds", "degraded_seconds", "unknown_seconds",
    "maintenance_seconds", "budget_seconds", "spent_least_seconds", "spent_most_seconds",
)  # fmt: skip


@click.command("uptime")
@looking_back
def command(estate: Path, period: str, on: str, at: str | None, form: str, store: str, lang: str) -> Exit:
    """Say how available each endpoint of the inventory ESTATE was, as the watch measured it.

    Availability is a share of measured time, from what was surely up to what may have been. What nobody watched is
    told apart; maintenance counts only where it was declared beforehand. The line of a system is that of its worst
    endpoint.

    \b
    Exit codes:
      0  every target is met
      1  one was surely missed
      3  one cannot be told, as too little was measured

    \b
    Examples:
      haechi uptime my-estate
      haechi uptime my-estate --period 2026-10 --format csv
      haechi uptime my-estate --on kibo/guarantee --period 24h
    """
    from audit.app.past import left_out, uptime

    back = asked(estate, period, at, on)
    lines = uptime(back.estate, back.policy, store, back.start, back.end, back.on)
    gone = left_out(back.estate, store, back.start, back.end, back.on)
    if form == "json":
        from reports.looks_back import UPTIME

        tell(document(UPTIME, back, gone, subjects=[_record(one) for one in lines]))
    elif form == "csv":
        tell(spreadsheet(list(_cells(lines))))
    elif lines:
        for text in _table(back, lines, lang):
            tell(text)
    if not any(one.seen.measured for one in lines):
        talk(say("nobody watched it in this time; `haechi watch ESTATE` does"), lang)
    told_left_out(gone, lang)
    answers = {one.met for one in lines}
    return Exit.FAILED if False in answers else Exit.NOT_VERIFIED if None in answers or not lines else Exit.READY


def _table(back: Back, lines: Sequence[Uptime], language: str) -> Iterator[str]:
    from audit.model.units import plain

    period = say(
        "{start} to {end}, {zone}",
        start=back.local(back.start),
        end=back.local(back.end),
        zone=back.estate.about.timezone,
    )
    yield told(period, language)
    rows = [[told(head, language) for head in HEADS]]
    for one in lines:
        seen = one.seen
        figure = interval(seen.least, seen.most) if seen.least is not None and seen.most is not None else "-"
        left = "-"
        if one.budget is not None and seen.measured:
            allowed, (least, most) = plain(one.budget.allowed), one.budget.left
            left = f"{plain(least)}..{plain(most)}" if least != most else plain(least)
            left = told(say("{left} of {allowed}", left=left, allowed=allowed), language)
        rows.append(
            [
                one.subject if one.worst else f"  {one.subject.rpartition('/')[2]}",
                str(one.grade),
                figure,
                "<0.1 %" if 0 < seen.coverage < 0.001 else f"{int(seen.coverage * 1000) / 10:g} %",
                plain(seen.unknown),
                plain(seen.maintenance),
                f"{one.target * 100:g} %" if one.target is not None else "-",
                left,
                told(ANSWERS[one.met], language) if one.target is not None else "-",
            ]
        )
    yield from columns(rows)


def _record(one: Uptime) -> dict[str, Any]:
    seen, budget = one.seen, one.budget
    names = ("up", "down", "between", "partial", "degraded", "unknown", "maintenance")
    return {
        "subject": one.subject,
        "system": one.system,
        "grade": one.grade,
        "worst": one.worst or None,
        "start": seen.start.isoformat(),
        "end": seen.end.isoformat(),
        "available": {"least": seen.least, "most": seen.most},
        "coverage": seen.coverage,
        "target": one.target,
        "met": one.met,
        "seconds": {name: getattr(seen, name).total_seconds() for name in names},
        "unknown": {reason: length.total_seconds() for reason, length in seen.reasons.items()},
        "budget": None
        if budget is None
        else {
            "allowed": budget.allowed.total_seconds(),
            "spent": {"least": budget.least.total_seconds(), "most": budget.most.total_seconds()},
        },
    }


def _cells(lines: Sequence[Uptime]) -> Iterator[Sequence[object]]:
    yield COLUMNS
    for one in lines:
        record = _record(one)
        available, budget = record["available"], record["budget"]
        spent = budget["spent"] if budget is not None else {"least": None, "most": None}
        yield (
            *(record[name] for name in ("subject", "system", "grade", "worst", "start", "end")),
            available["least"],
            available["most"],
            *(record[name] for name in ("coverage", "target", "met")),
            *record["seconds"].values(),
            budget["allowed"] if budget is not None else None,
            spent["least"],
            spent["most"],
        )
