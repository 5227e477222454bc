"""The JSON document of a run to its JSON Schema."""

from __future__ import annotations

from typing import Any

from audit.model.verdict import Level, Reason, Severity, Verdict
from reports.actions_schema import schema as measure_schema
from reports.analysis import schema as analysis_schema
from reports.closed import closed
from reports.drills import schema as drill_schema
from reports.json import SCHEMA
from reports.left import schema as left_schema
from reports.ruled import schema as ruled_schema
from reports.signed import schema as signature_schema
from reports.switches import schema as switch_schema
from reports.waivers import schema as waiver_schema
from reports.words import STATES


def run_schema() -> dict[str, Any]:
    """The schema, draft 2020-12, of what `--format json` prints."""
    text = {"type": "string"}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    count = {"type": "integer", "minimum": 0}
    instant = {"type": "string", "format": "date-time"}
    sha256 = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
    readiness = {"$ref": "#/$defs/readiness"}
    by_reference = {"type": "object", "additionalProperties": readiness}
    run = closed(
        id={"type": "string", "minLength": 1},
        started=instant,
        ended={"anyOf": [instant, {"type": "null"}]},
        tool=text,
        estate=closed(id=text, sha256=text),
        root={"anyOf": [sha256, {"const": ""}]},
        state={"enum": [*STATES]},
        not_looked_at=count,
        outside=count,
    )
    letter = {"enum": ["A", "B", "C", "D", "E", "-"]}
    figures = closed(
        letter=letter,
        demonstrated=share,
        possible=share,
        coverage=share,
        **{"pass": count, "fail": count, "unknown": count, "not_applicable": count, "waived": count},
        with_waivers={"$ref": "#/$defs/accepted"},
    )
    accepted = closed(letter=letter, demonstrated=share, possible=share, coverage=share)
    finding = closed(
        check={"type": "string", "pattern": r"^([\w.\-]+:)?[\w\-]+\.[\w.\-]+$"},
        control=text,
        subject=text,
        verdict={"enum": [str(verdict) for verdict in Verdict]},
        reason={"enum": [*(str(reason) for reason in Reason), None]},
        severity={"enum": [str(severity) for severity in Severity]},
        grade={"type": "integer", "minimum": 1, "maximum": 4},
        says=closed(en=text, ko=text),
        measured=text,
        required=text,
        level={"enum": [level.word for level in Level]},
        where={"type": "string", "pattern": r":\d+:\d+$"},
        observation={"anyOf": [sha256, {"type": "null"}]},
        at=instant,
        waiver={"type": ["string", "null"]},
        fingerprint={"type": "string", "pattern": "^[0-9a-f]{16}$"},
    )
    finding["if"] = {"properties": {"verdict": {"const": "unknown"}}}
    finding["then"] = {"properties": {"reason": {"type": "string"}}}
    finding["else"] = {"properties": {"reason": {"type": "null"}}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:haechi:run:1",
        "title": "One run of haechi",
        **closed(
            schema={"const": SCHEMA},
            run=run,
            waivers={"type": "array", "items": {"$ref": "#/$defs/waiver"}},
            policy={"type": "array", "items": {"$ref": "#/$defs/ruled"}},
            readiness=closed(estate=readiness, institutions=by_reference, systems=by_reference),
            findings={"type": "array", "items": {"$ref": "#/$defs/finding"}},
            drills={"type": "array", "items": {"$ref": "#/$defs/drill"}},
            switches={"type": "array", "items": {"$ref": "#/$defs/switch"}},
            signatures={"type": "array", "items": {"$ref": "#/$defs/signature"}},
            measures={"type": "array", "items": {"$ref": "#/$defs/measure"}},
            scenarios={"type": "object", "additionalProperties": {"$ref": "#/$defs/left"}},
            analysis=analysis_schema(),
        ),
        "$defs": {
            "readiness": figures,
            "accepted": accepted,
            "waiver": waiver_schema(),
            "ruled": ruled_schema(),
            "finding": finding,
            "drill": drill_schema(),
            "switch": switch_schema(),
            "signature": signature_schema(),
            "measure": measure_schema(),
            "left": left_schema(),
        },
    }
