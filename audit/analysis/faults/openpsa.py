"""The bytes of an Open-PSA model to the fault tree in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from audit.analysis.faults.tree import BadTree, Gate, Kind, Tree
from audit.analysis.faults.written import Written, parsed

_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {"and": "and", "or": "or", "atleast": "atleast", "xor": "xor", "not": "not"}
)
_NEGATED: Final[Mapping[str, Kind]] = MappingProxyType({"nand": "and", "nor": "or", "iff": "xor"})
_EVENTS: Final = ("basic-event", "event", "house-event")
_TOLD: Final = ("label", "attributes")


def read(text: bytes) -> Tree:
    """The fault tree of a model, under the gate that no other names. BadTree, with the place, where there is none.

    Understood are `and`, `or`, `atleast`, `cardinality`, `xor`, `not`, `nand`, `nor`, `iff`, `imply`, nested at will,
    `constant`, house events, and probabilities that are plain numbers (`float`, `int`); an event with any other
    expression has no probability.
    """
    model = parsed(text)
    gates: dict[str, Gate] = {}
    for define in model.all("define-gate"):
        name = _name(define)
        if name in gates:
            raise define.bad(f"the gate {name!r} is defined twice")
        formula = [part for part in define.inside if part.tag not in _TOLD]
        if len(formula) != 1:
            raise define.bad(f"the gate {name!r} has no formula")
        _add(gates, name, formula[0])
    top = _top(gates)
    likely = {
        _name(define): value for define in model.all("define-basic-event") if (value := _share(define)) is not None
    }
    for define in model.all("define-house-event"):
        true = any(part.tag == "constant" and part.get("value") == "true" for part in define.inside)
        gates.setdefault(_name(define), Gate("constant", (), int(true)))
    return Tree(top, gates, likely)


def _share(define: Written) -> float | None:
    """The probability of an event that is written as a number."""
    written = [part for part in define.inside if part.tag in ("float", "int")]
    if not written:
        return None
    value = _number(written[0].get("value"))
    if value is None or value > 1:
        raise written[0].bad(f"{written[0].get('value')[:40]!r} is no probability")
    return value


def _add(gates: dict[str, Gate], name: str, formula: Written) -> None:
    """One gate with those that are written inside it, each under a name of its own."""
    stack = [(name, formula)]
    while stack:
        name, formula = stack.pop()
        inside = [part for part in formula.inside if part.tag not in _TOLD]
        if formula.tag in _NEGATED:
            inner = f"{name}\x00not"
            gates[name] = Gate("not", (inner,))
            gates[inner] = Gate(_NEGATED[formula.tag], tuple(_arguments(inner, inside, stack)))
            name = inner
        elif formula.tag == "imply":
            if len(inside) != 2:
                raise formula.bad(f"the gate {name!r} implies of {len(inside)} arguments")
            first, second = _arguments(name, inside, stack)
            gates[f"{name}\x00not"] = Gate("not", (first,))
            gates[name] = Gate("or", (f"{name}\x00not", second))
        elif formula.tag == "cardinality":
            _between(gates, name, formula, tuple(_arguments(name, inside, stack)))
        elif formula.tag in _KINDS:
            least = _whole(formula, "min") if formula.tag == "atleast" else 0
            gates[name] = Gate(_KINDS[formula.tag], tuple(_arguments(name, inside, stack)), least)
        elif formula.tag == "constant":
            gates[name] = Gate("constant", (), int(formula.get("value") == "true"))
        elif formula.tag in (*_EVENTS, "gate"):
            gates[name] = Gate("or", (_name(formula),))
        else:
            raise formula.bad(f"the gate {name!r} has a formula {formula.tag[:40]!r}, which is not understood")
        gate = gates[name]
        if gate.kind not in ("constant", "not") and not gate.of:
            raise formula.bad(f"the gate {name!r} has no arguments")
        if gate.kind == "not" and len(gate.of) != 1:
            raise formula.bad(f"the gate {name!r} negates {len(gate.of)} arguments")


def _between(gates: dict[str, Gate], name: str, formula: Written, of: tuple[str, ...]) -> None:
    """From `min` to `max` of the arguments."""
    least, most = _whole(formula, "min"), _whole(formula, "max")
    if most >= len(of):
        gates[name] = Gate("atleast", of, least)
        return
    gates[f"{name}\x00more"] = Gate("atleast", of, most + 1)
    gates[f"{name}\x00not"] = Gate("not", (f"{name}\x00more",))
    gates[f"{name}\x00least"] = Gate("atleast", of, least)
    gates[name] = Gate("and", (f"{name}\x00least", f"{name}\x00not"))


def _arguments(name: str, inside: list[Written], stack: list[tuple[str, Written]]) -> Iterator[str]:
    for number, part in enumerate(inside):
        if part.tag in (*_EVENTS, "gate"):
            yield _name(part)
        else:
            inner = f"{name}\x00{number}"
            stack.append((inner, part))
            yield inner


def _top(gates: Mapping[str, Gate]) -> str:
    named = {inner for gate in gates.values() for inner in gate.of}
    tops = [name for name in gates if name not in named]
    if not tops:
        raise BadTree("it has no gate that no other names" if gates else "it defines no gate")
    if len(tops) > 1:
        raise BadTree(f"it has several tops: {', '.join(map(repr, tops[:5]))}")
    return tops[0]


def _name(element: Written) -> str:
    name = element.get("name").strip()
    if not name:
        raise element.bad(f"a {element.tag[:40]!r} has no name")
    return name


def _whole(element: Written, key: str) -> int:
    value = _number(element.get(key))
    if value is None or value != int(value):
        raise element.bad(f"`{key}` of {element.tag[:40]!r} is no whole number: {element.get(key)[:40]!r}")
    return int(value)


def _number(written: str) -> float | None:
    try:
        value = float(written)
    except ValueError:
        return None
    return value if 0 <= value <= 1e9 else None
