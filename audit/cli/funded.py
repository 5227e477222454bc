"""A programme of an inventory with what is left of its money to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from audit.analysis.contributions import Contributions, Standing
from audit.model.clean import json_text, line
from audit.model.estate import Programme
from audit.model.exit import Exit, Stop
from audit.model.graph import Graph
from audit.model.message import say
from reports.translate import Translator


def programme_of(graph: Graph, written: str) -> Programme:
    """The programme of that name; Stop(USAGE) where there is none."""
    found = graph.estate.index.get(written)
    if isinstance(found, Programme):
        return found
    names = ", ".join(programme.ref for programme in graph.estate.programmes) or "-"
    raise Stop(
        Exit.USAGE, say("no programme is called {written}; known are {names}", written=repr(written), names=names)
    )


def payers_of(graph: Graph, written: tuple[str, ...]) -> tuple[str, ...]:
    """The contributors of these names; Stop(USAGE) where one is none."""
    known = [contributor.ref for contributor in graph.estate.contributors]
    for name in written:
        if name not in known:
            says = say(
                "no contributor is called {written}; known are {names}",
                written=repr(name),
                names=", ".join(known) or "-",
            )
            raise Stop(Exit.USAGE, says)
    return tuple(dict.fromkeys(written))


def as_json(item: Programme, found: Contributions) -> Iterator[str]:
    """One document."""
    document: dict[str, Any] = {
        "schema": "haechi.programme/1",
        "programme": json_text(item.ref),
        "currency": found.currency,
        "threshold": found.threshold,
        "guarantees": found.guarantees,
        "leverage": found.leverage,
        "contributors": [
            {"id": json_text(payer.ref), "amount": payer.amount, "commitment": payer.commitment}
            for payer in found.payers
        ],
        "pivotal": [json_text(ref) for ref in found.pivotal],
        "pivotal-pairs": [[json_text(ref) for ref in pair] for pair in found.pivotal_pairs],
        "dropped": [json_text(ref) for ref in found.asked.dropped],
        "left": {"least": found.asked.least, "most": found.asked.most},
        "holds": {"surely": found.asked.holds_surely, "perhaps": found.asked.holds_perhaps},
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def as_text(item: Programme, found: Contributions, speak: Translator) -> Iterator[str]:
    """Lines for people."""

    def money(amount: float) -> str:
        return f"{amount:,.0f} {found.currency}".strip()

    yield line(item.ref)
    for payer in found.payers:
        yield f"  {line(payer.ref):<30} {money(payer.amount):>28}  {speak.text(payer.commitment)}"
    if found.threshold is not None:
        yield "  " + speak.text("needed: {amount}", amount=money(found.threshold))
    if found.leverage is not None and found.guarantees is not None:
        yield "  " + speak.text(
            "guaranteed: {amount}, {times} times what is promised",
            amount=money(found.guarantees), times=f"{found.leverage:,.1f}",
        )  # fmt: skip
    if found.asked.dropped:
        yield "  " + speak.text("withdrawn: {names}", names=", ".join(map(line, found.asked.dropped)))
    yield "  " + _verdict(found.asked, money(found.asked.least), money(found.asked.most), speak)
    if found.pivotal:
        yield "  " + speak.text("it falls without any one of: {names}", names=", ".join(map(line, found.pivotal)))
    for one, other in found.pivotal_pairs[:10]:
        yield "  " + speak.text("it falls without both {one} and {other}", one=line(one), other=line(other))


def _verdict(standing: Standing, least: str, most: str, speak: Translator) -> str:
    if standing.holds_surely:
        return speak.text("it holds: {least} are signed or paid", least=least)
    if standing.holds_perhaps:
        return speak.text("it holds only if every promise is kept: {least} signed or paid, {most} promised",
                          least=least, most=most)  # fmt: skip
    return speak.text("it does not hold: {most} are left of all that was promised", most=most)
