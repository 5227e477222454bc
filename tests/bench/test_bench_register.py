"""A store with many measures in, the time to list them beside that of reading their findings alone out."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

import pytest

from audit.app.registering import registered, worst_first
from audit.app.registering_births import born
from audit.model.verdict import Verdict
from audit.store import open_store
from tests.app.register_stores import START, finding, keep_findings

pytestmark = pytest.mark.bench
MEASURES: Final = int(os.environ.get("HAECHI_BENCH_MEASURES", "50000"))


def test_listing_many_measures(tmp_path: Path) -> None:
    store = tmp_path / "haechi.db"

    def keep(day: float, verdict: Verdict) -> None:
        found = [finding("backup.age", verdict, f"system-{number}") for number in range(MEASURES)]
        keep_findings(store, day, found)

    keep(0, Verdict.FAIL)
    began = time.perf_counter()
    made = born(str(store), by="Kim")
    print(f"\nborn {len(made.new):,} in {time.perf_counter() - began:.2f} s")
    for day, verdict in ((1, Verdict.FAIL), (2, Verdict.PASS)):
        keep(day, verdict)
        began = time.perf_counter()
        with open_store(str(store), writing=False) as memory:
            read = sum(len(memory.findings(run.id)) for run in memory.runs())
        reading = time.perf_counter() - began
        began = time.perf_counter()
        listed = worst_first(registered(str(store)).actions, START)
        took = time.perf_counter() - began
        print(f"{len(listed):,} measures over {read:,} findings: {took:.2f} s, {took / reading:.2f} of reading them")
        assert len(listed) == MEASURES
        assert all(one.pending is (verdict is Verdict.FAIL) for one in listed)
