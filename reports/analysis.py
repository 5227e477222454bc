"""The analysis of an estate to plain values for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from math import isfinite
from typing import Any

from audit.model.clean import json_text, redacted
from audit.model.meaning import Meaning, Recovery
from audit.model.message import Message
from reports.closed import closed


def record(found: Meaning | None) -> dict[str, Any] | None:
    """What the pictures show, and what they have no room for; hours count from the event, null is not bounded."""
    if found is None:
        return None
    matrix, worst = found.matrix, found.worst
    return {
        "losses": [_plain(one) for one in found.pareto],
        "matrix": _plain(matrix) if matrix is not None else None,
        "worst": _plain(worst) if worst is not None else None,
        "recovery": _recovery(found.recovery),
        "reference": _points(found.beside),
        "measure": found.measure,
        "concentration": [_plain(one) for one in found.shares],
        "programmes": [_plain(one) for one in found.paid],
        "unknowns": [_plain(one) for one in found.unknowns],
        "seasons": [_plain(one) for one in found.seasons],
    }


def _recovery(found: Recovery | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {**_plain(found), "curve": _points(found.curve), "floor": _points(found.floor)}


def _points(found: tuple[tuple[float, float], ...]) -> list[dict[str, float]]:
    return [{"hours": hours, "share": share} for hours, share in found]


def _plain(value: Any) -> Any:
    """Any frozen value of the analysis: records by their fields, sentences in English, what has no bound as null."""
    if isinstance(value, Message):
        return json_text(redacted(value.english()))
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, str):
        return json_text(value)
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {json_text(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def schema() -> dict[str, Any]:
    """The JSON Schema of it."""
    text, flag, figure = {"type": "string"}, {"type": "boolean"}, {"type": ["number", "null"]}
    share, count = {"type": "number", "minimum": 0}, {"type": "integer", "minimum": 0}
    span = closed(least=figure, most=figure)
    names = _list(text)
    points = _list(closed(hours={"type": "number"}, share={"type": "number", "minimum": 0, "maximum": 1}))
    cell = _tuple({"enum": ["up", "degraded", "down", "unknown"]}, _or_null(span))
    ranked = _list(_tuple(text, share))
    return _or_null(
        closed(
            losses=_list(closed(ref=text, says=_or_null(text), exposure=span, waiting=span, systems=span)),
            matrix=_or_null(closed(hazards=names, rows=_list(_tuple(text, _list(cell))), more=count)),
            worst=_or_null(closed(hit=names, layers=_list(_list(_tuple(text, text, flag))), more=count)),
            recovery=_or_null(
                closed(
                    hit=names,
                    tasks=_list(closed(ref=text, start=figure, end=figure, critical=flag, team=count)),
                    curve=points,
                    never=names,
                    untold=names,
                    floor=points,
                )
            ),
            reference=points,
            measure={"enum": ["users", "applicants", "grade"]},
            concentration=_list(
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["layer", "direct", "hidden", "direct_index", "hidden_index", "unplaced"],
                    "properties": {
                        "layer": text,
                        "direct": ranked,
                        "hidden": ranked,
                        "direct_index": share,
                        "hidden_index": share,
                        "unplaced": share,
                    },
                }
            ),
            programmes=_list(
                closed(
                    programme=text,
                    currency=text,
                    threshold=figure,
                    bars=_list(_tuple(text, figure, figure)),
                    payers=_list(_tuple(text, figure, text)),
                )
            ),
            unknowns=_list(closed(ref=text, says=text, moves=figure, resolve=text)),
            seasons=_list(
                closed(
                    id=text,
                    names=_tuple(text, text),
                    start={"type": "string", "format": "date"},
                    end={"type": "string", "format": "date"},
                    demand=figure,
                    source={"enum": ["inventory", "calendar"]},
                )
            ),
        )
    )


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _tuple(*of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "prefixItems": list(of), "items": False, "minItems": len(of)}


def _or_null(of: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [of, {"type": "null"}]}
