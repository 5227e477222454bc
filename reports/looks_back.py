"""What `haechi uptime`, `haechi outages` print for programs to its JSON Schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

UPTIME: Final = "haechi.uptime/1"
OUTAGES: Final = "haechi.outages/1"
_TEXT: Final[Mapping[str, Any]] = {"type": "string"}
_INSTANT: Final[Mapping[str, Any]] = {"type": "string", "format": "date-time"}
_MAYBE: Final[Mapping[str, Any]] = {"anyOf": [_INSTANT, {"type": "null"}]}
_SHARE: Final[Mapping[str, Any]] = {"type": "number", "minimum": 0, "maximum": 1}
_SECONDS: Final[Mapping[str, Any]] = {"type": "number", "minimum": 0}


def uptime_schema() -> dict[str, Any]:
    """The schema, draft 2020-12, of `haechi uptime --format json`."""
    share = {"anyOf": [_SHARE, {"type": "null"}]}
    names = ("up", "down", "between", "partial", "degraded", "unknown", "maintenance")
    spent = _closed(least=_SECONDS, most=_SECONDS)
    subject = _closed(
        subject=_TEXT,
        system=_TEXT,
        grade={"type": "integer", "minimum": 1, "maximum": 4},
        worst={"type": ["string", "null"]},
        start=_INSTANT,
        end=_INSTANT,
        available=_closed(least=share, most=share),
        coverage=_SHARE,
        target=share,
        met={"type": ["boolean", "null"]},
        seconds=_closed(**dict.fromkeys(names, _SECONDS)),
        unknown={"type": "object", "additionalProperties": _SECONDS},
        budget={"anyOf": [_closed(allowed=_SECONDS, spent=spent), {"type": "null"}]},
    )
    return _document("uptime", UPTIME, subjects={"type": "array", "items": subject})


def outages_schema() -> dict[str, Any]:
    """The schema, draft 2020-12, of `haechi outages --format json`."""
    hours = {"type": "number", "minimum": 0}
    outage = _closed(
        subject=_TEXT,
        state={"enum": ["down", "partial"]},
        reason=_TEXT,
        detail=_TEXT,
        last_good=_MAYBE,
        first_bad=_INSTANT,
        last_bad=_INSTANT,
        first_good=_MAYBE,
        ended={"type": "boolean"},
        known_until=_INSTANT,
        seconds=_closed(shortest=_SECONDS, longest=_SECONDS, unknown=_SECONDS),
        applicant_hours={"anyOf": [_closed(least=hours, most=hours), {"type": "null"}]},
    )
    return _document("outages", OUTAGES, watched={"type": "boolean"}, outages={"type": "array", "items": outage})


def _document(name: str, schema: str, **properties: Any) -> dict[str, Any]:
    """`left_out` are subjects that were watched in the period, which the inventory no longer has."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:haechi:{name}:1",
        "title": f"What haechi {name} prints",
        **_closed(
            schema={"const": schema},
            estate=_TEXT,
            zone=_TEXT,
            at=_INSTANT,
            period=_closed(start=_INSTANT, end=_INSTANT),
            on=_TEXT,
            left_out={"type": "array", "items": _TEXT},
            **properties,
        ),
    }


def _closed(**properties: Any) -> dict[str, Any]:
    """An object that has exactly these keys."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
