"""Systems over ten thousand components, the Aralia trees in, the time of all small sets out, SCRAM beside."""

from __future__ import annotations

import multiprocessing
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.analysis.faults.answer import answer
from audit.analysis.faults.cutsets import cut_sets
from audit.analysis.faults.exported import open_psa
from audit.analysis.faults.families import deep
from audit.analysis.faults.openpsa import read
from audit.analysis.faults.ways import ways
from tests.analysis.faults.layouts import Layout, laid_out
from tests.analysis.faults.test_aralia import FOLDER, ROWS
from tests.programs import find

pytestmark = pytest.mark.bench
COMPONENTS, SYSTEMS = 10_000, 300


def best(work: Callable[[], object], times: int) -> float:
    """Seconds of processor time of the quickest of several: others use this machine too."""
    took = []
    for _ in range(times):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.parametrize("layout", ["local", "hub"])
def test_every_small_set_of_losses_of_three_hundred_systems(layout: Layout) -> None:
    """In a process of its own, of which the memory can be told."""
    alone = multiprocessing.get_context("spawn").Process(target=told_of, args=(layout,))
    alone.start()
    alone.join(300)
    assert alone.exitcode == 0


def told_of(layout: Layout) -> None:
    net = laid_out(layout, COMPONENTS, SYSTEMS)
    systems = [f"s{number}" for number in range(SYSTEMS)]
    edges = sum(map(len, net.hard)) + sum(map(len, net.soft))
    print(f"\n{layout}: {len(net.names):,} nodes, {edges:,} edges, {SYSTEMS} systems")
    before = 0.0
    for order, times in ((1, 5), (2, 5), (3, 2)):
        # Before any other is held: the memory is that of one.
        took = best(lambda order=order: ways(net, order, systems), times)  # type: ignore[misc]
        found = ways(net, order, systems)
        counts = [sum(found.orders(system)[size] for system in systems) for size in range(1, order + 1)]
        ratio = f", {took / before:.1f} times the order before" if before else ""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"order {order}: {took:.2f} s{ratio}, {len(found.families):,} nodes, sets by size {counts}, {memory} MB")
        before = took
        del found


@pytest.mark.parametrize("layout", ["local", "hub"])
def test_one_system_beside_scram(layout: Layout, tmp_path: Path) -> None:
    scram = find("scram")
    if scram is None:
        pytest.skip("there is no scram on this machine")
    net = laid_out(layout, COMPONENTS, SYSTEMS)
    ours = theirs = 0.0
    for number in range(2):
        path = tmp_path / f"{number}.xml"
        path.write_text("\n".join(open_psa(net, [f"s{number}"])))
        ours += best(lambda number=number: ways(net, 3, [f"s{number}"]), 2)  # type: ignore[misc]
        began = time.perf_counter()
        done = subprocess.run(
            [str(scram), "--mocus", "-l", "3", str(path)], check=True, capture_output=True, timeout=60
        )
        theirs += time.perf_counter() - began
        told = done.stdout.partition(b'distribution="')[2].partition(b'"')[0].split()
        assert sum(map(int, told)) == sum(ways(net, 3, [f"s{number}"]).orders(f"s{number}"))
    print(
        f"\n{layout}, order 3, two systems one by one: ours {ours:.2f} s of which the net is turned twice, ",
        end="",
    )
    print(f"scram with reading and writing {theirs:.2f} s, ratio {ours / theirs:.2f}")


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
        began = time.process_time()
        with deep(len(tree.gates) + len(tree.events())):
            assert cut_sets(tree, 3).orders
        took = time.process_time() - began
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
        print(f"scram --zbdd -l 3, with reading and writing: {theirs:.2f} s together, ratio {total / theirs:.2f}")


def test_the_aralia_trees_as_a_whole() -> None:
    if not ROWS:
        pytest.skip("the Aralia set is not beside this working copy")
    solved, counted = [], []
    for row in ROWS:
        tree = read((FOLDER / f"{row['model']}.xml").read_bytes())
        began = time.process_time()
        told = answer(tree, 0, 0)
        took = time.process_time() - began
        if told.exact:
            solved.append(row["model"])
        if told.total is not None:
            counted.append(row["model"])
            assert told.total == int(row["trusted_mcs"]), row["model"]
        print(f"\n{row['model']}: {took:.1f} s, exact: {told.exact}, all sets: {told.total}", end="")
    print(f"\nexact: {len(solved)}, counted: {len(counted)} of {len(ROWS)}")
