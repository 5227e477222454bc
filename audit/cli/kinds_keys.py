"""The JSON Schema of one kind becomes its keys, each with what may be written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from audit.model.message import Message, say

Node = Mapping[str, Any]
_BY_EXAMPLE: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "15m": say("a duration such as 15m, 2h, 1d or 10y"),
        "2 TB": say("a size such as 512 MB or 2 TB"),
        "200 MB/s": say("a rate such as 200 MB/s"),
        "5 %": say("a share such as 5 %, more than 0 %, at most 100 %"),
    }
)
_BY_FORMAT: Final[Mapping[str, Message]] = MappingProxyType(
    {"date": say("a day such as 2026-11-30"), "date-time": say("a date and time such as 2026-11-22T02:00+09:00")}
)
_DEEPEST: Final = 2
_ID: Final = r"^[^\s/:#@]"
_SECRET: Final = frozenset({"env", "file"})


@dataclass(frozen=True, slots=True)
class Key:
    """One key as it may be written in an inventory."""

    name: str
    """With the keys around it, such as `expect.status`."""
    required: bool
    shape: Message
    default: str | None
    says: str
    """What it means; empty where nobody wrote that down."""
    common: bool
    """Everything of this role has it, whatever its kind."""


def keys(schema: Node, common: Set[str]) -> tuple[Key, ...]:
    """The keys of a kind: what must be written, then its own, then those of everything in that list."""
    found = tuple(_keys(schema, schema.get("$defs", {}), common, "", 0))
    return tuple(sorted(found, key=lambda key: (key.common and not _must(key, found), not _must(key, found))))


def _must(key: Key, among: tuple[Key, ...]) -> bool:
    """Whether a key has to be written, or stands inside of one that has to be."""
    outer = key.name.partition(".")[0]
    return any(one.name == outer and one.required for one in among)


def _keys(schema: Node, known: Mapping[str, Node], common: Set[str], before: str, depth: int) -> Iterator[Key]:
    for name, node in schema.get("properties", {}).items():
        outer = before.partition(".")[0] or name
        yield Key(
            before + name,
            name in schema.get("required", ()),
            shape(node),
            _plain(node.get("default")),
            node.get("description", ""),
            outer in common,
        )
        inner = _inner(node)
        if inner in known and depth < _DEEPEST:
            yield from _keys(known[inner], known, common, f"{before}{name}.", depth + 1)


def _plain(default: object) -> str | None:
    if isinstance(default, bool):
        return str(default).lower()
    return None if default is None else str(default)


def _one(node: Node) -> Node:
    """What may be written, without that it may also be left empty."""
    some = [one for one in node.get("anyOf", ()) if one.get("type") != "null"]
    return some[0] if len(some) == 1 else node


def _inner(node: Node) -> str:
    """The name of the definition whose keys stand below this one; empty where there is none."""
    node = _one(node)
    node = node.get("items", node)
    reference: str = node.get("$ref", "")
    return reference.rpartition("/")[2]


def shape(node: Node) -> Message:
    """What may be written, in words."""
    node = _one(node)
    if "anyOf" in node:
        first, second, *_ = (shape(one) for one in node["anyOf"])
        return say("{this}, or {that}", this=first, that=second)
    for sign, told in (("examples", _BY_EXAMPLE), ("format", _BY_FORMAT)):
        written = node.get(sign, "")
        found = told.get(written[0] if isinstance(written, list) else written)
        if found is not None:
            return found
    if "const" in node:
        return say("the word {word}", word=node["const"])
    if "enum" in node:
        return say("one of {known}", known=", ".join(dict.fromkeys(map(str, node["enum"]))))
    if "$comment" in node:
        return say("the id of a {what}", what=node["$comment"].removeprefix("id of: "))
    if "$ref" in node:
        return say("a mapping with the keys below")
    return _by_type(node)


def _by_type(node: Node) -> Message:
    types = node.get("type", ())
    types = {types} if isinstance(types, str) else set(types)
    if types & {"array"}:
        return say("a list, each {what}", what=shape(node.get("items", {})))
    if types & {"object"}:
        return _mapping(node)
    if types == {"boolean"}:
        return say("true or false")
    if node.get("pattern", "").startswith("^https?"):
        return say("a URL such as https://portal.example/health")
    if node.get("pattern", "").startswith(_ID):
        return say("an id of letters, digits, '.', '-' or '_' (at most 64)")
    if (types & {"integer", "number"} and not types & {"string"}) or "maximum" in node:
        if "maximum" in node:
            return say("a number from {least} to {most}", least=node.get("minimum", 0), most=node["maximum"])
        return say("a number of at least {least}", least=node["minimum"]) if "minimum" in node else say("a number")
    if types == {"integer", "string"}:
        return say("a number")
    return say("a text") if types & {"string"} else say("anything")


def _mapping(node: Node) -> Message:
    if set(node.get("properties", ())) == _SECRET:
        return say("a reference, {env: NAME} or {file: PATH}")
    names = node.get("propertyNames", {}).get("enum")
    if names:
        return say("a mapping with {known}", known=", ".join(names))
    return say("a mapping of names to values")
