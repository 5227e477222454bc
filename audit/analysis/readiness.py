"""The findings of a plan in, how ready the estate, its institutions, its systems are out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final

from audit.model.dossier import Accepted, Readiness
from audit.model.evidence import Finding
from audit.model.exit import Exit
from audit.model.message import Message, say
from audit.model.needs import members
from audit.model.plan import Pair, Plan
from audit.model.policy import GRADE_WEIGHT, SEVERITY_WEIGHT
from audit.model.verdict import Severity, Verdict

LETTERS: Final = ((0.9, "A"), (0.75, "B"), (0.6, "C"), (0.4, "D"))
"""The least share that is demonstrated, with its letter; below all of them it is E."""
NOTHING: Final = "-"
"""The letter where nothing applies, so that nothing can be shown."""
WORST_GRADES: Final = (1, 2)


@dataclass(slots=True)
class Tally:
    """What was found in one unit, by weight and by number."""

    grade: int = 4
    passed: float = 0
    failed: float = 0
    unknown: float = 0
    counts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    waived: int = 0
    waived_failed: float = 0
    waived_unknown: float = 0
    waived_critical_failed: int = 0
    waived_critical_unproven: int = 0
    critical_failed: int = 0
    critical_unproven: int = 0
    critical_left_out: int = 0

    @property
    def applicable(self) -> float:
        return self.passed + self.failed + self.unknown

    def count(self, finding: Finding | None, severity: Severity, grade: int) -> None:
        """Take one pair into account; without a finding it is unknown."""
        verdict = finding.verdict if finding is not None else Verdict.UNKNOWN
        waived = finding is not None and finding.waiver is not None
        self.counts[verdict] += 1
        self.waived += waived
        worst = severity is Severity.CRITICAL and grade in WORST_GRADES
        weight = weight_of(severity, grade)
        if verdict is Verdict.PASS:
            self.passed += weight
        elif verdict is Verdict.FAIL:
            self.failed += weight
            self.critical_failed += worst
            self.waived_failed += weight * waived
            self.waived_critical_failed += worst and waived
        elif verdict is Verdict.UNKNOWN:
            self.unknown += weight
            self.critical_unproven += worst
            self.waived_unknown += weight * waived
            self.waived_critical_unproven += worst and waived
            self.critical_left_out += worst and finding is None


class Measure:
    """The weight of every pair of a plan with what was found of it.

    What has no finding, because it was not selected or not looked at, is unknown: leaving something out can never
    raise a figure.
    """

    def __init__(self, plan: Plan, findings: Iterable[Finding]) -> None:
        self._plan = plan
        self._found: dict[Pair, Finding] = {}
        for finding in findings:
            # Of two about one pair the worse one counts, whatever their order.
            other = self._found.get((finding.check, finding.subject))
            if other is None or _badness(finding) > _badness(other):
                self._found[finding.check, finding.subject] = finding

    @cached_property
    def tallies(self) -> Mapping[str, Tally]:
        """What was found, by unit."""
        found: dict[str, Tally] = {}
        for pair in (*self._plan.pairs, *self._plan.outside):
            finding = self._found.get(pair)
            if finding is not None:
                unit, severity, grade = finding.unit, finding.severity, finding.grade
            else:
                check, ref = pair
                subject = self._plan.subjects[ref]
                unit, grade = subject.unit, subject.grade
                severity = self._plan.policy.severities[check].lowered(grade)
            tally = found.get(unit)
            if tally is None:
                tally = found[unit] = Tally()
            tally.grade = min(tally.grade, grade)
            tally.count(finding, severity, grade)
        return MappingProxyType(found)

    def share(self, finding: Finding) -> float:
        """How much of the estate's figure hangs on one finding, 0..1."""
        tally = self.tallies.get(finding.unit)
        if tally is None or not tally.applicable or not self._total:
            return 0.0
        weight = weight_of(finding.severity, finding.grade)
        return GRADE_WEIGHT[tally.grade] / self._total * weight / tally.applicable

    @cached_property
    def _total(self) -> float:
        return sum(GRADE_WEIGHT[tally.grade] for tally in self.tallies.values() if tally.applicable)

    def estate(self) -> Readiness:
        """Of everything."""
        return readiness(self.tallies.values())

    def systems(self) -> Mapping[str, Readiness]:
        """Of each system by itself."""
        return MappingProxyType(
            {system.ref: readiness(self._of([system.ref])) for _, system in self._plan.estate.systems()}
        )

    def institutions(self) -> Mapping[str, Readiness]:
        """Of each institution: its systems, itself, the sites and suppliers that its systems stand or lean on."""
        found = {}
        for institution in self._plan.estate.institutions:
            systems = [system.ref for system in institution.systems]
            found[institution.ref] = readiness(self._of([institution.ref, *systems, *self._leaned_on(systems)]))
        return MappingProxyType(found)

    def _of(self, units: Iterable[str]) -> list[Tally]:
        return [self.tallies[unit] for unit in dict.fromkeys(units) if unit in self.tallies]

    def _leaned_on(self, systems: Iterable[str]) -> list[str]:
        graph, shared = self._plan.graph, {supplier.ref for supplier in self._plan.estate.suppliers}
        seen: set[str] = set()
        found: dict[str, None] = {}
        waiting = list(systems)
        while waiting:
            ref = waiting.pop()
            if ref in seen:
                continue
            seen.add(ref)
            if ref in graph.site_of:
                found[graph.site_of[ref].ref] = None
            elif ref in shared:
                found[ref] = None
            waiting.extend(name for need in graph.needs.get(ref, ()) for name in members(need))
        return sorted(found)


