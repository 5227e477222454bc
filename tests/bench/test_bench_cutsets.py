"""An estate of two thousand nodes, the Aralia trees in, the time of all small sets of losses out, SCRAM beside."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from random import Random

import pytest

from audit.analysis.faults.answer import deep
from audit.analysis.faults.cutsets import cut_sets
from audit.analysis.faults.openpsa import read
from audit.analysis.faults.ways import ways
from audit.model.graph import Graph
from tests.analysis.faults.test_aralia import FOLDER, ROWS
from tests.checks.judging import scene
from tests.real.conftest import find

pytestmark = pytest.mark.bench
SYSTEMS, NODES = 300, 2_000


def estate() -> str:
    """Systems over platforms over platforms: each needs some of the layer below, all of some, one of others, 2 of 3."""
    random = Random(1)
    layers = [[f"n{layer}-{number}" for number in range(NODES // 5)] for layer in range(5)]
    systems = [f"s{number}" for number in range(SYSTEMS)]
    written = [f"{{id: {name}, grade: 3}}" for name in layers[0]]
    for below, names in zip(layers, [*layers[1:], systems], strict=False):
        for name in names:
            place = random.randrange(len(below))
            near = [below[(place + step) % len(below)] for step in range(7)]
            needs = f"[{near[0]}, {{any: [{near[1]}, {near[2]}]}}, {{k: 2, of: [{near[3]}, {near[4]}, {near[5]}]}}]"
            written.append(f"{{id: {name}, grade: 2, needs: {needs}}}")
    return "institutions: [{id: k, systems: [" + ", ".join(written) + "]}]\n"


def test_every_small_set_of_losses_of_three_hundred_systems() -> None:
    graph = Graph(scene(estate()).estate)
    assert len(graph.needs) >= NODES
    for order in (1, 2):
        began = time.perf_counter()
        with deep(len(graph.needs)):
            found = ways(graph, order, "optimistic")
            took = time.perf_counter() - began
            counts = [sum(found.orders(f"k/s{number}")[size] for number in range(SYSTEMS)) for size in range(order + 1)]
        print(f"\norder {order}: {took:.2f} s, {len(found.families):,} nodes, sets by size {counts[1:]}")


def test_the_aralia_trees(tmp_path: Path) -> None:
    if not ROWS:
        pytest.skip("the Aralia set is not beside this working copy")
    scram = find("scram")
    total, slowest, theirs = 0.0, ("", 0.0), 0.0
    for row in ROWS:
        path = FOLDER / f"{row['model']}.xml"
        tree = read(path.read_bytes())
        if not tree.coherent:
            continue
        began = time.perf_counter()
        with deep(len(tree.gates)):
            assert cut_sets(tree, 3).orders
        took = time.perf_counter() - began
        total += took
        slowest = max(slowest, (row["model"], took), key=lambda pair: pair[1])
        if scram is not None:
            began = time.perf_counter()
            subprocess.run(
                [str(scram), "--zbdd", "-l", "3", "-o", str(tmp_path / "out.xml"), str(path)],
                check=False, capture_output=True, timeout=120,
            )  # fmt: skip
            theirs += time.perf_counter() - began
    print(f"\nAralia, order 3, coherent trees: {total:.2f} s together, slowest {slowest[0]} {slowest[1]:.2f} s")
    if scram is not None:
        print(f"scram --zbdd -l 3, with reading and writing: {theirs:.2f} s together")
