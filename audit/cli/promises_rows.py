"""The ledger of promises to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from audit.analysis.promises import Entry
from audit.model.clean import json_text, line
from audit.model.estate import Estate
from audit.model.message import Message, say
from audit.model.units import plain
from reports.translate import Translator

HOW: Final[Mapping[str, Message]] = MappingProxyType(
    {"restore-drill": say("restore drill"), "switch": say("switch"), "outage": say("outage")}
)
NOTES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "sample": say("reckoned up from a sample"),
        "lasts": say("it lasts, or nobody looked on"),
        "isolated": say("in scratch space"),
        "active": say("of the real group"),
    }
)
KEPT: Final[Mapping[str, tuple[str, Message]]] = MappingProxyType(
    {"kept": ("✓", say("kept")), "broken": ("✗", say("broken")), "unknown": ("?", say("cannot be told"))}
)
_SILENT: Final = 20


def silent(estate: Estate, entries: Sequence[Entry], on: str) -> tuple[str, ...]:
    """The systems of which no recovery time was ever measured."""
    told = {one.system for one in entries if one.what == "rto" and (one.least is not None or one.trouble)}
    return tuple(
        system.ref
        for _, system in estate.systems()
        if system.ref not in told and (not on or estate.covers(on, system.ref) or system.ref == on)
    )


def as_json(estate: Estate, entries: Sequence[Entry], quiet: Sequence[str]) -> Iterator[str]:
    """One document."""
    document: dict[str, Any] = {
        "schema": "haechi.promises/1",
        "estate": json_text(estate.about.id),
        "measured": len(entries),
        "broken": sum(one.broken for one in entries),
        "entries": [
            {
                "system": json_text(one.system) or None,
                "subject": json_text(one.subject),
                "what": one.what,
                "how": one.how,
                "at": one.at.isoformat(),
                "promised": _seconds(one.promised),
                "promised-then": _seconds(one.then),
                "least": _seconds(one.least),
                "most": _seconds(one.most),
                "now": one.now,
                "then": one.back_then,
                "trouble": json_text(one.trouble) or None,
                "note": one.note or None,
            }
            for one in entries
        ],
        "never-measured": [json_text(ref) for ref in quiet],
    }
    yield json.dumps(document, ensure_ascii=False, indent=1)


def _seconds(value: Any) -> float | None:
    return value.total_seconds() if value is not None else None


def as_text(entries: Sequence[Entry], quiet: Sequence[str], speak: Translator) -> Iterator[str]:
    """Broken promises by name first, then system by system."""
    broken = [one for one in entries if one.broken]
    yield speak.text("{count} measurements, broken promises: {broken}", count=len(entries), broken=len(broken))
    for one in broken:
        yield "  " + _row(one, speak)
    for system, group in groupby(entries, key=lambda one: one.system):
        yield ""
        yield line(system) if system else speak.text("no longer in the inventory")
        for one in group:
            yield "  " + _row(one, speak)
    if quiet:
        yield ""
        yield speak.text("no recovery time was ever measured of these systems: {count}", count=len(quiet))
        yield from (f"  {line(ref)}" for ref in quiet[:_SILENT])
        if len(quiet) > _SILENT:
            yield "  " + speak.text("and {count} more; `--format json` tells them", count=len(quiet) - _SILENT)


def _row(one: Entry, speak: Translator) -> str:
    worst = "broken" if one.broken else one.now
    sign, word = KEPT[worst]
    figures = line(one.trouble) if one.trouble else _span(one, speak)
    promised = plain(one.promised) if one.promised is not None else "-"
    then = ""
    if one.then is not None and one.then != one.promised:
        then = ", " + speak.text("on that day {time}", time=plain(one.then))
    note = f" ({speak.message(NOTES[one.note])})" if one.note in NOTES else ""
    told = speak.text(
        "{what} {figures}, promised {promised}", what=one.what.upper(), figures=figures, promised=promised
    )
    how = speak.message(HOW[one.how])
    return f"{sign} {speak.message(word)}  {speak.instant(one.at)}  {how}{note}  {line(one.subject)}  {told}{then}"


def _span(one: Entry, speak: Translator) -> str:
    if one.least is None:
        return speak.text("not timed")
    if one.most is None or one.most == one.least:
        return plain(one.least)
    return speak.text("{least} to {most}", least=plain(one.least), most=plain(one.most))
