"""Findings with what stands on their subjects in, what to mend first out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from audit.analysis.readiness import Measure
from audit.model.dossier import Fix
from audit.model.evidence import Finding
from audit.model.graph import Graph
from audit.model.policy import GRADE_WEIGHT, SEVERITY_WEIGHT
from audit.model.verdict import Verdict

UNPROVEN: Final = 0.25
"""What an unknown counts beside a fail: a known hole comes before one that may be there."""


def fixes(findings: Iterable[Finding], measure: Measure, graph: Graph) -> tuple[Fix, ...]:
    """One thing to do for each check with a fail or an unknown that nobody accepted, the greatest harm first.

    The gain of readiness does not decide the order: it is large where a unit has few checks, not where much depends.
    """
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN) and finding.waiver is None:
            groups[finding.check].append(finding)
    found = [
        Fix(
            check=check,
            severity=min((finding.severity for finding in group), key=lambda severity: severity.rank),
            findings=tuple(sorted(group, key=_order)),
            gain=sum(map(measure.share, group)),
        )
        for check, group in groups.items()
    ]
    standing = _standing(graph)
    return tuple(sorted(found, key=lambda fix: (-sum(_harm(one, standing) for one in fix.findings), fix.check)))


def _standing(graph: Graph) -> dict[str, int]:
    """Each site to the weight of the systems that stand there."""
    systems = {
        (graph.site_of[place].ref, system.ref, system.grade)
        for place, standing in graph.occupants.items()
        for system in standing
    }
    found: dict[str, int] = defaultdict(int)
    for site, _, grade in systems:
        found[site] += GRADE_WEIGHT[grade]
    return found


def _harm(finding: Finding, standing: Mapping[str, int]) -> float:
    """Severity times the weight of what stands on the subject: its system, or all the systems of its site."""
    weight = standing.get(finding.unit) or GRADE_WEIGHT[finding.grade]
    return SEVERITY_WEIGHT[finding.severity] * weight * (1.0 if finding.verdict is Verdict.FAIL else UNPROVEN)


def _order(finding: Finding) -> tuple[bool, int, int, str]:
    return finding.verdict is not Verdict.FAIL, finding.severity.rank, finding.grade, finding.subject
