"""Restore drills to what a report or a command says of them, in words or as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from audit.model.clean import json_text, line
from audit.model.dossier import Dossier
from audit.model.drilling import Promise, RestoreState
from audit.model.estate import Estate, System
from audit.model.message import Message, say
from audit.model.units import bytes_text, parse_duration, plain
from audit.model.verdict import Verdict
from reports.closed import closed
from reports.translate import Translator
from reports.words import VERDICTS

LISTED: Final = 100
PARTS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "preflight": say("preparation"),
        "fetch": say("fetching"),
        "restore": say("restoring"),
        "start": say("starting"),
        "replay": say("replaying"),
        "switch": say("switching"),
        "verify": say("verifying"),
        "teardown": say("clearing away"),
    }
)
WORDS: Final[Mapping[Verdict, Message]] = MappingProxyType(
    {
        Verdict.PASS: say("restored"),
        Verdict.FAIL: say("did not come back as it should"),
        Verdict.UNKNOWN: say("restored, but too long ago"),
    }
)
NEVER: Final = say("never drilled")


@dataclass(frozen=True, slots=True)
class Measured:
    """One measured time beside the promised one."""

    took: str
    promised: str
    met: bool | None
    """None where nothing was promised, or nothing measured."""


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


def verdict(state: RestoreState, at: datetime) -> Verdict:
    """Proven, failed, or proven so long ago that it proves nothing any more."""
    if not state.proven:
        return Verdict.FAIL
    return Verdict.PASS if at <= state.expires else Verdict.UNKNOWN


def row(state: RestoreState, promise: Promise, at: datetime, speak: Translator) -> Row:
    """One drill in words, as it stands at an instant."""
    met = verdict(state, at)
    share = f"{state.share * 100:.3g} %"
    files = speak.text("{count} files", count=speak.number(state.files)) if state.files is not None else ""
    extent = speak.text("the whole") if state.share >= 1 else speak.text("{share} of it", share=share)
    amount = ", ".join(part for part in (bytes_text(state.bytes), files) if part)
    start = speak.instant(state.point_start) if state.point_start is not None else "?"
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
        rpo=beside(state.rpo if state.has("rpo") else None, promise.rpo, speak),
        rto=beside(state.rto if state.has("rto") else None, promise.rto, speak),
        parts=tuple((speak.message(PARTS[name]), short(took, speak)) for name, took in _together(state)),
        checks=tuple((one.held, one.name, one.detail) for one in state.checks),
        trouble=state.trouble,
        tool=state.tool,
    )


def rows(dossier: Dossier, speak: Translator) -> Sequence[Row]:
    """The drills of a dossier, those that failed first."""
    promised = promises(dossier.estate, dossier.policy)
    found = [row(state, promised(state.copy_ref), dossier.at, speak) for state in dossier.drills]
    order = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
    return sorted(found, key=lambda one: (order.index(one.verdict), one.ref))


def summary(dossier: Dossier, speak: Translator) -> str:
    """One line of all drills; empty where there was none and nobody consented to any."""
    found, missing = rows(dossier, speak), never(dossier)
    if not found and not missing:
        return ""
    count = Counter(one.verdict for one in found)
    parts = [f"{speak.message(word)} {count[met]}" for met, word in WORDS.items() if count[met]]
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


def promises(estate: Estate, policy: Mapping[str, Any]) -> Callable[[str], Promise]:
    """The function that says what was promised of the system around a copy, by `policy` as it is written out."""
    grades = policy.get("grades", {})

    def promise(ref: str) -> Promise:
        system = estate.index.get(ref.rpartition("/")[0].rpartition("/")[0])
        if not isinstance(system, System):
            return Promise()
        target = grades.get(system.grade) or grades.get(str(system.grade)) or {}
        by_grade = {name: parse_duration(target[name]) for name in ("rpo", "rto") if name in target}
        return Promise(
            rpo=system.rpo if system.rpo is not None else by_grade.get("rpo"),
            rto=system.rto if system.rto is not None else by_grade.get("rto"),
        )

    return promise


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
        "started": state.started.isoformat(),
        "ended": state.ended.isoformat(),
        "expires": state.expires.isoformat(),
        "integrity": state.integrity,
        "share": state.share,
        "bytes": state.bytes,
        "files": state.files,
        "sampled-of": state.sampled_of,
        "rpo": pair(state.rpo if state.has("rpo") else None, promise.rpo),
        "rto": pair(state.rto if state.has("rto") else None, promise.rto),
        "parts": [{"name": part.name, "seconds": part.took} for part in state.parts],
        "checks": [
            {"name": json_text(one.name), "held": one.held, "detail": json_text(one.detail)} for one in state.checks
        ],
        "trouble": json_text(state.trouble),
        "tool": json_text(state.tool),
    }


def pair(took: timedelta | None, promised: timedelta | None) -> dict[str, float | None]:
    """Seconds, measured and promised."""
    return {
        "measured": took.total_seconds() if took is not None else None,
        "promised": promised.total_seconds() if promised is not None else None,
    }


def beside(took: timedelta | None, promised: timedelta | None, speak: Translator) -> Measured:
    """A measured time beside the promised one, in words."""
    told = speak.quantity(plain(took)) if took is not None else "?"
    asked = speak.quantity(plain(promised)) if promised is not None else "–"
    met = took <= promised if took is not None and promised is not None else None
    return Measured(told, asked, met)


def _together(state: RestoreState) -> Iterator[tuple[str, float]]:
    """Each part once, in the order in which they were begun."""
    took: dict[str, float] = {}
    for part in state.parts:
        took[part.name] = took.get(part.name, 0.0) + part.took
    yield from took.items()


def short(seconds: float, speak: Translator) -> str:
    """Seconds as short text."""
    return speak.quantity(plain(timedelta(seconds=seconds)))


def schema() -> dict[str, Any]:
    """The JSON Schema of one such record."""
    text, instant = {"type": "string"}, {"type": "string", "format": "date-time"}
    seconds = {"type": ["number", "null"], "minimum": 0}
    count, maybe = {"type": "integer", "minimum": 0}, {"type": ["integer", "null"], "minimum": 0}
    pair = closed(measured=seconds, promised=seconds)
    return closed(
        id=text,
        copy=text,
        proven={"type": "boolean"},
        point=text,
        point_start={"anyOf": [instant, {"type": "null"}]},
        started=instant,
        ended=instant,
        expires=instant,
        integrity={"type": "integer", "minimum": 0, "maximum": 6},
        share={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        bytes=count,
        files=maybe,
        sampled_of=maybe,
        rpo=pair,
        rto=pair,
        parts={"type": "array", "items": closed(name={"enum": list(PARTS)}, seconds={"type": "number", "minimum": 0})},
        checks={"type": "array", "items": closed(name=text, held={"type": "boolean"}, detail=text)},
        trouble=text,
        tool=text,
    )
