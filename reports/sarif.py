"""A dossier to SARIF 2.1.0: a rule a check, a result a finding at its place in the inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from audit.model.clean import line, redacted
from audit.model.dossier import CheckText, Dossier
from audit.model.evidence import Finding
from audit.model.verdict import Reason, Severity, Verdict
from reports.assessment.view import View
from reports.assessment.words import identity
from reports.format import Format, Page
from reports.record import all_readiness
from reports.stream import Rows, document
from reports.waivers import expired
from reports.words import STATES, VERDICTS

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final[Mapping[Severity, str]] = MappingProxyType(
    {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
)
_KINDS: Final[Mapping[Verdict, str]] = MappingProxyType(
    {
        Verdict.PASS: "pass",
        Verdict.FAIL: "fail",
        Verdict.UNKNOWN: "open",
        Verdict.NOT_APPLICABLE: "notApplicable",
    }
)
_BASE: Final = "ESTATE"
"""What the paths of inventory files start from."""


def _chunks(dossier: Dossier, language: str) -> Iterator[bytes]:
    view = View.of(dossier, language)
    rules = sorted({finding.check for finding in view.findings} | set(dossier.checks))
    place = {check: number for number, check in enumerate(rules)}
    yield from document(
        {
            "$schema": _SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {"driver": _driver(view, rules)},
                    "automationDetails": {
                        "id": line(f"haechi/{dossier.estate.ref}/{dossier.run.id}"),
                        "guid": identity("sarif", dossier.estate.ref, dossier.run.id, dossier.run.root),
                    },
                    "invocations": [_invocation(view)],
                    "originalUriBaseIds": {
                        _BASE: {"description": {"text": view.speak.text("The folder of the inventory.")}}
                    },
                    "columnKind": "unicodeCodePoints",
                    "language": language,
                    "properties": {
                        "estate": line(dossier.estate.ref),
                        "estateSha256": line(dossier.run.estate_sha256),
                        "merkleRoot": line(dossier.run.root),
                        "judgedAt": _utc(dossier.at),
                        "readiness": all_readiness(dossier)["estate"],
                        "notLookedAt": len(dossier.not_looked_at),
                        "outsideTheSelection": dossier.outside,
                    },
                    "results": Rows(map(_result(view, place), view.findings), always=True),
                }
            ],
        }
    )


def _driver(view: View, rules: list[str]) -> dict[str, Any]:
    name, _, version = view.dossier.run.tool.partition(" ")
    made: dict[str, Any] = {"name": line(name) or "haechi", "rules": [_rule(view, check) for check in rules]}
    return made | ({"version": line(version)} if version else {})


def _rule(view: View, check: str) -> dict[str, Any]:
    made: dict[str, Any] = {"id": line(check), "shortDescription": {"text": _text(view.question(check))}}
    text = view.dossier.checks.get(check)
    if text is None:
        return made
    return made | {
        "fullDescription": {"text": _text(view.speak.text(text.why))},
        "help": {"text": _text(view.speak.text(text.fix, ref="SUBJECT"))},
        "defaultConfiguration": {"level": _LEVELS[_worst(view, check)]},
        "properties": {
            "control": line(text.control),
            "method": line(text.method),
            "answers": [line(answer) for answer in text.answers],
            "leastEvidence": line(text.least),
            "tags": [line(check.partition(".")[0]), line(text.control)],
        },
    }


def _worst(view: View, check: str) -> Severity:
    """The severity of a check as the effective policy has it, before the grade of a system lowers it."""
    checks: Mapping[str, Any] = view.dossier.policy.get("checks", {})
    written = str(checks.get(check, {}).get("severity", Severity.MEDIUM))
    return Severity(written) if written in set(Severity) else Severity.MEDIUM


def _invocation(view: View) -> dict[str, Any]:
    run = view.dossier.run
    made: dict[str, Any] = {"executionSuccessful": run.state == "complete", "startTimeUtc": _utc(run.started)}
    if run.ended is not None:
        made["endTimeUtc"] = _utc(run.ended)
    past = [{"level": "warning", "message": {"text": _text(told)}} for told in expired(view.dossier, view.speak)]
    if past:
        made["toolConfigurationNotifications"] = past
    if run.state != "complete":
        says = view.speak.message(STATES[run.state]) if run.state in STATES else run.state
        made["toolExecutionNotifications"] = [{"level": "error", "message": {"text": _text(says)}}]
    return made


def _result(view: View, place: Mapping[str, int]) -> Callable[[Finding], dict[str, Any]]:
    def write(finding: Finding) -> dict[str, Any]:
        check = view.check(finding)
        made: dict[str, Any] = {
            "ruleId": line(finding.check),
            "ruleIndex": place[finding.check],
            "kind": _kind(finding),
            # Only what failed may have a level; a reader who knows no kinds then sees nothing that passed.
            "level": _LEVELS[finding.severity] if finding.verdict is Verdict.FAIL else "none",
            "message": {"text": _message(view, finding)},
            "locations": [_location(finding)],
            "partialFingerprints": {"haechi/v1": finding.fingerprint},
        }
        if finding.waiver is not None:
            made["suppressions"] = [_suppression(view, finding)]
        return made | {"properties": _properties(view, finding, check)}

    return write


def _kind(finding: Finding) -> str:
    """Two pieces of evidence that do not agree are for a person to look at."""
    return "review" if finding.reason is Reason.CONTRADICTED else _KINDS[finding.verdict]


def _message(view: View, finding: Finding) -> str:
    """What the finding says of its subject; that it is not verified comes first, for readers who know no kinds."""
    told = view.says(finding)
    if finding.verdict is Verdict.UNKNOWN:
        told = f"{view.speak.message(VERDICTS[Verdict.UNKNOWN].says)}: {told}"
    return _text(f"{finding.subject}: {told}")


def _location(finding: Finding) -> dict[str, Any]:
    logical = {"logicalLocations": [{"fullyQualifiedName": line(finding.subject)}]}
    where = finding.where
    if not where.file:
        return logical
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(line(where.file), safe="/"), "uriBaseId": _BASE}}
    if where.line > 0:
        physical["region"] = {"startLine": where.line, **({"startColumn": where.column} if where.column > 0 else {})}
    return {"physicalLocation": physical, **logical}


def _suppression(view: View, finding: Finding) -> dict[str, Any]:
    waiver = view.waiver(finding)
    made: dict[str, Any] = {
        "kind": "external",
        "status": "accepted",
        "justification": line(redacted(finding.waiver or "")),
    }
    if waiver is not None:
        made["properties"] = {
            "requestedBy": line(waiver.requested_by),
            "approvedBy": line(waiver.approved_by),
            "until": waiver.expires.isoformat(),
            "compensation": line(waiver.compensation or ""),
        }
    return made


def _properties(view: View, finding: Finding, check: CheckText | None) -> dict[str, Any]:
    return {
        "verdict": str(finding.verdict),
        "reason": str(finding.reason) if finding.reason is not None else None,
        "control": line(finding.control),
        "severity": str(finding.severity),
        "grade": finding.grade,
        "institution": line(finding.institution),
        "system": line(finding.system),
        "measured": line(view.speak.quantity(finding.measured)),
        "required": line(view.speak.quantity(finding.required)),
        "evidenceLevel": finding.level.word,
        "observation": finding.observation,
        "at": _utc(finding.at),
        "fix": line(view.speak.text(check.fix, ref=finding.subject))
        if check is not None and finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN)
        else None,
    }


def _text(text: str) -> str:
    """The text of a message, in which braces are written twice; `[words](target)` would be read as a link."""
    plain = line(redacted(text)).replace("{", "{{").replace("}", "}}")
    if "](" in plain:
        plain = plain.replace("[", "\\[").replace("]", "\\]")
    return plain or "-"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield Page("", _chunks(dossier, language))


FORMAT: Final = Format("sarif", ".sarif", "application/sarif+json", _pages)
