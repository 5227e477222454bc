"""The name of what a command prints as JSON to its JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from reports.schemas import changed, kept, known, lost, weighed
from reports.schemas.shape import parsed

_SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {name: text for room in (changed, kept, known, lost, weighed) for name, text in room.SHAPES.items()}
)
_SAID: Final[Mapping[str, str]] = MappingProxyType({"policy-values": "policy"})
"""How a document calls itself, where `haechi schema` calls something else so."""
_BARE: Final = ("alerts", "checks", "kinds", "runs")
"""Lists, which do not say their own name."""


def names() -> tuple[str, ...]:
    """Every name, in order."""
    return tuple(sorted((*_SHAPES, *_WHOLE)))


def schema(name: str) -> dict[str, Any]:
    """The schema, draft 2020-12, of `haechi.<name>/1`; new keys may come in the same version. KeyError for no name."""
    if name in _WHOLE:
        return _WHOLE[name]()
    found, said = parsed(_SHAPES[name], _parts()), f"haechi.{_SAID.get(name, name)}/1"
    if name not in _BARE:
        for one in found.get("anyOf", [found]):
            one["properties"] = {"schema": {"const": said}, **one["properties"]}
            one["required"] = ["schema", *one["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:haechi:{name}:1",
        "title": said,
        **found,
    }


def _parts() -> dict[str, dict[str, Any]]:
    """What several documents hold."""
    from reports.drills import schema as drill
    from reports.switches import schema as switch

    made: dict[str, dict[str, Any]] = {"drill": drill(), "switch": switch()}
    for name, text in _PARTS.items():
        made[name] = parsed(text, made)
    return made


def _run() -> dict[str, Any]:
    from reports.schema import run_schema

    return run_schema()


def _looked_back(name: str) -> dict[str, Any]:
    from reports.looks_back import outages_schema, uptime_schema

    return uptime_schema() if name == "uptime" else outages_schema()


_WHOLE: Final[Mapping[str, Callable[[], dict[str, Any]]]] = MappingProxyType(
    {"run": _run, "uptime": partial(_looked_back, "uptime"), "outages": partial(_looked_back, "outages")}
)
_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "both": "{en: text, ko: text}",
        "span": "{least: amount, most: amount|null}",
        "tally": "{pass: count, fail: count, unknown: count, not-applicable: count}",
        "readiness": """{letter: letter, demonstrated: share, possible: share, coverage: share, pass: count,
            fail: count, unknown: count, not-applicable: count, waived: count,
            with-waivers: {letter: letter, demonstrated: share, possible: share, coverage: share}}""",
    }
)
