"""A dossier to what its estate demands otherwise than the built-in policy: stricter, laxer, where that is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from audit.model.clean import json_text
from audit.model.dossier import Dossier
from audit.model.message import Message, say
from audit.model.policy_told import Direction, Value
from reports.closed import closed
from reports.translate import Translator

WAYS: Final[Mapping[Direction, Message]] = MappingProxyType(
    {
        "same": say("as built in"),
        "stricter": say("stricter"),
        "laxer": say("laxer"),
        "other": say("otherwise"),
    }
)


@dataclass(frozen=True, slots=True)
class RuledRow:
    """One value in words."""

    check: str
    name: str
    grade: str
    built_in: str
    value: str
    direction: str
    way: str
    where: str


def rows(dossier: Dossier, speak: Translator) -> list[RuledRow]:
    """Every value that the estate wrote, what is laxer first."""
    return [_row(one, speak) for one in sorted(dossier.ruled, key=lambda one: one.direction != "laxer")]


def _row(one: Value, speak: Translator) -> RuledRow:
    return RuledRow(
        check=one.check,
        name=one.name,
        grade=str(one.grade) if one.grade is not None else "",
        built_in=speak.quantity(one.built_in),
        value=speak.quantity(one.value),
        direction=one.direction,
        way=speak.message(WAYS[one.direction]),
        where=str(one.where) if one.where is not None else "",
    )


def record(one: Value) -> dict[str, Any]:
    """The plain values of the JSON contract."""
    return {
        "check": json_text(one.check) or None,
        "name": json_text(one.name),
        "grade": one.grade,
        "value": json_text(one.value),
        "built-in": json_text(one.built_in),
        "direction": one.direction,
        "where": json_text(str(one.where)) if one.where is not None else None,
    }


def records(dossier: Dossier) -> list[dict[str, Any]]:
    """Those that the estate wrote."""
    return [record(one) for one in dossier.ruled]


def schema() -> dict[str, Any]:
    """The schema of one value."""
    text = {"type": "string"}
    return closed(
        check={"type": ["string", "null"]},
        name=text,
        grade={"anyOf": [{"type": "integer", "minimum": 1, "maximum": 4}, {"type": "null"}]},
        value=text,
        built_in=text,
        direction={"enum": ["same", "stricter", "laxer", "other"]},
        where={"type": ["string", "null"]},
    )
