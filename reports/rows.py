"""Findings to the rows of an HTML report, grouped by institution, then by what they are counted under."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from audit.model.dossier import CheckText, Dossier, Readiness
from audit.model.estate import Institution, Person, System
from audit.model.evidence import Finding
from audit.model.facility import Site
from audit.model.message import fill, say
from audit.model.units import plain
from audit.model.verdict import Severity, Verdict
from reports.brief import brief
from reports.translate import Translator
from reports.words import (
    BLIND,
    LEVELS,
    METHODS,
    REASONS,
    SEVERITIES,
    VERDICTS,
    high_percent,
    low_percent,
    urgency,
    waiver_of,
)

OPEN = (Verdict.FAIL, Verdict.UNKNOWN)
A_TABLE = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One finding in words."""

    finding: Finding
    sign: str
    word: str
    reason: str
    severity: str
    level: str
    says: str
    measured: str
    required: str
    at: str
    check: CheckView
    fix: str
    blind: bool
    """Nothing was seen, so that the fix waits for a look."""
    waived_until: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check in words, with how its findings came out."""

    id: str
    anchor: str
    control: str
    method: str
    question: str
    why: str
    fix: str
    answers: tuple[str, ...]
    least: str
    severity: str
    limits: tuple[tuple[str, tuple[str, ...]], ...]
    counts: Mapping[Verdict, int]
    changed: frozenset[str] = frozenset()
    """The limits, or `severity`, that the estate sets differently from the built-in policy."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A readiness in whole per cent: met for sure, possible beyond that, decided."""

    letter: str
    low: int
    high: int
    coverage: int
    ready: Readiness


def bar(ready: Readiness | None) -> Bar | None:
    """The figures of a readiness; None stays None."""
    if ready is None:
        return None
    return Bar(
        ready.letter, low_percent(ready.demonstrated), high_percent(ready.possible), low_percent(ready.coverage), ready
    )


@dataclass(frozen=True, slots=True)
class Unit:
    """A system, or something that several share, with its findings."""

    ref: str
    anchor: str
    name: str
    grade: int
    rto: str
    rpo: str
    owner: Person | None
    operator: str
    """Who runs a site, or nothing."""
    bar: Bar | None
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class Group:
    """An institution with its units, or all that no single institution answers for."""

    ref: str
    anchor: str
    name: str
    accountable: Person | None
    bar: Bar | None
    units: tuple[Unit, ...]

    @property
    def findings(self) -> list[Finding]:
        return [finding for unit in self.units for finding in unit.findings]

    @property
    def shown(self) -> Sequence[Unit]:
        """All units as far as a browser bears them in one table, else the least ready of the highest grades."""
        if len(self.units) <= A_TABLE:
            return self.units
        return sorted(self.units, key=lambda unit: (unit.grade, unit.bar.low if unit.bar else 0, unit.ref))[:A_TABLE]


