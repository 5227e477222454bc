"""What came out of verifying in, lines for people or JSON out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from audit.app.sealing_bundle import Answer
from audit.app.sealing_verify import Verdict
from audit.cli.tongue import told as spoken
from audit.cli.voice import talk, tell
from audit.model.clean import line
from audit.model.exit import Exit
from audit.model.message import Message, say

_MOST: Final = 20


def told(found: Verdict, what: str, form: str, lang: str) -> None:
    """Tell the verdict, the first fault first."""
    states = {Exit.READY: "intact", Exit.FAILED: "altered", Exit.NOT_VERIFIED: "not verified"}
    if form == "json":
        parts = {"faults": found.faults, "doubts": found.doubts, "notes": found.notes}
        texts = {name: [spoken(one, lang) for one in some] for name, some in parts.items()}
        counts: dict[str, object] = {"events": found.size, "runs": found.runs, "signed-by": list(found.signed_by)}
        if found.record:
            counts["record"] = line(found.record)
        state = {"state": states[found.exit], "first": next(iter(texts["faults"]), None)}
        tell(json.dumps({"schema": "haechi.verify/1", "what": what, "kind": found.kind, **state, **texts, **counts}))
        return
    whole = say("intact: {events} events, {runs} runs", events=found.size, runs=found.runs)
    if found.kind == "proof":
        whole = say("intact: one record, in a log of {events} events", events=found.size)
    heads: dict[Exit, Message] = {
        Exit.READY: whole,
        Exit.FAILED: say("ALTERED: {count} records, the first of them:", count=len(found.faults)),
        Exit.NOT_VERIFIED: say("not verified"),
    }
    tell(line(f"{what}  {spoken(heads[found.exit], lang)}"))
    for one in found.faults[:_MOST]:
        tell(line(f"  {spoken(one, lang)}"))
    if len(found.faults) > _MOST:
        talk(say("and {count} more", count=len(found.faults) - _MOST), lang)
    if found.record:
        tell(line(f"  {found.record}"))
    for name in found.signed_by:
        tell(line("  " + spoken(say("signed by {key}", key=name), lang)))
    for doubt in (*found.doubts, *found.notes):
        talk(doubt, lang)


_STATES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "merged": say("merged"),
        "more": say("known, with new events"),
        "known": say("known"),
        "refused": say("REFUSED"),
        "unread": say("NOT TAKEN"),
    }
)


def merged(answers: Sequence[Answer], form: str, lang: str) -> None:
    """Tell what became of each bundle."""
    rows = [
        {
            "file": str(one.path),
            "state": one.merged.state if one.merged is not None else "unread",
            "run": one.merged.run if one.merged is not None else None,
            "runs": list(one.merged.runs) if one.merged is not None else [],
            "institution": one.merged.institution if one.merged is not None else None,
            "events": one.merged.events if one.merged is not None else 0,
            "says": [spoken(says, lang) for says in _said(one)],
        }
        for one in answers
    ]
    if form == "json":
        tell(json.dumps({"schema": "haechi.merge/1", "bundles": rows}))
        return
    for row, one in zip(rows, answers, strict=True):
        run = f"  {row['run']}" if row["run"] else ""
        tell(line(f"{row['file']}  {spoken(_STATES[str(row['state'])], lang)}{run}"))
        for older in one.merged.runs[1:] if one.merged is not None else ():
            tell(line("  " + spoken(say("with run {run}", run=older), lang)))
        for says in _said(one):
            tell(line(f"  {spoken(says, lang)}"))


def _said(one: Answer) -> tuple[Message, ...]:
    found = one.merged.conflicts if one.merged is not None else ()
    return (*found, one.says) if one.says is not None else found
