"""Pieces of evidence to the lines, the document of JSON, the sheet of CSV that a command prints of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from audit.app.papers import Paper, Papers
from audit.cli.back import columns, spreadsheet
from audit.cli.tongue import told
from audit.cli.voice import talk, tell
from audit.model.clean import json_escaped, json_text, line
from audit.model.message import Message, say
from audit.model.paper import FORGED, State
from reports.translate import Translator

SCHEMA: Final = "haechi.evidence/1"
WORDS: Final[Mapping[State, Message]] = MappingProxyType(
    {
        State.SIGNED: say("signed"),
        State.UNSIGNED: say("unsigned"),
        State.EXPIRED: say("expired"),
        State.FUTURE: say("dated in the future"),
        State.TAMPERED_DOCUMENT: say("tampered (document)"),
        State.TAMPERED_STATEMENT: say("tampered (statement)"),
        State.MISSING: say("missing file"),
        State.KEY_EXPIRED: say("key expired"),
        State.NOT_YET: say("key not valid yet"),
        State.WRONG_SIGNER: say("wrong signer"),
        State.UNKNOWN_SIGNER: say("unknown signer"),
        State.WRONG_NAMESPACE: say("wrong namespace"),
        State.UNREADABLE: say("unreadable signature"),
        State.FOUR_EYES: say("own word"),
        State.NO_TOOL: say("no tool"),
        State.UNSEEN: say("not verified"),
    }
)
_KEYS: Final = (
    "id", "check", "on", "state", "says", "collected", "expires", "left", "by", "role", "signer", "key", "file",
    "signature", "replaced",
)  # fmt: skip


def overview(found: Papers, form: str, language: str) -> None:
    """Every piece with what it is worth, then why it is no more."""
    if form != "text":
        _for_programs(found, form)
        return
    if not found.papers:
        talk(say("no evidence is recorded; add some with `haechi evidence add`"), language)
        return
    speak = Translator(language, found.estate.about.timezone)
    heads = ("id", say("state"), say("check"), say("subject"), say("expires"), say("signed by"))
    rows: list[Sequence[str]] = [[head if isinstance(head, str) else speak.message(head) for head in heads]]
    rows += [[*_row(one, speak), one.signer if one.state is State.SIGNED else "-"] for one in found.papers]
    for text in columns(rows):
        tell(text)
    for one in found.papers:
        if one.state is not State.SIGNED:
            tell(line(f"{_sign(one)} {one.evidence.id}: {speak.message(one.says)}"))
    counts = Counter(one.state for one in found.papers)
    talk(
        say(
            "{counts}",
            counts=", ".join(f"{told(WORDS[state], language)} {counts[state]}" for state in State if counts[state]),
        ),
        language,
    )


def ending(found: Papers, form: str, language: str) -> None:
    """Every piece that ends soon, soonest first."""
    if form != "text":
        _for_programs(found, form)
        return
    if not found.papers:
        talk(say("no evidence ends in that time"), language)
        return
    speak = Translator(language, found.estate.about.timezone)
    rows: list[Sequence[str]] = [
        [speak.message(head) for head in (say("days left"), say("expires"), say("check"), say("subject"), say("id"))]
    ]
    for one in found.papers:
        evidence = one.evidence
        rows.append((str(_left(one, found)), str(evidence.expires), evidence.check, evidence.on, evidence.id))
    for text in columns(rows):
        tell(text)


def one(paper: Paper, found_in: str, form: str, language: str, statement: str = "") -> None:
    """One piece that was just signed or added."""
    if form == "json":
        told_of = {"id": paper.evidence.id, "state": str(paper.state), "says": json_text(str(paper.says))}
        _document(**told_of, path=json_text(found_in), statement=statement)
        return
    speak = Translator(language)
    tell(line(f"{_sign(paper)} {paper.evidence.id}: {speak.message(WORDS[paper.state])}  {found_in}"))
    tell(line(f"  {speak.message(paper.says)}"))


def to_sign(name: str, target: str, form: str, statement: str) -> None:
    """The text that somebody would sign for a piece, with where the signature goes."""
    if form == "json":
        _document(id=name, path=json_text(target), statement=statement)
        return
    tell(statement.removesuffix("\n"))


def _row(one: Paper, speak: Translator) -> Sequence[str]:
    evidence = one.evidence
    state = speak.message(WORDS[one.state])
    return (
        evidence.id,
        f"{_sign(one)} {state}",
        evidence.check,
        evidence.on,
        evidence.expires.isoformat(),
    )


def _sign(one: Paper) -> str:
    if one.state is State.SIGNED:
        return "✓"
    return "✗" if one.state in FORGED else "?"


def _left(one: Paper, found: Papers) -> int:
    return (one.evidence.expires - found.today).days


def _for_programs(found: Papers, form: str) -> None:
    rows = list(_records(found))
    if form == "csv":
        tell(spreadsheet([_KEYS, *([row[key] for key in _KEYS] for row in rows)]))
        return
    _document(estate=found.estate.ref, at=found.at.isoformat(), evidence=rows)


def _records(found: Papers) -> Iterator[Mapping[str, Any]]:
    for paper in found.papers:
        evidence = paper.evidence
        texts = {key: json_text(str(getattr(evidence, key) or "")) for key in
                 ("id", "check", "on", "collected", "expires", "by", "role", "file", "signature")}  # fmt: skip
        yield texts | {
            "state": str(paper.state),
            "says": json_text(str(paper.says)),
            "left": _left(paper, found),
            "signer": json_text(paper.signer),
            "key": paper.key,
            "replaced": paper.replaced,
        }


def _document(**content: Any) -> None:
    tell(json_escaped(json.dumps({"schema": SCHEMA, **content}, indent=2)))
