"""A plan, its checks, what a run found to what was looked at, control by control, system by system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from audit.analysis.coverage_standards import ISMS, ISMS_P, Confidence, confidence, controls, parted
from audit.contract import Check
from audit.model.evidence import Finding
from audit.model.plan import Pair, Plan
from audit.model.verdict import Level, Verdict


class Sight(StrEnum):
    """How one pair of check and subject was decided, or was not; the first ones tell most."""

    LOOKED = "looked-at"
    """Somebody looked, measured or drilled."""
    PAPER = "paper"
    """A signed document or statement decided it."""
    DECLARED = "declared"
    """What the inventory says decided it."""
    UNKNOWN = "not-known"
    """Somebody asked, and could not tell."""
    NOBODY = "nobody-looked"
    """It applies, and was not asked."""
    NOT_APPLICABLE = "not-applicable"


_PAPER: Final = ("E", "H")


@dataclass(slots=True)
class Cell:
    """One control for one system, or for something that several share."""

    sights: Counter[Sight] = field(default_factory=Counter)
    methods: set[str] = field(default_factory=set)
    """Letters of the checks that decided something."""
    probes: set[str] = field(default_factory=set)
    levels: set[Level] = field(default_factory=set)

    @property
    def best(self) -> Sight:
        """The word for the whole cell: what is not known outweighs what is."""
        for sight in (Sight.NOBODY, Sight.UNKNOWN, Sight.DECLARED, Sight.PAPER, Sight.LOOKED):
            if self.sights[sight]:
                return sight
        return Sight.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Row:
    """One control over everything."""

    control: str
    area: str
    checks: tuple[Check, ...]
    """Empty where no rule asks for it."""
    cells: Mapping[str, Cell]
    """By the full reference of the system, or of what is counted by itself."""

    @property
    def sights(self) -> Counter[Sight]:
        """Pairs of check and subject."""
        return sum((cell.sights for cell in self.cells.values()), Counter())

    @property
    def systems(self) -> Counter[Sight]:
        """Units, each by its worst sight."""
        return Counter(cell.best for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a standard with the checks that bear on it."""

    standard: str
    clause: str
    confidence: Confidence
    checks: tuple[str, ...]
    """Empty where nothing answers it."""
    verdicts: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at, by which method, what nobody looked at."""

    run: str
    """The id of the run; empty for a plan that nobody carried out."""
    rows: tuple[Row, ...]
    beyond: tuple[str, ...]
    """Checks of no control of the catalogue, such as those of third parties."""
    clauses: tuple[Clause, ...]
    isms: tuple[Clause, ...]
    """The items of ISMS-P that bear on recovery, whether or not anything answers them."""


def coverage(
    plan: Plan,
    checks: Mapping[str, Check],
    findings: Iterable[Finding] | None,
    probes: Mapping[str, str],
    run: str = "",
) -> Coverage:
    """Everything in rows; without findings nobody looked yet. `probes` names the probe that saw each subject."""
    found = {(one.check, one.subject): one for one in findings or ()}
    by_control: dict[str, list[Check]] = {}
    for check in checks.values():
        by_control.setdefault(check.control, []).append(check)
    cells: dict[str, dict[str, Cell]] = {}
    for pair in dict.fromkeys((*plan.pairs, *plan.outside, *found)):
        asked = checks.get(pair[0])
        if asked is not None:
            finding = found.get(pair)
            cell = cells.setdefault(asked.control, {}).setdefault(_unit(plan, pair, finding), Cell())
            _count(cell, asked, finding, probes.get(pair[1], ""))
    listed = tuple(controls())
    known = {control for control, _ in listed}
    verdicts: dict[str, Counter[Verdict]] = {}
    for one in found.values():
        verdicts.setdefault(one.check, Counter())[one.verdict] += 1
    clauses = tuple(_clauses(checks, verdicts))
    answered = {one.clause: one for one in clauses if one.standard == ISMS}
    silent = (Clause(ISMS, item, confidence(ISMS, item), (), MappingProxyType({})) for item in ISMS_P)
    return Coverage(
        run=run,
        rows=tuple(
            Row(control, area, tuple(by_control.get(control, ())), MappingProxyType(cells.get(control, {})))
            for control, area in listed
        ),
        beyond=tuple(check.id for check in checks.values() if check.control not in known),
        clauses=clauses,
        isms=tuple(answered.get(one.clause, one) for one in silent),
    )


def _unit(plan: Plan, pair: Pair, finding: Finding | None) -> str:
    if finding is not None:
        return finding.system or finding.unit
    return plan.subjects[pair[1]].unit


def _count(cell: Cell, check: Check, finding: Finding | None, probe: str) -> None:
    sight = _sight(check, finding)
    cell.sights[sight] += 1
    if finding is not None and sight in (Sight.LOOKED, Sight.PAPER, Sight.DECLARED):
        cell.methods.add(check.method)
        cell.levels.add(finding.level)
        if probe and finding.observation is not None:
            cell.probes.add(probe)


def _sight(check: Check, finding: Finding | None) -> Sight:
    if finding is None:
        return Sight.NOBODY
    if finding.verdict is Verdict.NOT_APPLICABLE:
        return Sight.NOT_APPLICABLE
    if finding.verdict is Verdict.UNKNOWN:
        return Sight.UNKNOWN
    if finding.level >= Level.OBSERVED:
        return Sight.LOOKED
    return Sight.PAPER if finding.level is Level.ATTESTED or check.method in _PAPER else Sight.DECLARED


def _clauses(checks: Mapping[str, Check], verdicts: Mapping[str, Counter[Verdict]]) -> Iterator[Clause]:
    found: dict[tuple[str, str], list[str]] = {}
    for check in checks.values():
        for answer in check.answers:
            found.setdefault(parted(answer), []).append(check.id)
    for (standard, clause), names in sorted(found.items(), key=lambda pair: (pair[0][0], _natural(pair[0][1]))):
        counts = sum((verdicts.get(name, Counter()) for name in names), Counter())
        yield Clause(standard, clause, confidence(standard, clause), tuple(names), MappingProxyType(counts))


def _natural(clause: str) -> list[tuple[int, int, str]]:
    """2.9.4 before 2.10.8."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in clause.split(".")]
