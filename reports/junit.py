"""A dossier to JUnit XML: a suite an institution, a case a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from audit.model.clean import line, xml
from audit.model.dossier import Dossier
from audit.model.evidence import Finding
from audit.model.verdict import Verdict
from reports.format import Format, Page
from reports.record import in_order
from reports.translate import Translator
from reports.waivers import expired
from reports.whole import broken_off

_OUTCOMES: Final[Mapping[Verdict, str]] = MappingProxyType(
    {Verdict.FAIL: "failures", Verdict.UNKNOWN: "errors", Verdict.NOT_APPLICABLE: "skipped"}
)


def _outcome(finding: Finding) -> str:
    """What a build server is told; a waived finding does not break a build, as it does not change the exit code."""
    return "skipped" if finding.waiver is not None else _OUTCOMES.get(finding.verdict, "")


def _counts(outcomes: Sequence[str], names: Sequence[str] = ("failures", "errors", "skipped")) -> str:
    counted = {"tests": len(outcomes)} | {name: outcomes.count(name) for name in names}
    return "".join(f' {name}="{number}"' for name, number in counted.items())


def _case(dossier: Dossier, speak: Translator, finding: Finding) -> str:
    check = dossier.checks.get(finding.check)
    opened = f"  <testcase classname={_quoted(finding.check)} name={_quoted(finding.subject)}"
    outcome = _outcome(finding)
    if not outcome:
        return opened + "/>\n"
    says = line(speak.message(finding.says))
    if outcome == "skipped":
        if finding.waiver is not None:
            says = f"waived: {finding.waiver} (verdict {finding.verdict}: {says})"
        return f"{opened}>\n    <skipped message={_quoted(says)}/>\n  </testcase>\n"
    fix = speak.text(check.fix, ref=finding.subject) if check is not None else ""
    body = "\n".join(
        (
            f"control: {finding.control}",
            f"observed: {speak.quantity(finding.measured)}",
            f"required: {speak.quantity(finding.required)}",
            f"place: {finding.where}",
            f"evidence: {finding.observation or '-'} ({finding.level.word})",
            f"fix: {fix}",
        )
    )
    name = "failure" if outcome == "failures" else "error"
    kind = str(finding.reason) if finding.reason is not None else str(finding.severity)
    return (
        f"{opened}>\n    <{name} type={_quoted(kind)} message={_quoted(says)}>"
        f"{escape(xml(body))}</{name}>\n  </testcase>\n"
    )


@dataclass(frozen=True, slots=True)
class _Notice:
    """Sentences that break a build by themselves, in a suite of their own before all others."""

    title: str
    about: str
    outcome: str
    kind: str
    told: tuple[str, ...]

    def written(self) -> Iterator[bytes]:
        if not self.told:
            return
        yield f" <testsuite name={_quoted(self.title)}{_counts([self.outcome] * len(self.told))}>\n".encode()
        tag = "failure" if self.outcome == "failures" else "error"
        for says in self.told:
            yield f'  <testcase classname="{self.about}" name={_quoted(says)}>\n'.encode()
            yield f'    <{tag} type="{self.kind}" message={_quoted(says)}/>\n  </testcase>\n'.encode()
        yield b" </testsuite>\n"


def _notices(dossier: Dossier, speak: Translator) -> Iterator[_Notice]:
    """An expired waiver decides the exit code; a run that was broken off proves less than its cases seem to."""
    yield _Notice(speak.text("Expired waivers"), "waiver", "failures", "expired", tuple(expired(dossier, speak)))
    yield _Notice(speak.text("The run"), "run", "errors", "incomplete", tuple(broken_off(dossier, speak)))


def _quoted(text: str) -> str:
    return quoteattr(line(text))


def _chunks(dossier: Dossier, language: str) -> Iterator[bytes]:
    speak = Translator(language, dossier.estate.about.timezone)
    findings = sorted(in_order(dossier), key=lambda finding: finding.institution)
    notices = tuple(_notices(dossier, speak))
    outcomes = [*(_outcome(finding) for finding in findings)]
    outcomes += [notice.outcome for notice in notices for _ in notice.told]
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    # Without how many are skipped: the schema by which Jenkins checks such a file does not know that of the whole.
    whole = _counts(outcomes, ("failures", "errors"))
    yield f"<testsuites name={_quoted('haechi ' + dossier.run.id)}{whole}>\n".encode()
    for notice in notices:
        yield from notice.written()
    for institution, group in groupby(findings, key=lambda finding: finding.institution):
        suite = list(group)
        name = dossier.estate.named(institution, language) if institution else speak.text("Shared")
        started = dossier.run.started.isoformat(timespec="seconds")
        title = f"{institution}: {name}" if institution else name
        counted = _counts([*map(_outcome, suite)])
        yield f" <testsuite name={_quoted(title)} timestamp={_quoted(started)}{counted}>\n".encode()
        for finding in suite:
            yield _case(dossier, speak, finding).encode()
        yield b" </testsuite>\n"
    yield b"</testsuites>\n"


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield Page("", _chunks(dossier, language))


FORMAT: Final = Format("junit", ".xml", "application/xml", _pages)
