"""How much leans on each member of each layer to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from audit.model.clean import json_text, line
from audit.model.concentration import Basis, Concentration, effective
from audit.model.graph import Graph
from audit.model.message import Message, say
from reports.translate import Translator

ASSUMED: Final = (
    say("a need that is written is a need: what the inventory does not name is not counted"),
    say("suppliers that have a name or an alias in common are one"),
    say("a site whose lines all belong to one carrier cannot be reached without it"),
    say("by name is what stands there or names it, in truth is what stops when it alone is lost"),
    say("in truth is for the pessimist; in brackets for the optimist, for whom untried failovers work"),
)
BASES: Final[tuple[tuple[Basis, Message], ...]] = (
    ("users", say("counted in registered users")),
    ("applicants", say("counted in applicants an hour")),
    ("grade", say("counted in weight of the grades (8, 4, 2, 1), as not all systems declare their people")),
    ("guarantees", say("counted in guarantees of the programmes")),
    ("programmes", say("counted in programmes, as not all declare what they guarantee in one currency")),
)


def as_json(graph: Graph, found: Sequence[Concentration], top: int) -> Iterator[str]:
    """One document; shares are 0..1."""
    document = {
        "schema": "haechi.concentration/1",
        "estate": json_text(graph.estate.about.id),
        "layers": [_layer(one, top) for one in found],
        "assumed": [str(one) for one in ASSUMED],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def _layer(one: Concentration, top: int) -> dict[str, Any]:
    direct, optimistic = dict(one.shares.direct), dict(one.optimistic)
    return {
        "layer": one.layer,
        "basis": one.stakes.basis,
        "undeclared": len(one.stakes.silent),
        "unplaced": one.shares.unplaced,
        "members": len(one.shares.hidden),
        "direct": _index(one.shares.direct_index, one.shares.direct),
        "hidden": {
            "least": _index(one.optimistic_index, one.optimistic),
            "most": _index(one.shares.hidden_index, one.shares.hidden),
        },
        "largest": [
            {"member": json_text(name), "direct": direct[name], "hidden": {"least": optimistic[name], "most": share}}
            for name, share in one.shares.hidden[:top]
        ],
    }


def _index(value: float, shares: Sequence[tuple[str, float]]) -> dict[str, Any]:
    return {
        "index": value,
        "effective": effective(value),
        "top-1": sum(share for _, share in shares[:1]),
        "top-3": sum(share for _, share in shares[:3]),
    }


def as_text(found: Sequence[Concentration], top: int, speak: Translator) -> Iterator[str]:
    """Lines for people."""
    if not found:
        yield speak.text("the inventory names nothing of these layers")
    for one in found:
        yield f"{speak.text(one.layer)}: " + _basis(one, speak)
        direct, optimistic = dict(one.shares.direct), dict(one.optimistic)
        for name, share in one.shares.hidden[:top]:
            least = f" ({optimistic[name]:.0%})" if optimistic[name] != share else ""
            yield f"  {line(name):<32} " + speak.text(
                "by name {direct}, in truth {hidden}", direct=f"{direct[name]:>4.0%}", hidden=f"{share:.0%}{least}"
            )
        if len(one.shares.hidden) > top:
            yield "  " + speak.text("and {count} more; `--top` shows them", count=len(one.shares.hidden) - top)
        yield "  " + speak.text(
            "as if there were: {direct} of equal weight by name, {hidden} in truth (index {index} and {other})",
            direct=_many(one.shares.direct_index), hidden=_many(one.shares.hidden_index),
            index=f"{one.shares.direct_index:.2f}", other=f"{one.shares.hidden_index:.2f}",
        )  # fmt: skip
        if one.shares.unplaced:
            yield "  " + speak.text("of {share} the inventory names nothing here", share=_part(one.shares.unplaced))
        yield ""
    yield speak.text("assumed:")
    for assumed in ASSUMED:
        yield "  - " + speak.message(assumed)


def _many(index: float) -> str:
    """As many of equal weight would be so concentrated; none where nothing takes anything."""
    return f"{effective(index):.1f}" if index else "-"


def _part(share: float) -> str:
    return f"{share:.0%}" if share >= 0.005 else "<1%"


def _basis(one: Concentration, speak: Translator) -> str:
    told = speak.message(dict(BASES)[one.stakes.basis])
    if one.stakes.silent:
        told += "; " + speak.text("{count} declare none and count as nothing", count=len(one.stakes.silent))
    return told
