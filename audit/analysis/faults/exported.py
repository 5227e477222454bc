"""Numbered nodes with a system among them to a fault tree in the exchange format of Open-PSA."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from typing import Final

from audit.analysis.faults.inward import Group, Inward, inward
from audit.model.clean import xml
from audit.model.net import Net

Gate = tuple[str, str]
"""Its name, its definition."""
_NAMED: Final = re.compile(r'<(?:gate|basic-event) name="([^"]+)"/>')
_STRANGE: Final = re.compile(r"[^A-Za-z0-9]+")


def open_psa(
    net: Net,
    tops: Sequence[str],
    events: Collection[str] | None = None,
    likely: Mapping[str, float] | None = None,
    title: str = "estate",
) -> Iterator[str]:
    """The lines of a model with one fault tree: a gate above all others for each of `tops`, losses as basic events.

    Events are the nodes with a name, or `events` alone, less the tops where there is one only: what stops it is asked,
    not that it stops by itself. A circle of n nodes is written n times over, which is how long a loss can take to go
    round it: the format has no circles. Each thing has its reference as label.
    """
    wanted = {name: net.number[name] for name in tops}
    around = inward(net, wanted.values())
    names = net.names if events is None else {net.number[name]: name for name in events}
    losable = {node: name for node in around.hard if (name := _name(names, node))}
    if len(tops) == 1:
        losable.pop(wanted[tops[0]], None)
    writer = _Writer(net.names, around, {node: f"e{node}{_plain(name)}" for node, name in losable.items()})
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<opsa-mef>"
    yield '<define-fault-tree name="estate">'
    yield f"<label>{_text(title)}</label>"
    gates = [gate for circle in around.circles for gate in writer.circle(circle)]
    gates += [_gate(f"top{node}{_plain(name)}", writer.gate_of[node], name) for name, node in wanted.items()]
    used = _used(gates, len(wanted))
    yield from (text for name, text in gates if name in used)
    yield "</define-fault-tree>"
    yield "<model-data>"
    for node, name in losable.items():
        event = writer.events[node]
        share = likely.get(name) if likely is not None else None
        inside = f'<float value="{share!r}"/>' if share is not None else ""
        if event in used:
            yield f'<define-basic-event name="{event}"><label>{_text(name)}</label>{inside}</define-basic-event>'
    yield "</model-data>"
    yield "</opsa-mef>"


def _used(gates: Sequence[Gate], tops: int) -> set[str]:
    """What the last gates, as many as there are tops, name at any distance, with themselves: no other may be a top."""
    used = {name for name, _ in gates[len(gates) - tops :]}
    for name, text in reversed(gates):
        if name in used:
            used.update(_NAMED.findall(text))
    return used


def _name(names: Sequence[str] | Mapping[int, str], node: int) -> str:
    return names.get(node, "") if isinstance(names, Mapping) else names[node]


def _plain(name: str) -> str:
    """What can be read of a reference in an identifier, which the format and other tools allow little in."""
    found = _STRANGE.sub("_", name).strip("_")[:60]
    return f"_{found}" if found else ""


def _text(name: str) -> str:
    return escape(xml(name), quote=True)


def _gate(name: str, formula: str, label: str = "") -> Gate:
    told = f"<label>{_text(label)}</label>" if label else ""
    return name, f'<define-gate name="{name}">{told}{formula}</define-gate>'


NEVER: Final = '<constant value="false"/>'
ALWAYS: Final = '<constant value="true"/>'


class _Writer:
    """Gates of one node after the other; what a gate above may write to mean it."""

    def __init__(self, names: Sequence[str], around: Inward, events: Mapping[int, str]) -> None:
        self._names = names
        self._around = around
        self.events = events
        self.gate_of: dict[int, str] = {}

    def circle(self, nodes: Sequence[int]) -> Iterator[Gate]:
        """The gates of nodes that lean on each other, or of one that does not lean on itself."""
        if len(nodes) == 1 and nodes[0] not in self._around.turning:
            yield from self._node(nodes[0], f"g{nodes[0]}", self.gate_of)
            return
        known = {**self.gate_of, **{node: self._own(node) for node in nodes}}
        for turn in range(1, len(nodes) + 1):
            now: dict[int, str] = {}
            for node in nodes:
                yield from self._node(node, f"g{node}_{turn}", known, now)
            known.update(now)
        self.gate_of.update((node, known[node]) for node in nodes)

    def _own(self, node: int) -> str:
        return f'<basic-event name="{self.events[node]}"/>' if node in self.events else NEVER

    def _node(self, node: int, name: str, known: dict[int, str], into: dict[int, str] | None = None) -> Iterator[Gate]:
        """The gates of one node over those that are known, the last of which goes `into` what will be known."""
        parts = [self._own(node), *(known[one] for one in self._around.hard[node])]
        for number, group in enumerate(self._around.groups.get(node, ())):
            formula, gates = _lost(group, known, f"{name}_{number}")
            yield from gates
            parts.append(formula)
        formula = _any(parts)
        target = known if into is None else into
        if formula.startswith("<or>"):
            yield _gate(name, formula, self._names[node])
            formula = f'<gate name="{name}"/>'
        target[node] = formula


def _any(parts: Sequence[str]) -> str:
    some = [one for one in dict.fromkeys(parts) if one != NEVER]
    if ALWAYS in some:
        return ALWAYS
    return NEVER if not some else some[0] if len(some) == 1 else f"<or>{''.join(some)}</or>"


def _all(parts: Sequence[str]) -> str:
    some = [one for one in dict.fromkeys(parts) if one != ALWAYS]
    if NEVER in some:
        return NEVER
    return ALWAYS if not some else some[0] if len(some) == 1 else f"<and>{''.join(some)}</and>"


def _lost(group: Group, known: Mapping[int, str], name: str) -> tuple[str, list[Gate]]:
    """What takes more of a group than it can spare, with the gates that say so."""
    spare, members = group
    weighed = sorted(((weight, known[one]) for one, weight in members if known[one] != NEVER), reverse=True)
    rest = [sum(weight for weight, _ in weighed[place:]) for place in range(len(weighed) + 1)]
    gates: list[Gate] = []
    made: dict[tuple[int, float], str] = {}

    def from_(place: int, lost: float) -> str:
        if lost > spare:
            return ALWAYS
        if place == len(weighed) or not lost + rest[place] > spare:
            return NEVER
        key = (place, lost)
        if key not in made:
            weight, formula = weighed[place]
            inner = _all([formula, from_(place + 1, lost + weight)])
            made[key] = _named(_any([from_(place + 1, lost), inner]), f"{name}_{len(made)}", gates)
        return made[key]

    if len({formula for _, formula in weighed}) == len(weighed) and all(weight == 1.0 for weight, _ in weighed):
        least = int(spare // 1) + 1
        if 1 < least < len(weighed):
            every = "".join(formula for _, formula in weighed)
            return _named(f'<atleast min="{least}">{every}</atleast>', name, gates), gates
        if least >= len(weighed):
            together = _all([formula for _, formula in weighed]) if least == len(weighed) else NEVER
            return _named(together, name, gates), gates
    return from_(0, 0.0), gates


def _named(formula: str, name: str, gates: list[Gate]) -> str:
    """A formula that may stand among others: one event or gate as it is, all else as a gate of its own."""
    if formula.startswith(("<or>", "<and>", "<atleast")):
        gates.append(_gate(name, formula))
        return f'<gate name="{name}"/>'
    return formula
