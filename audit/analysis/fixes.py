"""Findings with their weights in, what to mend first out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from audit.analysis.readiness import Measure
from audit.model.dossier import Fix
from audit.model.evidence import Finding
from audit.model.verdict import Verdict


def fixes(findings: Iterable[Finding], measure: Measure) -> tuple[Fix, ...]:
    """One thing to do for each check with a fail or an unknown that nobody accepted, the greatest gain first."""
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
    return tuple(sorted(found, key=lambda fix: (-round(fix.gain, 9), fix.severity.rank, fix.check)))


def _order(finding: Finding) -> tuple[bool, int, int, str]:
    return finding.verdict is not Verdict.FAIL, finding.severity.rank, finding.grade, finding.subject
