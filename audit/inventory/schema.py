"""The models with all technologies to a JSON Schema of inventory files, for editors."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic.json_schema import models_json_schema

from audit.inventory.load import Vocabulary
from audit.inventory.refs import LISTS
from audit.model.estate import Evidence, Sheet, Waiver
from audit.model.item import Item, Technology
from audit.model.policy import GRADES, CheckChanges, LimitTable, PolicyChanges, TargetChanges
from audit.model.units import plain

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_SCALAR: Final[Mapping[str, Any]] = MappingProxyType({"type": ["string", "number", "boolean"]})

_ID: Final = r"^[^\s/:#@]{1,64}$"

Node = dict[str, Any]


def inventory_schema(vocabulary: Vocabulary) -> Node:
    """The schema of one file, draft 2020-12: what an editor needs to complete keys and to underline mistakes.

    It is a little wider than the loader, which also knows references, and takes what an editor's own YAML reader
    makes of a text: `id: 2026` is a number there.
    """
    technologies = [one for kinds in vocabulary.technologies.values() for one in kinds.values()]
    names, definitions = _defined(Sheet, *technologies)
    for role, kinds in vocabulary.technologies.items():
        for kind, technology in kinds.items():
            definitions[names[technology]]["properties"]["kind"] = {"const": kind}
        if role in names and kinds:
            definitions[names[role]] = _by_kind(role, {kind: names[one] for kind, one in kinds.items()}, definitions)
    for model in (Waiver, Evidence):
        definitions[names[model]]["properties"]["check"]["enum"] = sorted(vocabulary.limits)
    definitions[names[CheckChanges]]["properties"]["limits"] = {"type": "object"}
    definitions[names[PolicyChanges]]["properties"] |= _policy(vocabulary, names)
    sheet = definitions.pop(names[Sheet])
    return (
        {"$schema": DIALECT, "title": "haechi inventory"} | sheet | {"type": ["object", "null"], "$defs": definitions}
    )


def technology_schema(kind: str, technology: type[Technology]) -> Node:
    """The schema of one thing of a kind, as it stands in that of the whole inventory, with all that it refers to."""
    names, definitions = _defined(technology)
    own = definitions.pop(names[technology])
    own["properties"]["kind"] = {"const": kind}
    return {"$schema": DIALECT, "title": f"kind: {kind}"} | own | {"$defs": definitions}


def _defined(*wanted: type[Item]) -> tuple[Mapping[type[Item], str], dict[str, Node]]:
    """The models with all that they refer to, each with the name of its definition; the definitions by these names."""
    models = list(dict.fromkeys(_reachable(*wanted)))
    keys, whole = models_json_schema([(model, "validation") for model in models], by_alias=True)
    names = {model: keys[(model, "validation")]["$ref"].rpartition("/")[2] for model in models}
    definitions: dict[str, Node] = whole["$defs"]
    for model, name in names.items():
        _finish(definitions[name], model)
    return names, definitions


def _reachable(*models: type[Item]) -> Iterator[type[Item]]:
    seen: set[type[Item]] = set()
    queue = list(models)
    while queue:
        model = queue.pop()
        if model not in seen:
            seen.add(model)
            yield model
            for field in model.model_fields.values():
                queue.extend(_inside(field.annotation))


def _inside(annotation: object) -> Iterator[type[Item]]:
    if isinstance(annotation, type) and issubclass(annotation, Item):
        yield annotation
    for inner in get_args(annotation):
        yield from _inside(inner)


def _finish(schema: Node, model: type[Item]) -> None:
    """Descriptions from docstrings, defaults as they are written, no titles that only repeat the key."""
    schema.pop("title", None)
    schema["description"] = " ".join((inspect.getdoc(model) or "").split())
    explained = _explained(model)
    for name, field in model.model_fields.items():
        prop = schema["properties"].get(field.alias or name)
        if prop is None:
            continue
        prop.pop("title", None)
        prop.pop("default", None)
        if isinstance(field.default, bool | int | float | str | timedelta):
            prop["default"] = plain(field.default) if isinstance(field.default, timedelta) else field.default
        if name in explained:
            prop["description"] = explained[name]
        _widen(prop)
        if field.alias in LISTS.get(model, ()):
            prop["type"] = ["array", "null"]


def _widen(schema: Node) -> None:
    """Let texts and ids also be what an editor reads as a number."""
    if "\\w" in schema.get("pattern", ""):
        # Editors take \\w for the letters of English only, the loader for those of every language.
        schema |= {"type": ["string", "number"], "pattern": _ID}
    elif schema.get("type") == "string" and not {"enum", "const", "format", "pattern"} & schema.keys():
        schema["type"] = ["string", "number"]
    for part in ("anyOf", "oneOf"):
        for one in schema.get(part, ()):
            _widen(one)
    for one in (schema.get("items"), *schema.get("properties", {}).values()):
        if isinstance(one, dict):
            _widen(one)


def _explained(model: type[Item]) -> Mapping[str, str]:
    """Each field to the docstring below it, those of the classes above included."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if not issubclass(cls, Item) or cls is Item:
            continue
        try:
            body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        except (OSError, TypeError, SyntaxError):
            # A class that was made in memory has no source to read; its fields then go without a description.
            continue
        for field, text in pairwise(body.body if isinstance(body, ast.ClassDef) else []):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(says))):
                    found[name] = " ".join(says.split())
    return found


def _by_kind(role: type[Technology], kinds: Mapping[str, str], definitions: Mapping[str, Node]) -> Node:
    """A choice by `kind`, written so that an editor complains about the kind that is meant and about no other."""
    known = " ".join(f"{kind}: {_sentence(definitions[name]['description'])}" for kind, name in kinds.items())
    return {
        "type": "object",
        "description": " ".join((inspect.getdoc(role) or "").split()),
        "properties": {"kind": {"enum": list(kinds), "description": known}},
        "required": ["id", "kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for kind, name in kinds.items()
        ],
    }


def _sentence(text: str) -> str:
    return text.partition(". ")[0].removesuffix(".") + "."


def _policy(vocabulary: Vocabulary, names: Mapping[type[Item], str]) -> Node:
    grades = {str(grade): {"$ref": f"#/$defs/{names[TargetChanges]}"} for grade in GRADES}
    checks = {check: _changes(table, names) for check, table in sorted(vocabulary.limits.items())}
    return {
        "grades": {"type": "object", "properties": grades, "additionalProperties": False},
        "checks": {"type": "object", "properties": checks, "additionalProperties": False},
    }


def _changes(table: LimitTable, names: Mapping[type[Item], str]) -> Node:
    by_grade = {
        "type": "object",
        "properties": {str(grade): dict(_SCALAR) for grade in GRADES},
        "additionalProperties": False,
    }
    limits = {
        limit: {"anyOf": [dict(_SCALAR), by_grade], "examples": [dict(zip(map(str, GRADES), values, strict=True))]}
        for limit, values in table.items()
    }
    return {
        "allOf": [{"$ref": f"#/$defs/{names[CheckChanges]}"}],
        "properties": {"limits": {"type": "object", "properties": limits, "additionalProperties": False}},
    }
