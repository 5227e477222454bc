"""100,000 findings, 2,200 watched endpoints in, seconds and megabytes of their reports out."""

from __future__ import annotations

import resource
import time
from dataclasses import replace
from pathlib import Path

import pytest

from reports import formats
from reports.format import write
from tests.reports.sample import dossier
from tests.reports.watched import watched

pytestmark = pytest.mark.bench


def test_reports_of_100_000_findings(tmp_path: Path) -> None:
    whole = dossier(100_000, 11, 60)
    told = []
    for name in ("html", "json", "csv", "junit", "terminal"):
        form = formats()[name]
        started = time.perf_counter()
        made = write(form, whole, "ko", tmp_path / f"report{form.suffix}")
        seconds = time.perf_counter() - started
        sizes = [path.stat().st_size / 1e6 for path in made]
        told.append(f"{name}: {seconds:.1f} s, {sum(sizes):.0f} MB in {len(made)} files, largest {max(sizes):.2f} MB")
        if name == "html":
            assert seconds < 20
            assert max(sizes) < 2
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("\n".join(["", *told, f"peak memory, the findings included: {peak:.0f} MB"]))


def test_a_report_with_the_past_of_2200_endpoints(tmp_path: Path) -> None:
    whole = watched(10_000, 11, 100, each=2)
    assert len(whole.strips) == 2_200
    told = []
    for name, some in (("without", replace(whole, strips=())), ("with", whole)):
        started = time.perf_counter()
        made = write(formats()["html"], some, "ko", tmp_path / f"{name}.html")
        seconds = time.perf_counter() - started
        sizes = [path.stat().st_size / 1e6 for path in made]
        told.append((seconds, sum(sizes), max(sizes)))
        print(
            f"\n{name}: {seconds:.1f} s, {sum(sizes):.1f} MB in {len(made)} files, largest {max(sizes):.2f} MB", end=""
        )
    print(f"\nthe bars of 2,200 endpoints take {told[1][0] / told[0][0]:.1f} x the time of the report without them")
    assert told[1][2] < 2
