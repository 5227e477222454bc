"""A readiness or some findings to how many there are of each verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from audit.model.dossier import Readiness
from audit.model.evidence import Finding
from audit.model.verdict import Verdict


def counts(ready: Readiness) -> Sequence[tuple[str, int]]:
    """In the order in which a page shows them."""
    return (
        ("pass", ready.passed),
        ("fail", ready.failed),
        ("unknown", ready.unknown),
        ("not-applicable", ready.not_applicable),
        ("waived", ready.waived),
    )


def tally(findings: Sequence[Finding]) -> dict[str, int]:
    """The counts of something that has no readiness of its own."""
    count = Counter(finding.verdict for finding in findings)
    return {
        "passed": count[Verdict.PASS],
        "failed": count[Verdict.FAIL],
        "unknown": count[Verdict.UNKNOWN],
        "not_applicable": count[Verdict.NOT_APPLICABLE],
        "waived": sum(finding.waiver is not None for finding in findings),
    }
