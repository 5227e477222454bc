"""A dossier to the plain values of the JSON contract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from audit.model.clean import json_text, redacted
from audit.model.dossier import Dossier, Readiness
from audit.model.evidence import Finding
from audit.model.message import Message
from reports.translate import Translator
from reports.waivers import accepted_record


def run_record(dossier: Dossier) -> dict[str, Any]:
    """Which run this is."""
    run = dossier.run
    return {
        "id": json_text(run.id),
        "started": _instant(run.started),
        "ended": _instant(run.ended) if run.ended is not None else None,
        "tool": json_text(run.tool),
        "estate": {"id": json_text(run.estate_id), "sha256": json_text(run.estate_sha256)},
        "root": json_text(run.root),
        "state": json_text(run.state),
        "not-looked-at": len(dossier.not_looked_at),
        "outside": dossier.outside,
    }


def readiness_record(readiness: Readiness) -> dict[str, Any]:
    """One readiness figure with the counts behind it."""
    return {
        "letter": readiness.letter,
        "demonstrated": round(readiness.demonstrated, 6),
        "possible": round(readiness.possible, 6),
        "coverage": round(readiness.coverage, 6),
        "pass": readiness.passed,
        "fail": readiness.failed,
        "unknown": readiness.unknown,
        "not-applicable": readiness.not_applicable,
        "waived": readiness.waived,
        "with-waivers": accepted_record(readiness.with_waivers),
    }


def all_readiness(dossier: Dossier) -> dict[str, Any]:
    """The readiness of the estate, of each institution, of each system."""
    return {
        "estate": readiness_record(dossier.readiness),
        "institutions": _sorted(dossier.institutions.items()),
        "systems": _sorted(dossier.systems.items()),
    }


def _sorted(pairs: Any) -> dict[str, Any]:
    return {json_text(name): readiness_record(value) for name, value in sorted(pairs)}


def finding_record() -> Callable[[Finding], dict[str, Any]]:
    """The function that writes one finding; it holds the Korean catalogue."""
    korean = Translator("ko")

    def write(finding: Finding) -> dict[str, Any]:
        return {
            "check": json_text(finding.check),
            "control": json_text(finding.control),
            "subject": json_text(finding.subject),
            "verdict": str(finding.verdict),
            "reason": str(finding.reason) if finding.reason is not None else None,
            "severity": str(finding.severity),
            "grade": finding.grade,
            "says": {"en": json_text(redacted(finding.says.english())), "ko": json_text(korean.message(finding.says))},
            "measured": _plain(finding.measured),
            "required": _plain(finding.required),
            "level": finding.level.word,
            "where": json_text(str(finding.where)),
            "observation": finding.observation,
            "at": _instant(finding.at),
            "waiver": json_text(finding.waiver) if finding.waiver is not None else None,
            "fingerprint": finding.fingerprint,
        }

    return write


def in_order(dossier: Dossier) -> list[Finding]:
    """The findings by subject, then check."""
    return sorted(dossier.findings, key=lambda finding: (finding.subject, finding.check))


def _plain(value: str | Message) -> str:
    return json_text(redacted(str(value)))


def _instant(at: datetime) -> str:
    return at.isoformat()
