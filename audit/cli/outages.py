"""`haechi outages`: an inventory with a store in, the outages that the watch saw out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

from audit.cli.back import Back, asked, columns, document, looking_back, spreadsheet, told_left_out
from audit.cli.tongue import told
from audit.cli.voice import talk, tell
from audit.model.exit import Exit
from audit.model.history import Outage
from audit.model.measurement import reasoned
from audit.model.message import Message, say

STATES: Final[Mapping[str, Message]] = MappingProxyType({"down": say("down"), "partial": say("partial")})
HEADS: Final = (
    say("began between"), say("ended between"), say("lasted"), say("subject"), say("state"), say("applicant-hours"),
    say("reason"),
)  # fmt: skip
COLUMNS: Final = (
    "subject", "state", "reason", "detail", "last_good", "first_bad", "last_bad", "first_good", "ended", "known_until",
    "shortest_seconds", "longest_seconds", "unknown_seconds", "applicant_hours_least", "applicant_hours_most",
)  # fmt: skip


@click.command("outages")
@looking_back
def command(estate: Path, period: str, on: str, at: str | None, form: str, store: str, lang: str) -> Exit:
    """List the outages of the inventory ESTATE that the watch saw, newest first.

    An outage began between the last good look and the first bad one, and ended between the last bad look and the first
    good one: so its length has a least and a most. Applicant-hours are the applicants an hour that the inventory
    declares, times those lengths.

    Exit code 3 where none of it was ever watched, else 0.

    \b
    Examples:
      haechi outages my-estate
      haechi outages my-estate --on kibo/guarantee --period month --format json
    """
    from audit.app.past import left_out, listed_outages

    back = asked(estate, period, at, on)
    found = listed_outages(back.estate, store, back.start, back.end, back.now, back.on)
    gone = left_out(back.estate, store, back.start, back.end, back.on)
    if form == "json":
        from reports.looks_back import OUTAGES

        listed = [_record(one) for one in found or ()]
        tell(document(OUTAGES, back, gone, watched=found is not None, outages=listed))
    elif form == "csv":
        tell(spreadsheet([COLUMNS, *map(_cells, found or ())]))
    elif found:
        for text in _table(back, found, lang):
            tell(text)
    told_left_out(gone, lang)
    if found is None:
        talk(say("nobody watched it yet; `haechi watch ESTATE` does"), lang)
        return Exit.NOT_VERIFIED
    if not found:
        talk(say("no outage was seen in this time; `haechi uptime` says how much of it was watched"), lang)
    return Exit.READY


def _table(back: Back, found: Sequence[Outage], language: str) -> Iterator[str]:
    from audit.model.units import plain

    rows = [[told(head, language) for head in HEADS]]
    for one in found:
        if one.ended:
            end = back.between(one.last_bad, one.first_good)
        elif one.known_until >= back.now:
            end = told(say("still {state}", state=STATES[one.state]), language)
        else:
            end = told(say("nobody looked after {last}", last=back.local(one.known_until)), language)
        people = "-"
        if one.applicant_hours is not None:
            people = "..".join(dict.fromkeys(f"{hours:,.0f}" for hours in one.applicant_hours))
        rows.append(
            [
                back.between(one.last_good, one.first_bad),
                end,
                "..".join(dict.fromkeys((plain(one.shortest), plain(one.longest)))),
                one.subject,
                told(STATES[one.state], language),
                people,
                reasoned(one.reason, one.detail),
            ]
        )
    yield from columns(rows)


def _record(one: Outage) -> dict[str, Any]:
    least, most = one.applicant_hours or (None, None)
    return {
        "subject": one.subject,
        "state": str(one.state),
        "reason": one.reason,
        "detail": one.detail,
        "last_good": one.last_good.isoformat() if one.last_good else None,
        "first_bad": one.first_bad.isoformat(),
        "last_bad": one.last_bad.isoformat(),
        "first_good": one.first_good.isoformat() if one.first_good else None,
        "ended": one.ended,
        "known_until": one.known_until.isoformat(),
        "seconds": {
            "shortest": one.shortest.total_seconds(),
            "longest": one.longest.total_seconds(),
            "unknown": one.unknown.total_seconds(),
        },
        "applicant_hours": None if least is None else {"least": least, "most": most},
    }


def _cells(one: Outage) -> Sequence[object]:
    record = _record(one)
    people = record["applicant_hours"] or {"least": None, "most": None}
    seconds = record["seconds"]
    return (*(record[name] for name in COLUMNS[:10]), *seconds.values(), *people.values())
