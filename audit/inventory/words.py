"""What the models complain about to problems in plain words, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic import ValidationError

from audit.inventory.near import near
from audit.inventory.refs import Wrong
from audit.inventory.text import MOST_PROBLEMS
from audit.inventory.tree import LONGEST_SHOWN, Branch, Row, place_of, quoted, shown
from audit.model.item import Item, Kinds, Technology
from audit.model.needs import All
from audit.model.place import Place, Problem

_GROUPS: Final = frozenset(("needs", "any", "all", "of"))
_TAGS: Final = frozenset(("ref", "any", "all", "k", "sum"))
_EXPECTED_GOT: Final = re.compile(
    r"(?:(?P<why>(?!expected ).*?): )?expected (?P<expected>.*?)(?:, got (?P<got>.*))?", re.DOTALL
)
_EXPECTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "model_type": "a mapping (lines of 'key: value')",
        "model_attributes_type": "a mapping (lines of 'key: value')",
        "dict_type": "a mapping (lines of 'key: value')",
        "tuple_type": "a list (lines that start with '- ')",
        "list_type": "a list (lines that start with '- ')",
        "literal_error": "{expected}",
        "enum": "{expected}",
        "int_parsing": "a whole number",
        "int_parsing_size": "a whole number of reasonable size",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "float_parsing": "a number",
        "float_type": "a number",
        "finite_number": "a number that is not infinite",
        "greater_than_equal": "a number of at least {ge}",
        "greater_than": "a number above {gt}",
        "less_than_equal": "a number of at most {le}",
        "less_than": "a number below {lt}",
        "too_short": "a list of at least {min_length}",
        "too_long": "a list of at most {max_length}",
        "string_type": "a text",
        "string_too_short": "a text of at least {min_length} letters",
        "string_too_long": "a text of at most {max_length} letters",
        "string_pattern_mismatch": "a text of the form {pattern}",
        "bool_type": "true or false",
        "bool_parsing": "true or false",
        "date_type": "a date such as 2026-09-30",
        "date_parsing": "a date such as 2026-09-30",
        "date_from_datetime_parsing": "a date such as 2026-09-30",
        "date_from_datetime_inexact": "a date such as 2026-09-30",
        "url_parsing": "a web address such as https://www.example.org/",
        "url_scheme": "a web address such as https://www.example.org/",
    }
)
_PATTERNS: Final = MappingProxyType({"a text of the form ^[0-9a-fA-F]{64}$": "64 hexadecimal digits"})
_SECRET: Final = re.compile(r"pass(?:word|phrase|wd)?|secret|token|credential|api-?key|dsn", re.IGNORECASE)


def problems(
    error: ValidationError, tree: Branch, model: type[Item], kinds: Kinds, *, inside: tuple[int | str, ...] = ()
) -> Iterator[Problem]:
    """Each error as a problem; `tree` was read as `model`, or only what stands `inside` it at that path."""
    if error.error_count() > MOST_PROBLEMS:
        yield Problem(_descend(tree, inside)[0], f"{error.error_count():,} values are wrong here", "write it anew")
        return
    errors = [one | {"loc": (*inside, *one["loc"])} for one in error.errors(include_url=False)]
    unknown_kind = {one["loc"][:-1] for one in errors if one["loc"] and one["loc"][-1] == "kind"}
    expected: dict[tuple[Place, str], list[str]] = {}
    for one in errors:
        loc, kind, value = one["loc"], one["type"], one["input"]
        place, key, node = _descend(tree, loc)
        raised = one.get("ctx", {}).get("error")
        if kind == "extra_forbidden":
            # Without its kind an item cannot be known: each of its keys would be called unknown.
            if loc[:-1] not in unknown_kind:
                yield _unknown_key(tree, loc, _models(tree, loc[:-1], model, kinds))
        elif kind == "missing":
            yield _missing(_descend(tree, loc[:-1])[0], str(loc[-1]), _models(tree, loc[:-1], model, kinds))
        elif isinstance(raised, Wrong):
            yield Problem(place, _of(key, raised.says), raised.hint)
        elif isinstance(node, Branch) and loc and loc[-1] == "ref":
            yield Problem(place, "this group has none of the known keys", "write any, all, k with of, or sum with of")
        elif raised is not None and (match := _EXPECTED_GOT.fullmatch(str(raised))):
            says, right = _in_words(match, value, key)
            expected.setdefault((place, _of(key, says)), []).append(right)
        elif raised is not None:
            yield _said(str(raised), place, key, node)
        elif not (kind == "too_short" and isinstance(node, Row) and len(node) >= one["ctx"]["min_length"]):
            # A list is also called too short when wrong parts were left out: those have their own lines.
            says, right = _translated(kind, one.get("ctx", {}), value, key)
            expected.setdefault((place, _of(key, says)), []).append(right)
    # Several errors at one value come from alternatives, of which any one would be right.
    for (place, says), ways in expected.items():
        yield Problem(place, says, "expected " + " or ".join(dict.fromkeys(ways)))


def _said(text: str, place: Place, key: str, node: object) -> Problem:
    """What a validator says in its own form: what is wrong; what would be right."""
    says, _, hint = text.partition("; ")
    if says.startswith("unknown kind") and isinstance(node, Branch):
        place, key = place_of(node).of("kind"), ""
    return Problem(place, _of(key, shown(says, 200)), shown(hint, 300) or "write it differently")


def _in_words(match: re.Match[str], value: object, key: str) -> tuple[str, str]:
    """What a validator says in the form `why: expected this, got that`."""
    right = shown(match["expected"], 200)
    if match["why"]:
        return shown(match["why"], 200), right
    if match["got"] is None and isinstance(value, dict | list):
        return "this cannot stay as it is written", right
    return "got " + _got(match["got"] or "", value, key), right


def _translated(kind: str, context: Mapping[str, Any], value: object, key: str) -> tuple[str, str]:
    """What the models find by themselves."""
    facts = {name: f"{fact:g}" if isinstance(fact, float) else fact for name, fact in context.items()}
    right = _EXPECTED.get(kind, "another kind of value").format_map(facts)
    right = _PATTERNS.get(right, right)
    if kind in ("literal_error", "enum") and isinstance(value, str):
        close = near(value, re.findall(r"'([^']*)'", right))
        right += f"; did you mean {quoted(close)}?" if close else ""
    if "actual_length" in facts:
        return f"got a list of {facts['actual_length']}", right
    return "got " + _got("", value, key), right


def _of(key: str, says: str) -> str:
    return f"{shown(key)}: {says}" if key else says


def _got(text: str, value: object, key: str) -> str:
    """What was written, as a message may show it."""
    if text.startswith("keys "):
        return shown(text, 200)
    if text == "nothing" or value is None or value == "":
        return "nothing"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if _SECRET.search(key):
        return "something else"
    return shown(text, 200) if text and len(str(value)) <= LONGEST_SHOWN else quoted(str(value))


def _steps(tree: Branch, loc: Sequence[int | str]) -> Iterator[tuple[Any, int | str, Any]]:
    """The parts of an error's path that exist in the tree: what holds it, the key or number, what is there."""
    node: Any = tree
    group = ""
    numbered = False
    for part in loc:
        if numbered and group in _GROUPS and part in _TAGS:
            # The name of an alternative, not a key, although it looks like one.
            numbered = False
            continue
        if isinstance(node, Branch) and str(part) in node and part != "@":
            yield node, str(part), node[str(part)]
            node, group, numbered = node[str(part)], str(part), False
        elif isinstance(node, Row) and isinstance(part, int) and part < len(node):
            yield node, part, node[part]
            node, numbered = node[part], True


