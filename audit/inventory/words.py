"""What the models complain about to problems in plain words, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic import ValidationError

from audit.inventory.near import near
from audit.inventory.nouns import thing
from audit.inventory.text import MOST_PROBLEMS
from audit.inventory.tree import LONGEST_SHOWN, Branch, Row, place_of, quoted, shown
from audit.model.item import Item, Kinds, Technology
from audit.model.message import Message, say
from audit.model.place import Place, Problem
from audit.model.unfit import Unexpected, Unfit

_GROUPS: Final = frozenset(("needs", "any", "all", "of"))
_TAGS: Final = frozenset(("ref", "any", "all", "k", "sum"))
_EXPECTED: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "model_type": say("a mapping (lines of 'key: value')"),
        "model_attributes_type": say("a mapping (lines of 'key: value')"),
        "dict_type": say("a mapping (lines of 'key: value')"),
        "tuple_type": say("a list (lines that start with '- ')"),
        "list_type": say("a list (lines that start with '- ')"),
        "int_parsing": say("a whole number"),
        "int_parsing_size": say("a whole number of reasonable size"),
        "int_type": say("a whole number"),
        "int_from_float": say("a whole number"),
        "float_parsing": say("a number"),
        "float_type": say("a number"),
        "finite_number": say("a number that is not infinite"),
        "greater_than_equal": say("a number of at least {ge}"),
        "greater_than": say("a number above {gt}"),
        "less_than_equal": say("a number of at most {le}"),
        "less_than": say("a number below {lt}"),
        "too_short": say("a list of at least {min_length}"),
        "too_long": say("a list of at most {max_length}"),
        "string_type": say("a text"),
        "string_too_short": say("a text of at least {min_length} letters"),
        "string_too_long": say("a text of at most {max_length} letters"),
        "string_pattern_mismatch": say("a text of the form {pattern}"),
        "bool_type": say("true or false"),
        "bool_parsing": say("true or false"),
        "date_type": say("a date such as 2026-09-30"),
        "date_parsing": say("a date such as 2026-09-30"),
        "date_from_datetime_parsing": say("a date such as 2026-09-30"),
        "date_from_datetime_inexact": say("a date such as 2026-09-30"),
        "url_parsing": say("a web address such as https://www.example.org/"),
        "url_scheme": say("a web address such as https://www.example.org/"),
    }
)
_CHOICES: Final = ("literal_error", "enum")
_DIGITS: Final = "^[0-9a-fA-F]{64}$"
_ANOTHER: Final = say("another kind of value")
_SECRET: Final = re.compile(r"pass(?:word|phrase|wd)?|secret|token|credential|api-?key|dsn", re.IGNORECASE)


def problems(
    error: ValidationError, tree: Branch, model: type[Item], kinds: Kinds, *, inside: tuple[int | str, ...] = ()
) -> Iterator[Problem]:
    """Each error as a problem; `tree` was read as `model`, or only what stands `inside` it at that path."""
    if error.error_count() > MOST_PROBLEMS:
        says = say("{count} values are wrong here", count=f"{error.error_count():,}")
        yield Problem(_descend(tree, inside)[0], says, say("write it anew"))
        return
    errors = [one | {"loc": (*inside, *one["loc"])} for one in error.errors(include_url=False)]
    unknown_kind = {one["loc"][:-1] for one in errors if one["loc"] and one["loc"][-1] == "kind"}
    expected: dict[tuple[Place, Message], list[Message]] = {}
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
        elif isinstance(node, Branch) and loc and loc[-1] == "ref":
            hint = say("write any, all, k with of, or sum with of")
            yield Problem(place, say("this group has none of the known keys"), hint)
        elif isinstance(raised, Unexpected):
            says = _shown(raised.why) if raised.why is not None else _got(raised.got, value, key)
            expected.setdefault((place, _of(key, says)), []).append(_shown(raised.right))
        elif raised is not None:
            yield _said(raised, place, key, node)
        elif not (kind == "too_short" and isinstance(node, Row) and len(node) >= one["ctx"]["min_length"]):
            # A list is also called too short when wrong parts were left out: those have their own lines.
            context = one.get("ctx", {})
            length = context.get("actual_length")
            says = _found(value, key) if length is None else say("got a list of {count}", count=length)
            expected.setdefault((place, _of(key, says)), []).append(_right(kind, context, value))
    # Several errors at one value come from alternatives, of which any one would be right.
    for (place, says), ways in expected.items():
        right, *others = dict.fromkeys(ways)
        for other in others:
            right = say("{first} or {last}", first=right, last=other)
        yield Problem(place, says, say("expected {right}", right=right))


def _said(raised: Exception, place: Place, key: str, node: object) -> Problem:
    """What a validator says in its own form: what is wrong; what would be right."""
    if not isinstance(raised, Unfit):
        text, _, hint = str(raised).partition("; ")
        says = _of(key, say("{text}", text=shown(text, 200)))
        return Problem(place, says, say("{text}", text=shown(hint, 300)) if hint else say("write it differently"))
    if raised.key and isinstance(node, Branch):
        place, key = place_of(node).of(raised.key), ""
    return Problem(place, _of(key, _shown(raised.says)), _shown(raised.hint))


def _right(kind: str, context: Mapping[str, Any], value: object) -> Message:
    """What would be right where the models find a fault by themselves."""
    if kind in _CHOICES:
        others, _, last = str(context["expected"]).rpartition(" or ")
        right = say("{first} or {last}", first=others, last=last) if others else say("{text}", text=last)
        close = near(value, re.findall(r"'([^']*)'", context["expected"])) if isinstance(value, str) else ""
        return say("{right}; did you mean {close}?", right=right, close=quoted(close)) if close else right
    if context.get("pattern") == _DIGITS:
        return say("64 hexadecimal digits")
    facts = {name: f"{fact:g}" if isinstance(fact, float) else str(fact) for name, fact in context.items()}
    return _EXPECTED.get(kind, _ANOTHER).filled(**facts)


def _of(key: str, says: Message) -> Message:
    return say("{key}: {says}", key=shown(key), says=says) if key else says


def _shown(message: Message) -> Message:
    """A message of a validator whose values are as a message may show them."""
    values = {name: shown(value, 200) for name, value in message.values.items()}
    parts = {name: _shown(part) for name, part in message.parts.items()}
    return Message(message.template, MappingProxyType(values), MappingProxyType(parts))


def _found(value: object, key: str) -> Message:
    """What stands where the models expect something else."""
    if isinstance(value, dict | list):
        return say("got a mapping") if isinstance(value, dict) else say("got a list")
    return _got("", value, key)


def _got(got: str | Message, value: object, key: str) -> Message:
    """What was written, as a message may show it."""
    written = say("got {got}", got=_shown(got) if isinstance(got, Message) else shown(got, 200))
    if isinstance(got, Message) and isinstance(value, dict):
        return written
    if isinstance(value, dict | list):
        return _found(value, key) if got else say("this cannot stay as it is written")
    if got == "nothing" or value is None or value == "":
        return say("got nothing")
    if _SECRET.search(key):
        return say("got something else")
    return written if got and len(str(value)) <= LONGEST_SHOWN else say("got {got}", got=quoted(str(value)))


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
        hint = say("did you mean {close}?", close=quoted(close))
    else:
        hint = say("known keys are {keys}", keys=", ".join(known)) if known else say("take it out")
    return Problem(Place(place.file, *spot) if spot else place, say("unknown key {key}", key=quoted(key)), hint)


def _missing(around: Place, key: str, models: Sequence[type[Item]]) -> Problem:
    noun = thing(models[0]) if len(models) == 1 else say("mapping of this kind")
    return Problem(around, say("{key} is missing", key=quoted(key)), say("every {noun} needs one", noun=noun))
