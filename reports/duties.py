"""A dossier to who has to act first, with what each of them has to do first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from audit.model.dossier import Dossier
from audit.model.evidence import Finding
from audit.model.message import fill
from audit.model.policy import GRADE_WEIGHT, SEVERITY_WEIGHT
from audit.model.verdict import Severity, Verdict
from reports.brief import brief
from reports.news import SAID
from reports.rows import CheckView, Group, Rows
from reports.translate import Translator

FIRST: Final = 5
"""So many institutions on the first page, so many things to do on the page of one."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, in words."""

    check: CheckView
    fix: str
    found: str
    """What was found at the worst subject."""
    failed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Duty:
    """What one institution has to mend."""

    group: Group
    operator: str
    """Who runs the site that is worst, where no institution answers."""
    failed: int
    critical: int
    tasks: tuple[Task, ...]


class Duties:
    """Everybody with something to mend, where most weighs first: by severity, by grade."""

    def __init__(self, dossier: Dossier, rows: Rows, speak: Translator) -> None:
        self._dossier = dossier
        self._rows = rows
        self._speak = speak

    @cached_property
    def first(self) -> Sequence[Duty]:
        """Those who have to act first; nobody where nothing that was not accepted fails."""
        weights: dict[str, int] = {}
        for one in self._dossier.findings:
            if one.verdict is Verdict.FAIL and one.waiver is None:
                weight = SEVERITY_WEIGHT[one.severity] * GRADE_WEIGHT[one.grade]
                weights[one.institution] = weights.get(one.institution, 0) + weight
        groups = {group.ref: group for group in self._rows.groups}
        ranked = sorted(weights, key=lambda ref: (-weights[ref], ref))
        return [self._duty(groups[ref]) for ref in ranked[:FIRST]]

    def tasks(self, ref: str) -> Sequence[Task]:
        """What an institution has to do first, in the order in which the whole estate would be mended."""
        return [*self._tasks(ref)]

    def _duty(self, group: Group) -> Duty:
        failing = [one for one in group.findings if one.verdict is Verdict.FAIL and one.waiver is None]
        critical = sum(one.severity is Severity.CRITICAL for one in failing)
        worst = self._mine.get(group.ref, [])
        unit = worst[0][1][0].unit if worst and not group.ref else ""
        operator = next((one.operator for one in group.units if one.ref == unit), "")
        return Duty(group, operator, len(failing), critical, tuple(self._tasks(group.ref)))

    @cached_property
    def _mine(self) -> Mapping[str, list[tuple[str, list[Finding]]]]:
        """Each institution to its checks with something open, in the order of the fixes, the worst subject first."""
        found: dict[str, dict[str, list[Finding]]] = {}
        for fix in self._dossier.fixes:
            for one in fix.findings:
                found.setdefault(one.institution, {}).setdefault(fix.check, []).append(one)
        return {ref: list(checks.items()) for ref, checks in found.items()}

    def _tasks(self, ref: str) -> Iterator[Task]:
        # What is known to be missing comes before what nobody could look at.
        mine = sorted(self._mine.get(ref, ()), key=lambda pair: pair[1][0].verdict is not Verdict.FAIL)
        for name, findings in mine[:FIRST]:
            check = self._rows.check(name)
            failed = sum(one.verdict is Verdict.FAIL for one in findings)
            yield Task(
                check=check,
                fix=fill(check.fix, {"ref": findings[0].subject}),
                found=brief(self._speak.message(findings[0].says), SAID),
                failed=failed,
                unknown=len(findings) - failed,
            )
