"""What is left of each data set after each kind of loss, to words for people or plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from audit.model.clean import json_text, redacted
from audit.model.dossier import Dossier
from audit.model.evidence import Finding
from audit.model.fate import Scenario
from audit.model.message import Message, say
from audit.model.survival import SCENARIOS, Outcome
from audit.model.units import plain
from audit.model.verdict import Verdict
from reports.closed import closed
from reports.translate import Translator
from reports.words import VERDICTS

LISTED: Final = 12
NAMES: Final[Mapping[Scenario, Message]] = MappingProxyType(
    {
        "host-loss": say("its machine is lost"),
        "site-loss": say("its site is lost"),
        "ransomware": say("somebody holds every password"),
        "operator-error": say("somebody gives a wrong command"),
        "supplier-loss": say("its supplier is lost"),
        "system-loss": say("the backup system is lost"),
    }
)
BASES: Final[Mapping[str, Message]] = MappingProxyType(
    {"drilled": say("measured"), "estimated": say("reckoned up"), "declared": say("declared")}
)
_ORDER: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One data set after one kind of loss."""

    verdict: Verdict
    sign: str
    word: str
    rpo: str
    """The work that is lost: one figure, or from the least to the most."""
    rto: str
    """How long it takes to bring it back, with how that is known; empty where nobody knows."""
    copies: tuple[str, ...]
    """What is left for certain."""
    says: str


@dataclass(frozen=True, slots=True)
class Row:
    """One data set after all of them."""

    ref: str
    name: str
    grade: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """The worst data sets, with how often each kind of loss is borne."""

    heads: tuple[str, ...]
    counts: tuple[tuple[tuple[str, int], ...], ...]
    """For each kind of loss: verdict and how many data sets."""
    rows: tuple[Row, ...]
    more: int


def left(dossier: Dossier, speak: Translator) -> Left:
    """What is left, the most endangered data sets first."""
    findings = _findings(dossier)
    graded = _graded(dossier)
    order = most_endangered(dossier)
    counts = tuple(
        tuple((str(verdict), number) for verdict in _ORDER if (number := counted[verdict]))
        for counted in (_counted(dossier, scenario, findings) for scenario in SCENARIOS)
    )
    rows = tuple(
        Row(
            ref=ref,
            name=dossier.estate.named(ref, speak.language),
            grade=graded.get(ref, 4),
            cells=tuple(_cell(one, findings.get((ref, one.scenario)), speak) for one in dossier.scenarios[ref]),
        )
        for ref in order[:LISTED]
    )
    heads = tuple(speak.message(NAMES[scenario]) for scenario in SCENARIOS)
    return Left(heads, counts, rows, max(0, len(order) - LISTED))


def most_endangered(dossier: Dossier) -> list[str]:
    """The judged data sets, those of which the least is left first."""
    findings, graded = _findings(dossier), _graded(dossier)
    return sorted(dossier.scenarios, key=lambda ref: (_weight(ref, findings), graded.get(ref, 4), ref))


def _graded(dossier: Dossier) -> Mapping[str, int]:
    return {data.ref: system.grade for _, system in dossier.estate.systems() for data in system.data}


def summary(dossier: Dossier, speak: Translator) -> str:
    """One line of all of it; empty where no data set was judged."""
    if not dossier.scenarios:
        return ""
    findings = _findings(dossier)
    parts = []
    for scenario in SCENARIOS:
        count = _counted(dossier, scenario, findings)
        total = sum(number for verdict, number in count.items() if verdict is not Verdict.NOT_APPLICABLE)
        if total:
            parts.append(f"{speak.message(NAMES[scenario])} {count[Verdict.PASS]}/{total}")
    told = speak.text("Data sets of which as much is left as promised, when: {told}", told=", ".join(parts))
    return told if parts else ""


def records(dossier: Dossier) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each data set with what is left of it, as plain values."""
    for ref, found in dossier.scenarios.items():
        yield json_text(ref), {one.scenario: _record(one) for one in found}


def schema() -> dict[str, Any]:
    """The JSON Schema of what one data set has there."""
    text, names = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    seconds = {"type": ["number", "null"], "minimum": 0}
    fate = closed(copy=text, left={"enum": [True, False, None]}, why=text)
    one = closed(
        kind={"enum": ["computed", "exempt", "untold"]},
        hit=text,
        survivors=names,
        possible=names,
        copies={"type": "array", "items": fate},
        rpo=closed(least=seconds, most=seconds),
        rto=closed(seconds=seconds, basis={"enum": [*BASES, None]}),
        why=text,
    )
    return closed(**{scenario.replace("-", "_"): one for scenario in SCENARIOS})


def _record(one: Outcome) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "hit": json_text(one.hit),
        "survivors": [json_text(ref) for ref in one.survivors],
        "possible": [json_text(ref) for ref in one.possible],
        "copies": [
            {"copy": json_text(fate.copy), "left": fate.lives, "why": json_text(redacted(fate.why.english()))}
            for fate in one.fates
        ],
        "rpo": {"least": _seconds(one.least), "most": _seconds(one.most)},
        "rto": {
            "seconds": _seconds(one.restore.took) if one.restore is not None else None,
            "basis": one.restore.basis if one.restore is not None else None,
        },
        "why": json_text(redacted(one.why.english())) if one.why is not None else "",
    }


def _findings(dossier: Dossier) -> Mapping[tuple[str, str], Finding]:
    """The findings about it, by data set and scenario."""
    named = {f"backup.{scenario}": scenario for scenario in SCENARIOS}
    return {(one.subject, named[one.check]): one for one in dossier.findings if one.check in named}


def _counted(dossier: Dossier, scenario: Scenario, findings: Mapping[tuple[str, str], Finding]) -> Counter[Verdict]:
    found = (findings.get((ref, scenario)) for ref in dossier.scenarios)
    return Counter(one.verdict for one in found if one is not None)


def _weight(ref: str, findings: Mapping[tuple[str, str], Finding]) -> tuple[int, ...]:
    """More that is not met first, then more that is not verified."""
    found = Counter(one.verdict for scenario in SCENARIOS if (one := findings.get((ref, scenario))) is not None)
    return -found[Verdict.FAIL], -found[Verdict.UNKNOWN]


def _cell(one: Outcome, finding: Finding | None, speak: Translator) -> Cell:
    verdict = finding.verdict if finding is not None else Verdict.UNKNOWN
    time = ""
    if one.restore is not None:
        time = f"{speak.quantity(plain(one.restore.took))} ({speak.message(BASES[one.restore.basis])})"
    return Cell(
        verdict=verdict,
        sign=VERDICTS[verdict].sign,
        word=speak.message(VERDICTS[verdict].says),
        rpo=_span(one, speak),
        rto=time,
        copies=tuple(ref.rpartition("/")[2] for ref in one.survivors),
        says=speak.message(finding.says) if finding is not None else "",
    )


def _span(one: Outcome, speak: Translator) -> str:
    """`10m`, `10m – everything`, `everything`."""
    if one.kind != "computed":
        return "–" if one.kind == "exempt" else "?"
    least, most = (
        speak.quantity(plain(age)) if age is not None else speak.text("everything") for age in (one.least, one.most)
    )
    return least if one.least == one.most else f"{least} – {most}"


def _seconds(age: timedelta | None) -> float | None:
    return age.total_seconds() if age is not None else None