class Rows:
    """Everything that is said about findings, in one language."""

    def __init__(self, dossier: Dossier, speak: Translator) -> None:
        self._dossier = dossier
        self._speak = speak
        self._verdicts = {verdict: (word.sign, speak.message(word.says)) for verdict, word in VERDICTS.items()}
        self._reasons = {reason: speak.message(word.says) for reason, word in REASONS.items()}
        self._severities = {severity: speak.message(says) for severity, says in SEVERITIES.items()}
        self._levels = {level: speak.message(word.says) for level, word in LEVELS.items()}

    def row(self, finding: Finding) -> Row:
        """One finding in words."""
        sign, word = self._verdicts[finding.verdict]
        check = self.check(finding.check)
        waiver = waiver_of(self._dossier, finding)
        return Row(
            finding=finding,
            sign=sign,
            word=word,
            reason=self._reasons[finding.reason] if finding.reason is not None else "",
            severity=self._severities[finding.severity],
            level=self._levels[finding.level],
            says=self._speak.message(finding.says),
            measured=self._speak.quantity(finding.measured),
            required=self._speak.quantity(finding.required),
            at=self._speak.instant(finding.at),
            check=check,
            fix=fill(check.fix, {"ref": finding.subject}),
            blind=finding.reason in BLIND,
            waived_until=self._speak.day(waiver.expires) if waiver is not None else "",
        )

    def rows(self, findings: Sequence[Finding]) -> Iterator[Row]:
        """The findings in words, most urgent first."""
        return (self.row(finding) for finding in sorted(findings, key=urgency))

    def open_rows(self, findings: Sequence[Finding]) -> list[Row]:
        """What is not met or not verified, most urgent first."""
        return list(self.rows([finding for finding in findings if finding.verdict in OPEN]))

    def closed_rows(self, findings: Sequence[Finding]) -> list[Row]:
        """What is met or not applicable."""
        return list(self.rows([finding for finding in findings if finding.verdict not in OPEN]))

    def check(self, id: str) -> CheckView:  # noqa: A002 - the word of the contract
        """One check in words."""
        return self.checks.get(id) or _unknown_check(id)

    @cached_property
    def checks(self) -> Mapping[str, CheckView]:
        """All checks of the run, by id."""
        counts: dict[str, dict[Verdict, int]] = {name: dict.fromkeys(Verdict, 0) for name in self._dossier.checks}
        for finding in self._dossier.findings:
            if finding.check in counts:
                counts[finding.check][finding.verdict] += 1
        return {
            name: self._check(number, check, counts[name])
            for number, (name, check) in enumerate(sorted(self._dossier.checks.items()))
        }

    def _check(self, number: int, check: CheckText, counts: Mapping[Verdict, int]) -> CheckView:
        speak = self._speak
        policy = self._dossier.policy.get("checks", {}).get(check.id, {})
        severity = policy.get("severity", "")
        method = METHODS.get(check.method)
        return CheckView(
            id=check.id,
            anchor=f"c-{number}",
            control=check.control,
            method=speak.message(method) if method is not None else check.method,
            question=speak.text(check.question),
            why=_opened(speak.text(check.why)),
            fix=_opened(speak.text(check.fix)),
            answers=check.answers,
            least=next((self._levels[level] for level in self._levels if level.word == check.least), check.least),
            severity=self._severities[Severity(severity)] if severity in set(Severity) else "",
            limits=tuple(
                (name, tuple(speak.quantity(str(value)) for _, value in sorted(values.items(), key=_grade)))
                for name, values in sorted(policy.get("limits", {}).items())
            ),
            counts=counts,
            changed=self._changed(check.id),
        )

    def _changed(self, check: str) -> frozenset[str]:
        change = self._dossier.estate.policy.checks.get(check)
        if change is None:
            return frozenset()
        return frozenset(change.limits) | ({"severity"} if change.severity is not None else set())

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Institutions in the order of the inventory, then what they share."""
        dossier = self._dossier
        by_group: dict[str, dict[str, list[Finding]]] = {body.ref: {} for body in dossier.estate.institutions}
        for body in dossier.estate.institutions:
            for system in body.systems:
                by_group[body.ref][system.ref] = []
        for finding in dossier.findings:
            holder = finding.system or finding.unit or finding.subject
            by_group.setdefault(finding.institution, {}).setdefault(holder, []).append(finding)
        shared = by_group.pop("", None)
        ordered = [*by_group.items(), *([("", shared)] if shared else [])]
        return tuple(self._group(number, ref, units) for number, (ref, units) in enumerate(ordered))

    def _group(self, number: int, ref: str, units: Mapping[str, list[Finding]]) -> Group:
        item = self._dossier.estate.index.get(ref)
        body = item if isinstance(item, Institution) else None
        named = self._dossier.estate.named(ref, self._speak.language) if ref else ""
        made = [self._unit(f"u-{number}-{at}", name, findings) for at, (name, findings) in enumerate(units.items())]
        itself = self._speak.message(say("The institution itself"))
        made = [replace(unit, name=itself) if ref and unit.ref == ref else unit for unit in made]
        return Group(
            ref=ref,
            anchor=f"i-{number}",
            name=brief(named) or self._speak.message(say("Sites, suppliers and programmes")),
            accountable=body.accountable if body is not None else None,
            bar=bar(self._dossier.institutions.get(ref)) if ref else None,
            units=tuple(sorted(made, key=lambda unit: (unit.grade, unit.ref))),
        )

    def _unit(self, anchor: str, ref: str, findings: list[Finding]) -> Unit:
        item = self._dossier.estate.index.get(ref)
        system = item if isinstance(item, System) else None
        run_by = item.operator if isinstance(item, Site) else None
        grade = system.grade if system is not None else min((finding.grade for finding in findings), default=4)
        targets = self._dossier.policy.get("grades", {})
        target = targets.get(grade) or targets.get(str(grade)) or {}
        return Unit(
            ref=ref,
            anchor=anchor,
            name=brief(self._dossier.estate.named(ref, self._speak.language)),
            grade=grade,
            rto=self._promise(system.rto if system is not None else None, target.get("rto", "")),
            rpo=self._promise(system.rpo if system is not None else None, target.get("rpo", "")),
            owner=system.owner if system is not None else None,
            operator=brief(self._dossier.estate.named(run_by, self._speak.language)) if run_by else "",
            bar=bar(self._dossier.systems.get(ref)),
            findings=findings,
        )

    def _promise(self, own: object, by_grade: object) -> str:
        return self._speak.quantity(plain(own) if own is not None else str(by_grade))


def _opened(text: str) -> str:
    """A clause that followed `Why:` as a sentence of its own."""
    return text[:1].upper() + text[1:]


def _grade(pair: tuple[object, object]) -> str:
    return str(pair[0])


def _unknown_check(name: str) -> CheckView:
    """A check that the catalogue no longer holds: its findings stay readable."""
    return CheckView(name, "", "", "", name, "", "", (), "", "", (), {})
