"""The bytes of a health report to what it says of the service and of each thing that the service leans on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from audit.contract import CannotSee, Reason, say
from audit.model.health import Dependency
from audit.model.message import Message

LARGEST: Final = 1_000_000
"""Bytes of a report."""
MOST: Final = 200
_LONGEST: Final = 100
_DEEP: Final = 5
_UP: Final = frozenset("up pass passed passing ok okay healthy success warn warning degraded serving true".split())
"""Words for a thing that works, with a complaint or without."""
_DOWN: Final = frozenset(
    "down fail failed failing error unhealthy out_of_service critical unavailable not_serving false".split()
)
_ABOUT: Final = frozenset(
    "status version releaseid serviceid description notes output links timestamp time uptime name service hostname "
    "host build totalduration duration environment groups info message app commit region".split()
)
"""Keys that tell of the report or of the service itself, in small letters."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one report says."""

    schema: str
    up: bool | None
    """None where it says nothing of the service as a whole."""
    dependencies: tuple[Dependency, ...]
    version: str = ""
    """Empty where it names none."""


def read_report(body: bytes, dependencies: str | None = None, version: str | None = None) -> Report:
    """The report; `dependencies` and `version` say where it has them, as in `data.checks`.

    Known by themselves are those of Spring Boot, of the draft health+json, of ASP.NET, of MicroProfile, a plain map of
    names to words. CannotSee(incomplete) for anything else.
    """
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as broken:
        raise _unknown(say("the health report is no JSON")) from broken
    if not isinstance(document, dict):
        raise _unknown(say("the health report is no map"))
    if dependencies is not None:
        schema, found = "declared", _listed(_at(document, dependencies))
    else:
        schema, found = _guessed(document)
    kept = tuple(sorted(found, key=lambda one: one.name))
    if len(kept) > MOST:
        raise _unknown(say("the health report names too many things"))
    word = document.get("status", document.get("Status"))
    return Report(schema, _state(word), kept, _version(document, version))


def _unknown(why: Message) -> CannotSee:
    return CannotSee(
        Reason.INCOMPLETE, say("{why}; say where it names what it leans on, as `dependencies: data.checks`", why=why)
    )


def _guessed(document: dict[str, Any]) -> tuple[str, list[Dependency]]:
    """Which way of writing this is, with what it names."""
    for key, schema in (
        ("components", "Spring Boot"), ("entries", "ASP.NET"), ("results", "ASP.NET"), ("checks", "checks"),
        ("details", "Spring Boot 2.0"), ("dependencies", "dependencies"),
    ):  # fmt: skip
        value = document.get(key)
        if isinstance(value, dict | list):
            return schema, _listed(value, measured=schema == "checks")
    rest = {key: value for key, value in document.items() if key.lower() not in _ABOUT}
    found = _listed(rest)
    if any(one.up is None for one in found):
        raise _unknown(say("the health report is written in no way that is known"))
    return "plain map", found


def _listed(value: Any, *, measured: bool = False) -> list[Dependency]:
    """Each thing that is named there; `measured` where each may be a list of measurements, as in health+json."""
    if isinstance(value, dict):
        return list(_mapped(value.items(), "", 0, measured=measured))
    if isinstance(value, list) and all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in value):
        return list(_mapped(((one["name"], one) for one in value), "", 0, measured=False))
    raise _unknown(say("the health report names nothing there"))


def _mapped(pairs: Iterable[tuple[str, Any]], above: str, depth: int, *, measured: bool) -> Iterator[Dependency]:
    for key, value in pairs:
        name = f"{above}{key}"[:_LONGEST]
        inner = value.get("components") if isinstance(value, dict) else None
        if isinstance(inner, dict) and inner and depth < _DEEP:
            yield from _mapped(inner.items(), f"{name}/", depth + 1, measured=measured)
            continue
        parts = value if isinstance(value, list) and value and measured else [value]
        # Mere figures say nothing of a state.
        words = [_word(one) for one in parts if not (measured and _figure(one))]
        if not words:
            continue
        states = [_state(word) for word in words]
        up = False if False in states else None if None in states else True
        shown = next((word for word, state in zip(words, states, strict=True) if state is not True), words[0])
        yield Dependency(name=name, up=up, word=str(shown)[:_LONGEST])


def _figure(value: Any) -> bool:
    return isinstance(value, dict) and "observedValue" in value and "status" not in value


def _word(value: Any) -> Any:
    """What a part of a report says of one thing."""
    if isinstance(value, dict):
        lower = {str(key).lower(): inner for key, inner in value.items()}
        return next((lower[key] for key in ("status", "state", "healthy", "ok", "up") if key in lower), None)
    return value


def _state(word: Any) -> bool | None:
    if isinstance(word, bool):
        return word
    text = word.strip().lower().replace("-", "_").replace(" ", "_") if isinstance(word, str) else ""
    return True if text in _UP else False if text in _DOWN else None


def _at(document: Any, path: str) -> Any:
    """What stands at a path such as `data.checks`; None where nothing does."""
    for part in path.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def _version(document: dict[str, Any], path: str | None) -> str:
    paths = (
        (path,) if path is not None else ("version", "releaseId", "build.version", "info.build.version", "app.version")
    )
    for one in paths:
        found = _at(document, one)
        if isinstance(found, str | int | float) and not isinstance(found, bool) and str(found).strip():
            return str(found).strip()[:_LONGEST]
    return ""
