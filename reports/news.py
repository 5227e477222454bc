"""A dossier to the sentences that a reader with five minutes looks for: what is worst, who mends it, who signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from audit.model.dossier import Dossier
from audit.model.evidence import Finding
from audit.model.policy import SEVERITY_WEIGHT
from audit.model.verdict import Severity, Verdict
from reports.actions import summary
from reports.brief import brief
from reports.signed import signed
from reports.translate import Translator
from reports.words import SEVERITIES, urgency

SAID: Final = 400


@dataclass(frozen=True, slots=True)
class Worst:
    """The system of the highest grade of which most is not met, by weight of severity."""

    institution: str
    """Full reference of who answers for it."""
    name: str
    ref: str
    grade: int
    failed: int
    critical: int
    severity: str
    """Of the gravest finding, in words."""
    says: str
    """The gravest finding."""


@dataclass(frozen=True, slots=True)
class News:
    """What the first page says below its figures."""

    worst: Worst | None
    """None where nothing of any system is not met."""
    register: str
    """How the corrective measures stand; empty where the register holds none."""
    signed: tuple[str, ...]


def news(dossier: Dossier, speak: Translator) -> News:
    """All of it, in one language."""
    return News(_worst(dossier, speak), summary(dossier, speak), tuple(signed(dossier, speak)))


def _worst(dossier: Dossier, speak: Translator) -> Worst | None:
    failing: dict[str, list[Finding]] = {}
    for one in dossier.findings:
        if one.verdict is Verdict.FAIL and one.system:
            failing.setdefault(one.system, []).append(one)
    known = {system.ref: (system, institution) for institution, system in dossier.estate.systems()}
    ranked = [
        (known[ref][0].grade, -sum(SEVERITY_WEIGHT[one.severity] for one in found), ref)
        for ref, found in failing.items()
        if ref in known
    ]
    if not ranked:
        return None
    grade, _, ref = min(ranked)
    found = sorted(failing[ref], key=urgency)
    return Worst(
        institution=known[ref][1].ref,
        name=brief(dossier.estate.named(ref, speak.language)),
        ref=ref,
        grade=grade,
        failed=len(found),
        critical=sum(one.severity is Severity.CRITICAL for one in found),
        severity=speak.message(SEVERITIES[found[0].severity]),
        says=brief(speak.message(found[0].says), SAID),
    )
