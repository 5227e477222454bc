"""Switches to the other place that were measured to what a report or a command says of them, or plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from audit.model.clean import json_text, line
from audit.model.dossier import Dossier
from audit.model.drilling import Promise
from audit.model.message import Message, say
from audit.model.switching import RANK, SwitchState
from audit.model.verdict import Verdict
from reports import proofs
from reports.proofs import ORDER, Measured, promises, short, verdict
from reports.translate import Translator
from reports.words import VERDICTS

LISTED: Final = 100
WORDS: Final[Mapping[Verdict, Message]] = MappingProxyType(
    {
        Verdict.PASS: say("took over"),
        Verdict.FAIL: say("did not take over as it should"),
        Verdict.UNKNOWN: say("took over, but too long ago"),
    }
)
KINDS: Final[Mapping[str, Message]] = MappingProxyType(
    {"active": say("the real group was switched"), "isolated": say("copies were brought up in scratch space")}
)


@dataclass(frozen=True, slots=True)
class Row:
    """One switch in words."""

    ref: str
    id: str
    verdict: Verdict
    sign: str
    word: str
    kind: str
    when: str
    until: str
    outage: str
    rto: Measured
    rpo: Measured
    lost: str
    """Acknowledged writes that were gone, of all."""
    moved: str
    """Who led before, who leads now."""
    parts: tuple[tuple[str, str], ...]
    checks: tuple[tuple[bool, str, str], ...]
    """Whether it held, its name, what it says."""
    trouble: str
    authorized: tuple[str, ...]
    tool: str
    sent_by: str
    """The institution in whose bundle it came; empty for one of our own."""


def row(state: SwitchState, promise: Promise, at: datetime, speak: Translator) -> Row:
    """One switch in words, as it stands at an instant."""
    met = verdict(state, at)
    rpo, rto = proofs.times(state, promise, speak)
    counts = (state.lost, state.acknowledged) if state.has("lost") and state.has("acknowledged") else None
    return Row(
        ref=state.failover_ref,
        id=state.id,
        verdict=met,
        sign=VERDICTS[met].sign,
        word=speak.message(WORDS[met]),
        kind=speak.message(KINDS[state.kind]),
        when=speak.instant(state.ended),
        until=speak.instant(state.expires),
        outage=short(state.outage.total_seconds(), speak) if state.has("outage") else "–",
        rto=rto,
        rpo=rpo,
        lost=speak.text("{lost} of {count}", lost=speak.number(counts[0]), count=speak.number(counts[1]))
        if counts is not None
        else "–",
        moved=line(f"{state.left} → {state.taken or '?'}") if state.left else "",
        parts=proofs.parts(state, speak),
        checks=proofs.checks(state),
        trouble=line(state.trouble),
        authorized=tuple(line(name) for name in state.authorized),
        tool=line(state.tool),
        sent_by=line(state.sent_by),
    )


def rows(dossier: Dossier, speak: Translator) -> Sequence[Row]:
    """The switches of a dossier, those that failed first."""
    promised = promises_of(dossier)
    found = [row(state, promised[state.failover_ref], dossier.at, speak) for state in dossier.switches]
    return sorted(found, key=lambda one: (ORDER.index(one.verdict), one.ref))


def summary(dossier: Dossier, speak: Translator) -> str:
    """One line of all switches; empty where there was none."""
    found = rows(dossier, speak)
    if not found:
        return ""
    parts = proofs.counted(WORDS, [one.verdict for one in found], speak)
    worst = found[0]
    if worst.verdict is not Verdict.PASS:
        parts.append(speak.text("worst {subject}", subject=worst.ref))
    for one in found[:3]:
        told = {"subject": one.ref, "took": one.rto.took, "promised": one.rto.promised}
        parts.append(speak.text("{subject} in {took}, promised {promised}", **told))
    return speak.text("Failover drills: {told}", told=", ".join(parts))


def promises_of(dossier: Dossier) -> Mapping[str, Promise]:
    """What was promised of the system around each switched failover."""
    # Below a system a failover stands one step less deep than a copy.
    promise = promises(dossier.estate, dossier.policy)
    return {state.failover_ref: promise(f"{state.failover_ref}/-") for state in dossier.switches}


def records(dossier: Dossier) -> list[dict[str, Any]]:
    """The switches of a dossier as plain values."""
    promised = promises_of(dossier)
    return [record(state, promised[state.failover_ref]) for state in dossier.switches]


def record(state: SwitchState, promise: Promise) -> dict[str, Any]:
    """One switch as plain values."""
    return {
        "id": json_text(state.id),
        "failover": json_text(state.failover_ref),
        "kind": state.kind,
        "realism": state.realism,
        "proven": state.proven,
        **proofs.head(state),
        "left": json_text(state.left),
        "taken": json_text(state.taken),
        "outage": state.outage.total_seconds() if state.has("outage") else None,
        **proofs.pairs(state, promise),
        "acknowledged": state.acknowledged if state.has("acknowledged") else None,
        "lost": state.lost if state.has("lost") else None,
        "authorized": [json_text(name) for name in state.authorized],
        **proofs.tail(state),
    }


def schema() -> dict[str, Any]:
    """The JSON Schema of one such record."""
    text, count = {"type": "string"}, {"type": ["integer", "null"], "minimum": 0}
    return proofs.schema(
        id=text,
        failover=text,
        kind={"enum": list(KINDS)},
        realism={"enum": list(RANK)},
        proven={"type": "boolean"},
        left=text,
        taken=text,
        outage={"type": ["number", "null"], "minimum": 0},
        acknowledged=count,
        lost=count,
        authorized={"type": "array", "items": text},
    )
