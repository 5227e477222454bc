"""Permits, answers about them, to the lines or the document of JSON that a command prints."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from audit.app.permits import Answer, Listed
from audit.cli.back import columns
from audit.cli.voice import talk, tell
from audit.model.clean import json_escaped, json_text, line
from audit.model.message import Message, say
from audit.model.permit import Permit
from audit.model.verdict import Verdict
from reports.translate import Translator
from reports.words import VERDICTS

SCHEMA: Final = "haechi.permit/1"
_WORDS: Final[Mapping[bool | None, tuple[str, Message]]] = MappingProxyType(
    {
        True: ("✓", say("go: {permit} may begin")),
        False: ("✗", say("no-go: {permit} must not begin")),
        None: ("?", say("nobody can tell whether {permit} may begin")),
    }
)
_STATES: Final[Mapping[str, Message]] = MappingProxyType(
    {"planned": say("planned"), "open": say("open"), "over": say("over")}
)
_HEADS: Final = (
    say("permit"), say("kind"), say("from"), say("to"), say("state"), say("systems in danger"), say("lacks"),
)  # fmt: skip
_ORDER: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)


def answer(found: Answer, form: str, language: str) -> None:
    """Whether work may begin, the worst reason first."""
    reasons = sorted(found.reasons, key=lambda one: _ORDER.index(one.verdict))
    if form == "json":
        _document(
            permit=_plain(found.permit),
            go=found.go,
            at=found.at.isoformat(),
            endangered=list(found.endangered),
            run=found.run,
            reasons=[
                {"verdict": str(one.verdict), "check": one.check, "says": json_text(str(one.says))} for one in reasons
            ],
        )
        return
    speak = Translator(language, found.zone)
    sign, says = _WORDS[found.go]
    tell(line(f"{sign} " + speak.message(says.filled(permit=found.permit.id))))
    for one in reasons:
        tell(
            line(
                f"  {VERDICTS[one.verdict].sign} {speak.message(one.says)}" + (f"  ({one.check})" if one.check else "")
            )
        )
    names = ", ".join(found.endangered[:10]) + (" ..." if len(found.endangered) > 10 else "")
    if found.endangered:
        in_danger = say("an accident could take {count} systems: {names}", count=len(found.endangered), names=names)
        tell(line("  " + speak.message(in_danger)))


def overview(found: Sequence[Listed], form: str, language: str) -> None:
    """Every permit of an estate."""
    if form == "json":
        _document(
            permits=[
                _plain(one.permit)
                | {
                    "state": one.state,
                    "endangered": list(one.endangered),
                    "lacks": [json_text(str(lack)) for lack in one.lacks],
                }
                for one in found
            ]
        )
        return
    if not found:
        talk(say("the inventory holds no permit; write them under `permits:`"), language)
        return
    speak = Translator(language)
    rows: list[Sequence[str]] = [[speak.message(head) for head in _HEADS]]
    for one in found:
        times = [_clock(moment, one.zone) for moment in (one.permit.start, one.permit.end)]
        lacks = speak.message(one.lacks[0]) if one.lacks else "-"
        more = f" (+{len(one.lacks) - 1})" if len(one.lacks) > 1 else ""
        state = speak.message(_STATES[one.state])
        rows.append((one.permit.id, one.permit.kind, *times, state, str(len(one.endangered)), line(lacks) + more))
    for text in columns(rows):
        tell(text)


def _clock(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _plain(permit: Permit) -> dict[str, Any]:
    return {
        "id": permit.id,
        "kind": permit.kind,
        "on": list(permit.on),
        "from": permit.start.isoformat(),
        "to": permit.end.isoformat(),
    }


def _document(**parts: Any) -> None:
    tell(json_escaped(json.dumps({"schema": SCHEMA, **parts}, indent=1, ensure_ascii=False)))
