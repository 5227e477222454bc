"""What restore drills or switches measured to words or plain values, the same for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from audit.model.clean import json_text, line
from audit.model.drilling import Promise, RestoreState
from audit.model.estate import Estate, System
from audit.model.message import Message, say
from audit.model.switching import SwitchState
from audit.model.units import parse_duration, plain
from audit.model.verdict import Verdict
from reports.closed import closed
from reports.translate import Translator

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
ORDER: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
"""The worst first."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measured time beside the promised one."""

    took: str
    promised: str
    met: bool | None
    """None where nothing was promised, or nothing measured."""


def verdict(state: RestoreState | SwitchState, at: datetime) -> Verdict:
    """Proven, failed, or proven so long ago that it proves nothing any more."""
    if not state.proven:
        return Verdict.FAIL
    return Verdict.PASS if at <= state.expires else Verdict.UNKNOWN


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


def beside(took: timedelta | None, promised: timedelta | None, speak: Translator) -> Measured:
    """A measured time beside the promised one, in words."""
    told = speak.quantity(plain(took)) if took is not None else "?"
    asked = speak.quantity(plain(promised)) if promised is not None else "–"
    met = took <= promised if took is not None and promised is not None else None
    return Measured(told, asked, met)


def times(state: RestoreState | SwitchState, promise: Promise, speak: Translator) -> tuple[Measured, Measured]:
    """The recovery point, then the recovery time, each beside the promised one, in words."""
    rpo, rto = _measured(state)
    return beside(rpo, promise.rpo, speak), beside(rto, promise.rto, speak)


def short(seconds: float, speak: Translator) -> str:
    """Seconds as short text."""
    return speak.quantity(plain(timedelta(seconds=seconds)))


def parts(state: RestoreState | SwitchState, speak: Translator) -> tuple[tuple[str, str], ...]:
    """Each part once with what it took, in the order in which they were begun, in words."""
    took: dict[str, float] = {}
    for part in state.parts:
        took[part.name] = took.get(part.name, 0.0) + part.took
    return tuple((speak.message(PARTS[name]), short(seconds, speak)) for name, seconds in took.items())


def checks(state: RestoreState | SwitchState) -> tuple[tuple[bool, str, str], ...]:
    """Of each check whether it held, its name, what it says."""
    return tuple((one.held, line(one.name), line(one.detail)) for one in state.checks)


def head(state: RestoreState | SwitchState) -> dict[str, Any]:
    """When it was made and until when it proves anything, as plain values."""
    return {
        "started": state.started.isoformat(),
        "ended": state.ended.isoformat(),
        "expires": state.expires.isoformat(),
    }


def pairs(state: RestoreState | SwitchState, promise: Promise) -> dict[str, Any]:
    """Both times in seconds, measured and promised."""
    rpo, rto = _measured(state)
    return {"rpo": _pair(rpo, promise.rpo), "rto": _pair(rto, promise.rto)}


def tail(state: RestoreState | SwitchState) -> dict[str, Any]:
    """Parts, checks and what went wrong, as plain values."""
    return {
        "parts": [{"name": part.name, "seconds": part.took} for part in state.parts],
        "checks": [
            {"name": json_text(one.name), "held": one.held, "detail": json_text(one.detail)} for one in state.checks
        ],
        "trouble": json_text(state.trouble),
        "tool": json_text(state.tool),
        "sent-by": json_text(state.sent_by),
    }


def schema(**more: Any) -> dict[str, Any]:
    """The JSON Schema of a record with all of these, and more."""
    text, instant = {"type": "string"}, {"type": "string", "format": "date-time"}
    seconds = {"type": ["number", "null"], "minimum": 0}
    pair = closed(measured=seconds, promised=seconds)
    return closed(
        **more,
        started=instant,
        ended=instant,
        expires=instant,
        rpo=pair,
        rto=pair,
        parts={"type": "array", "items": closed(name={"enum": list(PARTS)}, seconds={"type": "number", "minimum": 0})},
        checks={"type": "array", "items": closed(name=text, held={"type": "boolean"}, detail=text)},
        trouble=text,
        tool=text,
        sent_by=text,
    )


def counted(words: Mapping[Verdict, Message], met: Sequence[Verdict], speak: Translator) -> list[str]:
    """How many there are of each verdict, in words."""
    return [f"{speak.message(word)} {met.count(one)}" for one, word in words.items() if one in met]


def _measured(state: RestoreState | SwitchState) -> tuple[timedelta | None, timedelta | None]:
    return state.rpo if state.has("rpo") else None, state.rto if state.has("rto") else None


def _pair(took: timedelta | None, promised: timedelta | None) -> dict[str, float | None]:
    return {
        "measured": took.total_seconds() if took is not None else None,
        "promised": promised.total_seconds() if promised is not None else None,
    }
