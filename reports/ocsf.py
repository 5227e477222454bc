"""A dossier to OCSF 1.5.0: a Compliance Finding a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from audit.model.clean import line, redacted
from audit.model.dossier import Dossier
from audit.model.estate import Institution
from audit.model.evidence import Finding
from audit.model.verdict import Severity, Verdict
from reports.assessment.view import View
from reports.format import Format, Page
from reports.stream import lines
from reports.words import REASONS

VERSION: Final = "1.5.0"
CLASS: Final = 2003
_CREATE: Final = 1
_STATUS: Final[Mapping[Verdict, tuple[int, str]]] = MappingProxyType(
    {
        Verdict.PASS: (1, "Pass"),
        # "Warning" is what OCSF calls a check without a result because something is missing.
        Verdict.UNKNOWN: (2, "Warning"),
        Verdict.FAIL: (3, "Fail"),
        Verdict.NOT_APPLICABLE: (99, "Not applicable"),
    }
)
_SEVERITIES: Final[Mapping[Severity, tuple[int, str]]] = MappingProxyType(
    {
        Severity.LOW: (2, "Low"),
        Severity.MEDIUM: (3, "Medium"),
        Severity.HIGH: (4, "High"),
        Severity.CRITICAL: (5, "Critical"),
    }
)
_INFORMATIONAL: Final = (1, "Informational")
_NEW: Final = (1, "New")
_SUPPRESSED: Final = (3, "Suppressed")


def events(view: View) -> Iterator[dict[str, Any]]:
    """One event for each finding."""
    metadata = _metadata(view)
    for finding in view.findings:
        severity, severity_says = _SEVERITIES[finding.severity] if _is_open(finding) else _INFORMATIONAL
        status, status_says = _SUPPRESSED if finding.waiver is not None else _NEW
        yield {
            "activity_id": _CREATE,
            "activity_name": "Create",
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": CLASS,
            "class_name": "Compliance Finding",
            "type_uid": CLASS * 100 + _CREATE,
            "type_name": "Compliance Finding: Create",
            "time": _milliseconds(finding.at),
            "severity_id": severity,
            "severity": severity_says,
            "status_id": status,
            "status": status_says,
            "status_code": str(finding.verdict),
            **({"status_detail": line(redacted(finding.waiver))} if finding.waiver is not None else {}),
            "message": _message(view, finding),
            "metadata": {**metadata, "event_code": line(finding.check)},
            "finding_info": _info(view, finding),
            "compliance": _compliance(view, finding),
            **_remediation(view, finding),
            "resources": [_resource(view, finding)],
            **_evidence(finding),
            "unmapped": _unmapped(view, finding),
        }


def _is_open(finding: Finding) -> bool:
    return finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN)


def _metadata(view: View) -> dict[str, Any]:
    name, _, version = view.dossier.run.tool.partition(" ")
    product = {"name": line(name), "vendor_name": line(name), "version": line(version) or "-"}
    return {
        "version": VERSION,
        "product": product | {"lang": view.speak.language},
        "correlation_uid": line(view.dossier.run.id),
        "log_name": line(view.dossier.estate.ref),
        "tenant_uid": line(view.dossier.estate.ref),
        "processed_time": _milliseconds(view.dossier.at),
    }


def _message(view: View, finding: Finding) -> str:
    return line(f"{finding.subject}: {view.says(finding)}")


def _info(view: View, finding: Finding) -> dict[str, Any]:
    check = view.check(finding)
    made: dict[str, Any] = {
        "uid": finding.fingerprint,
        "title": line(view.question(finding.check)),
        "types": [line(finding.check.partition(".")[0])],
        "last_seen_time": _milliseconds(finding.at),
    }
    return made | ({"desc": line(view.speak.text(check.why))} if check is not None else {})


def _compliance(view: View, finding: Finding) -> dict[str, Any]:
    check = view.check(finding)
    number, says = _STATUS[finding.verdict]
    severity, severity_says = _SEVERITIES[finding.severity]
    standards = [line(answer) for answer in check.answers] if check is not None else []
    details = [_message(view, finding)]
    if finding.reason is not None:
        means = REASONS[finding.reason].means
        details.append(f"{finding.reason}: {view.speak.message(means)}" if means is not None else str(finding.reason))
    return {
        "status_id": number,
        "status": says,
        "status_code": f"{finding.verdict}: {finding.reason}" if finding.reason is not None else str(finding.verdict),
        "status_details": details,
        "control": line(finding.control),
        "standards": standards,
        "checks": [
            {
                "uid": line(finding.check),
                "name": line(view.question(finding.check)),
                "standards": standards,
                "status_id": number,
                "status": says,
                "severity_id": severity,
                "severity": severity_says,
            }
        ],
    }


def _remediation(view: View, finding: Finding) -> dict[str, Any]:
    check = view.check(finding)
    if check is None or not _is_open(finding):
        return {}
    return {"remediation": {"desc": line(view.speak.text(check.fix, ref=finding.subject))}}


def _resource(view: View, finding: Finding) -> dict[str, Any]:
    estate = view.dossier.estate
    known = estate.index.get(finding.subject)
    made: dict[str, Any] = {
        "uid": line(finding.subject),
        "name": line(estate.named(finding.subject, view.speak.language)),
        "criticality": f"grade {finding.grade}",
    }
    if known is not None:
        made["type"] = line(str(getattr(known, "kind", None) or type(known).__name__.lower()))
    if finding.system:
        made["namespace"] = line(finding.system)
    if finding.institution:
        body = estate.index.get(finding.institution)
        named = line(estate.named(finding.institution, view.speak.language))
        made["group"] = {"uid": line(finding.institution), "name": named}
        person = body.accountable if isinstance(body, Institution) else None
        if person is not None:
            made["owner"] = {"name": line(person.name), "org": {"name": named}}
    return made


def _evidence(finding: Finding) -> dict[str, Any]:
    if finding.observation is None:
        return {}
    return {"evidences": [{"data": {"observation": finding.observation, "level": finding.level.word}}]}


def _unmapped(view: View, finding: Finding) -> dict[str, Any]:
    waiver, expired = view.waiver(finding), view.expired(finding)
    return {
        "run_state": line(view.dossier.run.state),
        "verdict": str(finding.verdict),
        "reason": str(finding.reason) if finding.reason is not None else None,
        "grade": finding.grade,
        "measured": line(view.speak.quantity(finding.measured)),
        "required": line(view.speak.quantity(finding.required)),
        "level": finding.level.word,
        "where": line(str(finding.where)),
        "waiver": line(redacted(finding.waiver)) if finding.waiver is not None else None,
        "waived_until": waiver.expires.isoformat() if waiver is not None else None,
        "waiver_expired": expired.expires.isoformat() if expired is not None else None,
    }


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _chunks(dossier: Dossier, language: str) -> Iterator[bytes]:
    yield from lines(events(View.of(dossier, language)))


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield Page("", _chunks(dossier, language))


FORMAT: Final = Format("ocsf", ".ocsf.jsonl", "application/x-ndjson", _pages)
