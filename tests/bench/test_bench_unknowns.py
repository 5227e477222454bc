"""Every unknown of 17,000 systems resolved in turn: seconds, beside the whole reckoned anew for a few of them."""

from __future__ import annotations

from random import Random
from time import perf_counter

import pytest

from audit.analysis.unknowns import unknowns
from audit.analysis.unproven import unproven
from audit.model.concentration import concentrations
from audit.model.numbered import falls
from tests.model.estates import graph_of

pytestmark = pytest.mark.bench
SYSTEMS = 17_000


def text(dice: Random) -> str:
    lines = ["sites:"]
    lines += [f"  - {{id: s{site}, power: [f{site % 9}], rooms: [{{id: a}}, {{id: b}}]}}" for site in range(12)]
    lines += ["institutions:"]
    for body in range(17):
        lines += [f"  - id: i{body}", "    systems:"]
        for number in range(SYSTEMS // 17):
            lower = {f"i{body}/x{dice.randrange(number)}" for _ in range(dice.randrange(3)) if number}
            needs = f", needs: [{', '.join(sorted(lower))}]" if lower else ""
            away = f", failover: [{{id: away, kind: declared, to: s{dice.randrange(12)}, mode: hot}}]"
            at = f", at: [s{dice.randrange(12)}/{dice.choice('ab')}]"
            rest = f"{at}{needs}{away if dice.random() < 0.15 else ''}"
            grade, users = dice.choice((1, 2, 3, 4)), dice.randrange(1, 9999)
            lines.append(f"      - {{id: x{number}, grade: {grade}, users: {users}{rest}}}")
    return "\n".join(lines) + "\n"


def test_seventeen_thousand_systems() -> None:
    graph = graph_of(text(Random(1)))
    begun = perf_counter()
    found = unknowns(graph)
    took = perf_counter() - begun
    whole = unproven(graph)
    hits = (whole.net.number["s0"], *whole.numbers())
    begun = perf_counter()
    for number in hits[:20]:
        falls(whole.net, [one for one in hits if one != number])
    anew = (perf_counter() - begun) / 20
    toggles = sum(row.kind != "time" for row in found.rows)
    print(f"\nunknowns: {len(found.rows):,} in {took:.2f} s; each of {toggles:,} reckoned anew under one loss alone "
          f"would take {anew * toggles:.0f} s, {anew * toggles / took:.0f} times as long")  # fmt: skip
    begun = perf_counter()
    layers = concentrations(graph)
    print(f"concentration: {len(layers)} layers in {perf_counter() - begun:.2f} s")
    assert toggles
    assert layers
