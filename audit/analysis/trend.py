"""Runs with their plans and findings to how ready each found the estate with its institutions, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit.analysis.readiness import Measure
from audit.model.dossier import Readiness
from audit.model.evidence import Finding, Run
from audit.model.plan import Plan

BARS: Final = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Point:
    """One run."""

    run: Run
    at: datetime
    """The instant of judgement, not that of the run: a second judgement tells about its own instant."""
    readiness: Readiness
    institutions: Mapping[str, Readiness]
    asked: int
    """So many findings it has."""
    checks: frozenset[str]
    """What was asked."""
    outside: int
    """So many pairs were left out by its selection, and count as unknown."""


def trend(runs: Iterable[tuple[Run, Plan, Sequence[Finding]]]) -> Iterator[Point]:
    """One point a run, in the order in which they come.

    A check that is newer than the run was not asked then, and must not make it look worse than it was.
    """
    for run, plan, findings in runs:
        pairs = tuple((one.check, one.subject) for one in findings)
        measure = Measure(_asked(plan, pairs), findings)
        yield Point(
            run=run,
            at=run.at or run.started,
            readiness=measure.estate(),
            institutions=measure.institutions(),
            asked=len(findings),
            checks=frozenset(one.check for one in findings),
            outside=len(plan.outside),
        )


def _asked(plan: Plan, pairs: tuple[tuple[str, str], ...]) -> Plan:
    return Plan(plan.estate, plan.policy, plan.graph, plan.selection, plan.subjects, plan.tasks, pairs, plan.outside)


def by_instant(points: Iterable[Point]) -> list[Point]:
    """The points in the order of what they tell about."""
    return sorted(points, key=lambda one: (one.at, one.run.started, one.run.id))


def sparkline(shares: Iterable[float]) -> str:
    """One bar for each share 0..1, from empty to full: not stretched, so that two lines can be compared."""
    return "".join(BARS[min(len(BARS) - 1, max(0, int(share * len(BARS))))] for share in shares)
