"""The bytes of an Open-PSA model to the fault tree in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from audit.analysis.faults.tree import BadTree, Gate, Kind, Tree

_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {"and": "and", "or": "or", "atleast": "atleast", "xor": "xor", "not": "not"}
)
_NEGATED: Final[Mapping[str, Kind]] = MappingProxyType({"nand": "and", "nor": "or"})
_EVENTS: Final = ("basic-event", "event", "house-event")


def read(text: bytes) -> Tree:
    """The first fault tree of a model, under the gate that no other names. BadTree where there is none, or several.

    Understood are `and`, `or`, `atleast`, `xor`, `not`, `nand`, `nor`, nested at will, `constant`, house events, and
    probabilities that are plain numbers (`float`); an event with any other expression has no probability.
    """
    model = _parsed(text)
    gates: dict[str, Gate] = {}
    for define in model.iter("define-gate"):
        name = _name(define)
        if name in gates:
            raise BadTree(f"the gate {name!r} is defined twice")
        formula = [part for part in define if part.tag not in ("label", "attributes")]
        if len(formula) != 1:
            raise BadTree(f"the gate {name!r} has no formula")
        _add(gates, name, formula[0])
    likely: dict[str, float] = {}
    for define in model.iter("define-basic-event"):
        written = define.find("float")
        value = _number(written.get("value")) if written is not None else None
        if value is not None:
            likely[_name(define)] = value
    for define in model.iter("define-house-event"):
        constant = define.find("constant")
        true = constant is not None and constant.get("value") == "true"
        gates[_name(define)] = Gate("constant", (), int(true))
    return Tree(_top(gates), gates, likely)


def _parsed(text: bytes) -> Element:
    try:
        return fromstring(text)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as broken:
        raise BadTree(f"it is no XML that can be read: {broken}") from broken


def _add(gates: dict[str, Gate], name: str, formula: Element) -> None:
    """One gate with those that are written inside it, each under a name of its own."""
    stack = [(name, formula)]
    while stack:
        name, formula = stack.pop()
        if formula.tag in _NEGATED:
            inner = f"{name}/not"
            gates[name] = Gate("not", (inner,))
            gates[inner] = Gate(_NEGATED[formula.tag], tuple(_arguments(inner, formula, stack)))
        elif formula.tag in _KINDS:
            least = int(_number(formula.get("min")) or 0) if formula.tag == "atleast" else 0
            gates[name] = Gate(_KINDS[formula.tag], tuple(_arguments(name, formula, stack)), least)
        elif formula.tag == "constant":
            gates[name] = Gate("constant", (), int(formula.get("value") == "true"))
        elif formula.tag in (*_EVENTS, "gate"):
            gates[name] = Gate("or", (_name(formula),))
        else:
            raise BadTree(f"the gate {name!r} has a formula {formula.tag!r}, which is not understood")
        gate = gates[name]
        if gate.kind not in ("constant", "not") and not gate.of:
            raise BadTree(f"the gate {name!r} has no arguments")
        if gate.kind == "not" and len(gate.of) != 1:
            raise BadTree(f"the gate {name!r} negates {len(gate.of)} arguments")


def _arguments(name: str, formula: Element, stack: list[tuple[str, Element]]) -> Iterator[str]:
    for number, part in enumerate(formula):
        if part.tag in (*_EVENTS, "gate"):
            yield _name(part)
        else:
            inner = f"{name}/{number}"
            stack.append((inner, part))
            yield inner


def _top(gates: dict[str, Gate]) -> str:
    named = {inner for gate in gates.values() for inner in gate.of}
    tops = [name for name, gate in gates.items() if name not in named and gate.kind != "constant"]
    if not tops:
        raise BadTree("it has no gate that no other names" if gates else "it defines no gate")
    if len(tops) > 1:
        raise BadTree(f"it has several tops: {', '.join(map(repr, tops[:5]))}")
    return tops[0]


def _name(element: Element) -> str:
    name = element.get("name", "").strip()
    if not name:
        raise BadTree(f"a {element.tag!r} has no name")
    return name


def _number(written: str | None) -> float | None:
    try:
        value = float(written or "")
    except ValueError:
        return None
    return value if 0 <= value <= 1e9 else None