def _descend(tree: Branch, loc: Sequence[int | str]) -> tuple[Place, str, Any]:
    """Where an error's path ends: the place, the nearest key, the value."""
    place, key, value, around = place_of(tree), "", tree, place_of(tree)
    for holder, part, value in _steps(tree, loc):
        if isinstance(holder, Branch):
            around = place_of(holder)
            place, key = around.of(str(part)), str(part)
        else:
            line, column = holder.spots[part]
            place = Place(around.file, line, column, ref=around.ref)
        if isinstance(value, Branch):
            place = place_of(value)
            if isinstance(part, int):
                key = ""
    return place, key, value


def _models(tree: Branch, loc: Sequence[int | str], model: type[Item], kinds: Kinds) -> tuple[type[Item], ...]:
    """The models that may have been meant at an error's path."""
    found: tuple[type[Item], ...] = (model,)
    for _, part, value in _steps(tree, loc):
        if isinstance(part, str):
            fields = [field for one in found for field in one.model_fields.values() if field.alias == part]
            # A part that is no field is the key of a table, all of whose values are of the kind just found.
            found = tuple(dict.fromkeys(inner for field in fields for inner in _items(field.annotation))) or found
        if isinstance(value, Branch):
            most = max((len(value.keys() & _keys((one,))) for one in found), default=0)
            found = tuple(_technology(one, value, kinds) for one in found if len(value.keys() & _keys((one,))) == most)
    return found


def _items(annotation: object) -> Iterator[type[Item]]:
    if isinstance(annotation, type) and issubclass(annotation, Item):
        yield annotation
    for inner in get_args(annotation):
        yield from _items(inner)


def _technology(model: type[Item], value: Branch, kinds: Kinds) -> type[Item]:
    if issubclass(model, Technology) and isinstance(value.get("kind"), str):
        try:
            return kinds.pick(model.role(), value["kind"])
        except ValueError:
            return model
    return model


def _keys(models: Sequence[type[Item]]) -> list[str]:
    return sorted({field.alias or name for one in models for name, field in one.model_fields.items()} - {"@"})


def _unknown_key(tree: Branch, loc: Sequence[int | str], models: Sequence[type[Item]]) -> Problem:
    key = str(loc[-1])
    _, _, holder = _descend(tree, loc[:-1])
    place = place_of(holder) if isinstance(holder, Branch) else place_of(tree)
    spot = holder.spots.get(key) if isinstance(holder, Branch) else None
    known = _keys(models)
    close = near(key, known)
    if close:
        hint = f"did you mean {quoted(close)}?"
    else:
        hint = "known keys are " + ", ".join(known) if known else "take it out"
    return Problem(Place(place.file, *spot) if spot else place, f"unknown key {quoted(key)}", hint)


def _missing(around: Place, key: str, models: Sequence[type[Item]]) -> Problem:
    noun = _noun(models[0]) if len(models) == 1 else "mapping of this kind"
    return Problem(around, f"{quoted(key)} is missing", f"every {noun} needs one")


def _noun(model: type[Item]) -> str:
    if issubclass(model, Technology):
        role = _spaced(model.role().__name__)
        return f"{model.technology} {role}" if model.technology else role
    return "group" if model.__module__ == All.__module__ else _spaced(model.__name__)


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