def weight_of(severity: Severity, grade: int) -> float:
    """What one finding weighs inside its unit."""
    return SEVERITY_WEIGHT[severity] * GRADE_WEIGHT[grade]


def readiness(tallies: Iterable[Tally]) -> Readiness:
    """The figure over some units, each of them weighing by its grade, however many findings it has."""
    units = list(tallies)
    counted = [unit for unit in units if unit.applicable]
    total = sum(GRADE_WEIGHT[unit.grade] for unit in counted)
    shares = [GRADE_WEIGHT[unit.grade] / total / unit.applicable for unit in counted]
    demonstrated = min(1.0, sum(share * unit.passed for share, unit in zip(shares, counted, strict=True)))
    unknown = sum(share * unit.unknown for share, unit in zip(shares, counted, strict=True))
    letter, capped = _letter(demonstrated, units) if counted else (NOTHING, None)
    return Readiness(
        letter=letter,
        demonstrated=demonstrated,
        possible=min(1.0, demonstrated + unknown) if counted else 1.0,
        coverage=max(0.0, 1.0 - unknown) if counted else 0.0,
        passed=sum(unit.counts[Verdict.PASS] for unit in units),
        failed=sum(unit.counts[Verdict.FAIL] for unit in units),
        unknown=sum(unit.counts[Verdict.UNKNOWN] for unit in units),
        not_applicable=sum(unit.counts[Verdict.NOT_APPLICABLE] for unit in units),
        waived=sum(unit.waived for unit in units),
        capped=capped,
        accepted=_accepted(units) if any(unit.waived for unit in units) else None,
    )


def _accepted(units: Iterable[Tally]) -> Accepted:
    """The figure as if what is waived were met."""
    mended = [
        replace(
            unit,
            passed=unit.passed + unit.waived_failed + unit.waived_unknown,
            failed=unit.failed - unit.waived_failed,
            unknown=max(0.0, unit.unknown - unit.waived_unknown),
            critical_failed=unit.critical_failed - unit.waived_critical_failed,
            critical_unproven=unit.critical_unproven - unit.waived_critical_unproven,
            waived=0,
        )
        for unit in units
    ]
    found = readiness(mended)
    return Accepted(found.letter, found.demonstrated, found.possible, found.coverage)


def _letter(demonstrated: float, units: Iterable[Tally]) -> tuple[str, Message | None]:
    """The letter of a share, no better than a critical fail or a critical unknown of the worst grades allows.

    What was left out counts here like a fail: else a critical fail could be made harmless by not asking.
    """
    own = next((letter for least, letter in LETTERS if demonstrated >= least - 1e-9), "E")
    units = list(units)
    failed = sum(unit.critical_failed for unit in units)
    left_out = sum(unit.critical_left_out for unit in units)
    unproven = sum(unit.critical_unproven for unit in units)
    if own < "C" and failed:
        return "C", say("capped at C: critical checks of grade 1 or 2 failed ({count})", count=failed)
    if own < "C" and left_out:
        return "C", say("capped at C: critical checks of grade 1 or 2 were left out ({count})", count=left_out)
    if own < "B" and unproven:
        return "B", say("capped at B: critical checks of grade 1 or 2 are not verified ({count})", count=unproven)
    return own, None


def _badness(finding: Finding) -> tuple[int, bool]:
    order = (Verdict.NOT_APPLICABLE, Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL)
    return order.index(finding.verdict), finding.waiver is None


def exit_code(findings: Iterable[Finding], fail_on: Severity, unproven_on: Severity | None, *, expired: bool) -> Exit:
    """The exit code of a judged run, over all institutions; an accepted risk that is in date does not count.

    A run that decided nothing has verified nothing. `unproven_on=None` accepts every unknown.
    """
    failed = unproven = False
    decided = False
    for finding in findings:
        decided = decided or finding.verdict in (Verdict.PASS, Verdict.FAIL) or finding.waiver is not None
        if finding.waiver is None:
            if finding.verdict is Verdict.FAIL:
                failed = failed or finding.severity.rank <= fail_on.rank
            elif finding.verdict is Verdict.UNKNOWN and unproven_on is not None:
                unproven = unproven or finding.severity.rank <= unproven_on.rank
    if failed:
        return Exit.FAILED
    if unproven or (not decided and unproven_on is not None):
        return Exit.NOT_VERIFIED
    return Exit.EXPIRED if expired else Exit.READY
