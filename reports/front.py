"""A dossier to what the first page says: how ready, what is not verified, what one fire takes, what to fix first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from audit.model.dossier import Dossier, Fix, Loss
from audit.model.evidence import Finding
from audit.model.message import fill
from audit.model.verdict import Severity, Verdict
from reports.rows import CheckView, Rows
from reports.translate import Translator
from reports.words import REASONS, SEVERITIES, lost_figures, urgency

LOSSES = 6
FIXES = 10
ASKED = 2
SUBJECTS = 3
LISTED = 60
NAMED = 3


@dataclass(frozen=True, slots=True)
class Unproven:
    """One reason for not knowing."""

    word: str
    means: str
    count: int
    asked: tuple[tuple[str, int], ...]
    """The questions that are open most often, with how often."""
    subjects: tuple[str, ...]
    """The most urgent ones."""
    more: int


@dataclass(frozen=True, slots=True)
class Fire:
    """What one fire takes, in words."""

    name: str
    within: str
    ref: str
    whole_site: bool
    systems: tuple[tuple[str, bool], ...]
    """The first of them, whether for certain."""
    hidden: int
    count: str
    """At least, at most."""
    grades: tuple[tuple[int, int, float, float], ...]
    """Grade, number, where its piece of the bar starts, how wide it is, both in per cent of the worst fire."""
    returning: int
    data: str
    size: str
    applicants: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing to do, in words."""

    check: CheckView
    severity: str
    rank: str
    fix: str
    found: str
    """What was found at the worst subject."""
    points: str
    failed: int
    unknown: int
    institutions: tuple[str, ...]
    others: int
    """Institutions beyond those that are named."""
    subjects: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Core:
    """The systems of grade 1 by how their critical checks came out."""

    total: int
    met: int
    failed: int
    unproven: int


def core(dossier: Dossier) -> Core:
    """How the systems of grade 1 stand: a system is met when nothing critical is open, waived or not."""
    wanted = {system.ref for _, system in dossier.estate.systems() if system.grade == 1}
    worst: dict[str, set[Verdict]] = {ref: set() for ref in wanted}
    for finding in dossier.findings:
        if finding.severity is Severity.CRITICAL and finding.system in worst:
            worst[finding.system].add(finding.verdict)
    failed = sum(Verdict.FAIL in seen for seen in worst.values())
    met = sum(Verdict.PASS in seen and not seen & {Verdict.FAIL, Verdict.UNKNOWN} for seen in worst.values())
    return Core(len(wanted), met, failed, len(wanted) - failed - met)


def unproven(dossier: Dossier, rows: Rows, speak: Translator) -> list[Unproven]:
    """What is not verified by reason, the most frequent first."""
    by_reason: dict[str, list[Finding]] = {}
    for finding in dossier.findings:
        if finding.reason is not None:
            by_reason.setdefault(finding.reason, []).append(finding)
    told = []
    for reason, word in REASONS.items():
        findings = by_reason.get(reason, [])
        if findings:
            subjects = tuple(dict.fromkeys(one.subject for one in sorted(findings, key=urgency)))
            means = speak.message(word.means) if word.means is not None else ""
            shown = subjects[:SUBJECTS]
            open_most = Counter(one.check for one in sorted(findings, key=urgency)).most_common(ASKED)
            often = [pair for pair in open_most if pair[1] > 1] or open_most[:1]
            asked = tuple((rows.check(check).question, number) for check, number in often)
            said, more = speak.message(word.says), len(subjects) - len(shown)
            told.append(Unproven(said, means, len(findings), asked, shown, more))
    return sorted(told, key=lambda one: -one.count)


def fires(dossier: Dossier, speak: Translator, most: int) -> list[Fire]:
    """The worst losses, worst first."""
    felt = [loss for loss in dossier.losses if loss.systems or loss.data][:most]
    scale = max((len(loss.systems) for loss in felt), default=0) or 1
    return [_fire(dossier, speak, loss, scale) for loss in felt]


def _fire(dossier: Dossier, speak: Translator, loss: Loss, scale: int) -> Fire:
    site, _, room = loss.hit.partition("/")
    grades, start = [], 0.0
    for grade in (1, 2, 3, 4):
        width = 100 * loss.by_grade.get(grade, 0) / scale
        grades.append((grade, loss.by_grade.get(grade, 0), round(start, 2), round(width, 2)))
        start += width
    figures = lost_figures(loss, dossier.estate, speak.number)
    told = {name: speak.message(one) for name, one in figures.items()}
    return Fire(
        name=dossier.estate.named(loss.hit, speak.language),
        within=dossier.estate.named(site, speak.language) if room else "",
        ref=loss.hit,
        whole_site=not room,
        systems=tuple((ref, ref not in loss.perhaps) for ref in loss.systems[:LISTED]),
        hidden=max(0, len(loss.systems) - LISTED),
        count=told["systems"],
        grades=tuple(grades),
        returning=len(loss.returning),
        data=told["data"],
        size=told["bytes"],
        applicants=told["applicants"],
    )


def remedies(dossier: Dossier, rows: Rows, speak: Translator) -> list[Remedy]:
    """What to fix first."""
    return [_remedy(dossier, rows, speak, fix) for fix in dossier.fixes[:FIXES]]


def _remedy(dossier: Dossier, rows: Rows, speak: Translator, fix: Fix) -> Remedy:
    findings = fix.findings
    counts = Counter(one.verdict for one in findings)
    bodies = dict.fromkeys(one.institution for one in findings if one.institution)
    subjects = tuple(dict.fromkeys(one.subject for one in findings))
    check = rows.check(fix.check)
    return Remedy(
        check=check,
        severity=speak.message(SEVERITIES[fix.severity]),
        rank=str(fix.severity),
        fix=fill(check.fix, {"ref": findings[0].subject}) if findings else check.fix,
        found=speak.message(findings[0].says) if findings else "",
        points=speak.number(fix.gain * 100),
        failed=counts[Verdict.FAIL],
        unknown=counts[Verdict.UNKNOWN],
        institutions=tuple(dossier.estate.named(ref, speak.language) for ref in bodies)[:NAMED],
        others=max(0, len(bodies) - NAMED),
        subjects=subjects[:LISTED],
        more=max(0, len(subjects) - LISTED),
    )
