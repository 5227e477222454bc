"""A fault tree to the same in a form of which parts that share no event with the rest can be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from audit.analysis.faults.tree import Gate, Tree


def apart(tree: Tree) -> Tree:
    """The same function with gates of one kind drawn together, arguments that share events in a gate of their own."""
    gates = _together(tree)
    order = Tree(tree.top, gates).upward()
    below = _below(order, gates)
    found: dict[str, Gate] = {}
    for name in order:
        gate = gates[name]
        if gate.kind not in ("and", "or"):
            found[name] = gate
            continue
        groups = _sharing(gate.of, below)
        if len(groups) == 1:
            found[name] = gate
            continue
        arguments: list[str] = []
        for number, group in enumerate(groups):
            if len(group) == 1:
                arguments.append(group[0])
            else:
                inner = f"{name}\x00apart{number}"
                found[inner] = Gate(gate.kind, group)
                arguments.append(inner)
        found[name] = Gate(gate.kind, tuple(arguments))
    return Tree(tree.top, found, tree.likely)


def _together(tree: Tree) -> dict[str, Gate]:
    """Gates below one gate only that is of the same kind become part of it; those of one argument are that argument."""
    order = tree.upward()
    same: dict[str, str] = {}
    gates: dict[str, Gate] = {}
    for name in order:
        gate = tree.gates[name]
        of = tuple(same.get(one, one) for one in gate.of)
        if gate.kind in ("and", "or"):
            of = tuple(dict.fromkeys(of))
            if len(of) == 1 and name != tree.top:
                same[name] = of[0]
                continue
        gates[name] = Gate(gate.kind, of, gate.least)
    above = Counter(one for gate in gates.values() for one in gate.of)
    for name in order:
        if name not in gates or gates[name].kind not in ("and", "or"):
            continue
        gate = gates[name]
        drawn: list[str] = []
        for one in gate.of:
            inner = gates.get(one)
            mine = inner is not None and inner.kind == gate.kind and above[one] == 1
            drawn.extend(inner.of if mine and inner is not None else (one,))
        gates[name] = Gate(gate.kind, tuple(dict.fromkeys(drawn)))
    return gates


def _below(order: tuple[str, ...], gates: Mapping[str, Gate]) -> dict[str, int]:
    """Each gate and event to the bits of the events below it."""
    below: dict[str, int] = {}
    count = 0
    for name in order:
        bits = 0
        for one in gates[name].of:
            if one not in below:
                below[one] = 1 << count
                count += 1
            bits |= below[one]
        below[name] = bits
    return below


def _sharing(of: tuple[str, ...], below: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Arguments in groups of which none shares an event with another."""
    groups: list[tuple[int, list[str]]] = []
    for one in of:
        bits, some = below[one], [one]
        rest: list[tuple[int, list[str]]] = []
        for held, others in groups:
            if held & bits:
                bits, some = bits | held, [*others, *some]
            else:
                rest.append((held, others))
        groups = [*rest, (bits, some)]
    return [tuple(some) for _, some in groups]


def modules(tree: Tree) -> tuple[str, ...]:
    """The gates below which nothing is that stands elsewhere too, the innermost first, the top last.

    One walk with dates of first and last visit (Dutuit, Rauzy 1996).
    """
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    date = 0
    stack: list[tuple[str, bool]] = [(tree.top, False)]
    left: dict[str, int] = {}
    while stack:
        name, done = stack.pop()
        date += 1
        last[name] = date
        if done:
            left[name] = date
        elif name not in first:
            first[name] = date
            gate = tree.gates.get(name)
            if gate is not None:
                stack.append((name, True))
                stack.extend((one, False) for one in reversed(gate.of))
    found: list[str] = []
    spans: dict[str, tuple[int, int]] = {}
    for name in tree.upward():
        inner = [spans.get(one, (first[one], last[one])) for one in tree.gates[name].of]
        low = min((begin for begin, _ in inner), default=date)
        high = max((end for _, end in inner), default=0)
        if (low > first[name] and high < left[name]) or name == tree.top:
            found.append(name)
        spans[name] = (min(low, first[name]), max(high, last[name]))
    return tuple(found)
