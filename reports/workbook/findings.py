"""A dossier to the sheets of its findings: each of them, then what to mend first."""

from __future__ import annotations

from collections.abc import Callable

from audit.model.dossier import Dossier
from audit.model.evidence import Finding
from audit.model.verdict import Verdict
from reports.assessment.view import View
from reports.translate import Translator
from reports.words import LEVELS, REASONS, SEVERITIES, VERDICTS, urgency
from reports.workbook.sheet import MIDDLE, NARROW, WIDE, Cell, Sheet, columns


def findings(view: View) -> Sheet:
    """Every finding, the most urgent first."""
    speak = view.speak
    head = columns(
        (speak.text("Institution"), MIDDLE),
        (speak.text("Subject"), WIDE),
        (speak.text("Check"), MIDDLE),
        (speak.text("Control"), NARROW),
        (speak.text("Verdict"), 16),
        (speak.text("Reason"), 14),
        (speak.text("Severity"), NARROW),
        (speak.text("Grade"), 7),
        (speak.text("Statement"), 60),
        (speak.text("Observed"), MIDDLE),
        (speak.text("Required"), MIDDLE),
        (speak.text("Evidence level"), 14),
        (speak.text("Question"), WIDE),
        (speak.text("Fix"), 60),
        (speak.text("Waiver"), 30),
        (speak.text("Waived until"), 14),
        (speak.text("Place in the inventory"), 30),
        (speak.text("Looked at"), 20),
        (speak.text("Evidence"), MIDDLE),
        (speak.text("Fingerprint"), 20),
    )
    verdicts = {verdict: f"{word.sign} {speak.message(word.says)}" for verdict, word in VERDICTS.items()}
    rows = map(
        _finding(view, verdicts), sorted(view.findings, key=lambda one: (view.expired(one) is None, urgency(one)))
    )
    coloured = tuple((words, str(verdict)) for verdict, words in verdicts.items())
    return Sheet(speak.text("All findings"), head, rows, frozen=2, verdict=4, words=coloured)


def _finding(view: View, verdicts: dict[Verdict, str]) -> Callable[[Finding], tuple[Cell, ...]]:
    dossier, speak, estate = view.dossier, view.speak, view.dossier.estate
    bodies = {ref: estate.named(ref, speak.language) for ref in dossier.institutions}

    def row(finding: Finding) -> tuple[Cell, ...]:
        check = dossier.checks.get(finding.check)
        waiver = view.waiver(finding)
        mends = check is not None and finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN)
        return (
            bodies.get(finding.institution, finding.institution),
            finding.subject,
            finding.check,
            finding.control,
            verdicts[finding.verdict],
            speak.message(REASONS[finding.reason].says) if finding.reason is not None else "",
            speak.message(SEVERITIES[finding.severity]) if finding.verdict is not Verdict.NOT_APPLICABLE else "",
            finding.grade,
            speak.message(finding.says),
            speak.quantity(finding.measured),
            speak.quantity(finding.required),
            speak.message(LEVELS[finding.level].says),
            speak.text(check.question) if check is not None else "",
            speak.text(check.fix, ref=finding.subject) if check is not None and mends else "",
            finding.waiver or "",
            waiver.expires.isoformat() if waiver is not None else "",
            str(finding.where),
            speak.instant(finding.at),
            finding.observation or "",
            finding.fingerprint,
        )

    return row


def fixes(dossier: Dossier, speak: Translator) -> Sheet:
    """What to mend, the greatest harm first."""
    head = columns(
        (speak.text("Check"), MIDDLE),
        (speak.text("Severity"), NARROW),
        (speak.text("Findings"), 12),
        (speak.text("Gain of readiness"), 14),
        (speak.text("Question"), WIDE),
        (speak.text("Fix"), 80),
        (speak.text("First subject"), WIDE),
    )
    rows = (
        (
            fix.check,
            speak.message(SEVERITIES[fix.severity]),
            len(fix.findings),
            round(fix.gain, 6),
            speak.text(text.question) if (text := dossier.checks.get(fix.check)) is not None else "",
            speak.text(text.fix, ref=fix.findings[0].subject) if text is not None else "",
            fix.findings[0].subject,
        )
        for fix in dossier.fixes
    )
    return Sheet(speak.text("What to mend"), head, rows, frozen=1)
