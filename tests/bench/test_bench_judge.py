"""17,000 systems in, processor microseconds for each of a million findings out, by the rules that cost most."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import pytest

from audit.catalogue import discover
from audit.contract import Check, Ruling
from audit.inventory.collecting import collecting_later
from audit.inventory.load import load_sources
from audit.judge import judge
from audit.model.evidence import Selection
from audit.plan import plan
from tests.bench.test_bench_losses import text

pytestmark = pytest.mark.bench
SYSTEMS: Final = 17_000
AT: Final = datetime(2026, 11, 20, tzinfo=UTC)


def timed(spent: Counter[str], check: Check, **given: object) -> Ruling:
    """What a rule says; how long it took is added up."""
    began = time.thread_time()
    try:
        return check.rule(**given)
    finally:
        spent[check.id] += int((time.thread_time() - began) * 1e9)


def judged(count: int) -> tuple[int, float, Counter[str]]:
    """How many findings, processor seconds for all of them, nanoseconds by check."""
    known, spent = discover(), Counter[str]()
    loaded = load_sources({"large.yaml": text(Random(1), count).encode()}, known, Path("large.yaml"))
    assert loaded.estate is not None
    made = plan(loaded.estate, known, Selection())
    watched = {name: replace(check, rule=partial(timed, spent, check)) for name, check in known.checks.items()}
    began = time.process_time()
    with collecting_later():
        found = judge(made, replace(known, checks=watched), {}, AT)
    return len(found), time.process_time() - began, spent


def test_a_million_findings() -> None:
    count, seconds, spent = judged(SYSTEMS)
    print(f"\n{count:,} findings in {seconds:.1f} s, {seconds / count * 1e6:.0f} us each; "
          f"rules {sum(spent.values()) / 1e9 / seconds:.2f} of it")  # fmt: skip
    for name, took in spent.most_common(8):
        print(f"{name:<32} {took / 1e9:6.2f} s, {took / 1e9 / seconds:4.2f} of it")
