"""100,000 findings in, seconds and megabytes of the formats that other tools read out."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from reports import formats
from reports.format import write
from tests.reports.sample import dossier

pytestmark = pytest.mark.bench


def test_formats_of_100_000_findings_need_no_more_memory_than_json(tmp_path: Path) -> None:
    whole = dossier(100_000, 11, 60)
    first = 0.0
    for name in ("json", "sarif", "ocsf", "oscal", "poam", "xlsx", "prometheus"):
        form = formats()[name]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        (made,) = write(form, whole, "ko", tmp_path / f"report{form.suffix}")
        seconds = time.perf_counter() - started
        first = first or seconds
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        size = made.stat().st_size / 1e6
        print(f"\n{name}: {seconds:.1f} s, {seconds / first:.1f} x json, {size:.0f} MB, peak {grown:+.0f} MB", end="")
        assert grown < 200
