"""Made-up inventories in, the time against PyYAML's own C loader with the peak of memory out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

import pytest
import yaml
from pytest_benchmark.fixture import BenchmarkFixture

from audit.catalogue import discover
from audit.inventory.load import load_sources

pytestmark = pytest.mark.bench

SITES = """\
estate: {id: large, allow: [10.0.0.0/8]}
sites:
  - id: daejeon
    rooms: [{id: r1, floor: 5}, {id: r2, floor: 6}]
  - id: busan
    rooms: [{id: r1}]
suppliers: [{id: host}]
"""
SYSTEM = """\
      - id: s{number}
        name: {{en: System {number}, ko: 시스템 {number}}}
        grade: {grade}
        rto: 2h
        rpo: 15m
        at: [daejeon/r1]
        owner: {{name: Kim, email: kim@example.org}}
        endpoints:
          - {{id: web, kind: http, url: "https://s{number}.example/", timeout: 5s}}
          - {{id: db, kind: tcp, host: 10.0.0.1, port: 5432}}
        data:
          - id: ledger
            size: 2 TB
            at: daejeon/r1
            copies:
              - {{id: nightly, kind: restic, at: busan/r1, repository: /srv/s{number}, password: {{file: /etc/x}}}}
        needs: [host]
"""


def sources(systems: int, institutions: int = 11) -> Mapping[str, bytes]:
    """One file an institution; four items a system beside itself."""
    found: dict[str, bytes] = {}
    for institution in range(institutions):
        head = f"institutions:\n  - id: i{institution}\n    systems:\n"
        body = "".join(SYSTEM.format(number=number, grade=number % 4 + 1) for number in range(systems))
        found[f"i{institution}.yaml"] = ((SITES if institution == 0 else "") + head + body).encode()
    return found


def test_2_200_systems_against_a_plain_load(benchmark: BenchmarkFixture) -> None:
    texts, vocabulary = sources(200), discover()

    def plainly() -> float:
        started = perf_counter()
        for text in texts.values():
            yaml.load(text, yaml.CSafeLoader)
        return perf_counter() - started

    def load() -> float:
        started = perf_counter()
        loaded = load_sources(texts, vocabulary, Path("large"))
        seconds = perf_counter() - started
        assert loaded.lines() == ()
        return seconds

    plain = min(plainly() for _ in range(3))
    benchmark.pedantic(load, rounds=3)  # type: ignore[no-untyped-call]
    ours = min(load() for _ in range(3))
    print(f"\n11 files, 2,200 systems, 8,800 items below them: {ours:.2f} s")
    print(f"plain C load of the same text: {plain:.2f} s, ratio {ours / plain:.2f}")


def test_17_000_systems_in_memory() -> None:
    # A process of its own: the peak of this one holds what other benches needed.
    ran = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True, check=True, timeout=300)
    print(f"\n17,006 systems: {ran.stdout.strip()}")


PEAK = f"""
import resource, sys, time
sys.path[:0] = {sys.path!r}
from pathlib import Path
from audit.catalogue import discover
from audit.inventory.load import load_sources
from tests.bench.test_bench_inventory import sources
texts = sources(1546)
started = time.perf_counter()
loaded = load_sources(texts, discover(), Path("large"))
seconds = time.perf_counter() - started
assert loaded.lines() == ()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{{seconds:.1f}} s, {{peak:.0f}} MB, the {{sum(map(len, texts.values())) / 1e6:.0f}} MB of text included")
"""
