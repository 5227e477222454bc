"""Restore drills to what a report or a command says of them, in words or as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from audit.model.clean import json_text, line
from audit.model.dossier import Dossier
from audit.model.drilling import Promise, RestoreState
from audit.model.message import Message, say
from audit.model.units import bytes_text
from audit.model.verdict import Verdict
from reports import proofs
from reports.proofs import ORDER, Measured, promises, verdict
from reports.translate import Translator
from reports.words import VERDICTS

LISTED: Final = 100
WORDS: Final[Mapping[Verdict, Message]] = MappingProxyType(
    {
        Verdict.PASS: say("restored"),
        Verdict.FAIL: say("did not come back as it should"),
        Verdict.UNKNOWN: say("restored, but too long ago"),
    }
)
NEVER: Final = say("never drilled")


@dataclass(frozen=True, slots=True)
class Row:
    """One drill in words."""

    ref: str
    id: str
    verdict: Verdict
    sign: str
    word: str
    when: str
    until: str
    level: str
    extent: str
    point: str
    rpo: Measured
    rto: Measured
    parts: tuple[tuple[str, str], ...]
    checks: tuple[tuple[bool, str, str], ...]
    """Whether it held, its name, what it says."""
    trouble: str
    tool: str
    sent_by: str
    """The institution in whose bundle it came; empty for one of our own."""


def row(state: RestoreState, promise: Promise, at: datetime, speak: Translator) -> Row:
    """One drill in words, as it stands at an instant."""
    met = verdict(state, at)
    share = f"{state.share * 100:.3g} %"
    files = speak.text("{count} files", count=speak.number(state.files)) if state.files is not None else ""
    extent = speak.text("the whole") if state.share >= 1 else speak.text("{share} of it", share=share)
    amount = ", ".join(part for part in (bytes_text(state.bytes), files) if part)
    start = speak.instant(state.point_start) if state.point_start is not None else "?"
    rpo, rto = proofs.times(state, promise, speak)
    return Row(
        ref=state.copy_ref,
        id=state.id,
        verdict=met,
        sign=VERDICTS[met].sign,
        word=speak.message(WORDS[met]),
        when=speak.instant(state.ended),
        until=speak.instant(state.expires),
        level=f"L{state.integrity}",
        extent=f"{extent} ({amount})",
        point=f"{line(state.point)[:24]} ({start})" if state.point else start,
        rpo=rpo,
        rto=rto,
        parts=proofs.parts(state, speak),
        checks=proofs.checks(state),
        trouble=line(state.trouble),
        tool=line(state.tool),
        sent_by=line(state.sent_by),
    )


def rows(dossier: Dossier, speak: Translator) -> Sequence[Row]:
    """The drills of a dossier, those that failed first."""
    promised = promises(dossier.estate, dossier.policy)
    found = [row(state, promised(state.copy_ref), dossier.at, speak) for state in dossier.drills]
    return sorted(found, key=lambda one: (ORDER.index(one.verdict), one.ref))


def summary(dossier: Dossier, speak: Translator) -> str:
    """One line of all drills; empty where there was none and nobody consented to any."""
    found, missing = rows(dossier, speak), never(dossier)
    if not found and not missing:
        return ""
    parts = proofs.counted(WORDS, [one.verdict for one in found], speak)
    if missing:
        parts.append(f"{speak.message(NEVER)} {len(missing)}")
    if found and found[0].verdict is not Verdict.PASS:
        parts.append(speak.text("worst {subject}", subject=found[0].ref))
    return speak.text("Restore drills: {told}", told=", ".join(parts))


def never(dossier: Dossier) -> tuple[str, ...]:
    """The copies with consent that were never drilled."""
    known = {state.copy_ref for state in dossier.drills}
    return tuple(
        copy.ref
        for _, system in dossier.estate.systems()
        for data in system.data
        for copy in data.copies
        if copy.drill is not None and copy.ref not in known
    )


def records(dossier: Dossier) -> list[dict[str, Any]]:
    """The drills of a dossier as plain values."""
    promised = promises(dossier.estate, dossier.policy)
    return [record(state, promised(state.copy_ref)) for state in dossier.drills]


def record(state: RestoreState, promise: Promise) -> dict[str, Any]:
    """One drill as plain values."""
    return {
        "id": json_text(state.id),
        "copy": json_text(state.copy_ref),
        "proven": state.proven,
        "point": json_text(state.point),
        "point-start": state.point_start.isoformat() if state.point_start is not None else None,
        **proofs.head(state),
        "integrity": state.integrity,
        "share": state.share,
        "bytes": state.bytes,
        "files": state.files,
        "sampled-of": state.sampled_of,
        **proofs.pairs(state, promise),
        **proofs.tail(state),
    }


def schema() -> dict[str, Any]:
    """The JSON Schema of one such record."""
    text = {"type": "string"}
    count, maybe = {"type": "integer", "minimum": 0}, {"type": ["integer", "null"], "minimum": 0}
    return proofs.schema(
        id=text,
        copy=text,
        proven={"type": "boolean"},
        point=text,
        point_start={"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        integrity={"type": "integer", "minimum": 0, "maximum": 6},
        share={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        bytes=count,
        files=maybe,
        sampled_of=maybe,
    )
