"""Two thousand systems that lean on each other in, the time of all pairs beside that of all sets up to two out."""

from __future__ import annotations

import time
from random import Random
from typing import Final

import pytest

from audit.analysis.faults.falling import weaknesses
from audit.analysis.pairing import MOST, pairs
from tests.model.estates import graph_of

pytestmark = pytest.mark.bench
SYSTEMS: Final = 2_000
NEAR: Final = 60


def text(kind: str) -> str:
    """Each system leans on some of the sixty before it: on two of three, or on the one before."""
    dice = Random(1)
    rows = []
    for number in range(SYSTEMS):
        before = [f"x{other}" for other in range(max(0, number - NEAR), number)]
        needs = []
        if len(before) > 6 and kind == "chain" and dice.random() < 0.9:
            needs = [before[-1]]
        elif len(before) > 6:
            size, least = (3, "k: 2, of") if kind == "two of three" else (2, "any")
            needs = [f"{{{least}: [{', '.join(dice.sample(before, size))}]}}"]
        rows.append(f"{{id: x{number}, grade: {dice.randint(1, 4)}, needs: [{', '.join(needs)}]}}")
    return f"institutions: [{{id: k, systems: [{', '.join(rows)}]}}]\n"


@pytest.mark.parametrize("kind", ["two of three", "chain"])
def test_every_pair_of_dense_systems(kind: str) -> None:
    graph = graph_of(text(kind))
    began = time.process_time()
    found = pairs(graph, top=2 * MOST)
    ours = time.process_time() - began
    began = time.process_time()
    rows, _ = weaknesses(graph, 2)
    sets = time.process_time() - began
    assert not found.left_out
    assert found.count == sum(len(row.losses) == 2 for row in rows)
    told = f"{found.count:,} pairs in {ours:.2f} s; all sets up to two in {sets:.2f} s"
    print(f"\n{kind}: {told}, ratio {ours / sets:.2f}")
