"""Findings with what stands on their subjects in, what to mend first out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from audit.analysis.readiness import Measure
from audit.model.dossier import Fix
from audit.model.evidence import Finding
from audit.model.graph import Graph
from audit.model.policy import GRADE_WEIGHT, SEVERITY_WEIGHT
from audit.model.verdict import Verdict

UNPROVEN: Final = 0.25
"""What an unknown counts beside a fail: a known hole comes before one that may be there."""
FOR_GOOD: Final = 10.0
"""What lost data counts beside a stopped system: the system comes back some day, the data never."""
SURVIVAL: Final = ("BKP-01", "BKP-02", "BKP-14")
"""The controls that ask whether a copy outlives the place of the data."""


def fixes(findings: Iterable[Finding], measure: Measure, graph: Graph, lost: Collection[str] = ()) -> tuple[Fix, ...]:
    """One thing to do for each check with a fail or an unknown that nobody accepted, the greatest harm first.

    The gain of readiness does not decide the order: it is large where a unit has few checks, not where much depends.
    `lost` names the data sets that one fire takes with all their copies.
    """
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN) and finding.waiver is None:
            groups[finding.check].append(finding)
    standing = _standing(graph)
    harm = {
        check: tuple(sorted(((one, _harm(one, standing, lost)) for one in group), key=_order))
        for check, group in groups.items()
    }
    return tuple(
        Fix(
            check=check,
            severity=min((finding.severity for finding, _ in harm[check]), key=lambda severity: severity.rank),
            findings=tuple(finding for finding, _ in harm[check]),
            gain=sum(measure.share(finding) for finding, _ in harm[check]),
        )
        for check in _ranked(harm)
    )


def _ranked(harm: Mapping[str, tuple[tuple[Finding, float], ...]]) -> Iterator[str]:
    """The checks by what is still at stake: one fire is ended once, so the second fix of a subject counts half."""
    turns: dict[str, int] = defaultdict(lambda: 1)
    left = sorted(harm)
    while left:
        sums = {check: sum(most / turns[finding.subject] for finding, most in harm[check]) for check in left}
        best = max(left, key=lambda check: sums[check])
        left.remove(best)
        for finding, _ in harm[best]:
            turns[finding.subject] += 1
        yield best


def _standing(graph: Graph) -> dict[str, int]:
    """Each site to the weight of the systems that stand there; the estate to that of its heaviest site."""
    systems = {
        (graph.site_of[place].ref, system.ref, system.grade)
        for place, standing in graph.occupants.items()
        for system in standing
    }
    found: dict[str, int] = defaultdict(int)
    for site, _, grade in systems:
        found[site] += GRADE_WEIGHT[grade]
    found[graph.estate.about.id] = max(found.values(), default=0)
    return found


def _harm(finding: Finding, standing: Mapping[str, int], lost: Collection[str]) -> float:
    """Severity times the weight of what stands on the subject: its system, or all the systems of its site."""
    weight = standing.get(finding.unit) or GRADE_WEIGHT[finding.grade]
    never = FOR_GOOD if finding.subject in lost and finding.control in SURVIVAL else 1.0
    proven = 1.0 if finding.verdict is Verdict.FAIL else UNPROVEN
    return SEVERITY_WEIGHT[finding.severity] * weight * never * proven


def _order(pair: tuple[Finding, float]) -> tuple[bool, float, str]:
    finding, harm = pair
    return finding.verdict is not Verdict.FAIL, -harm, finding.subject
