"""Ninety days of many endpoints in, microseconds of their availability, outages, quorum out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from audit.analysis.availability import availability, tallied, timeline
from audit.analysis.outages import outages
from audit.analysis.spans import joined, rolled, spans_of
from audit.analysis.vantages import quorum
from audit.model.history import Span, Stretch
from audit.model.measurement import Measurement, State
from tests.analysis.past import MINUTE, START, looked

pytestmark = pytest.mark.bench
DAY = timedelta(days=1)
DAYS, SUBJECTS = 90, 10_000


def days_of(seed: int) -> list[Stretch]:
    """Day after day with an outage now and then, five minutes apart."""
    random = Random(seed)
    found = []
    for number in range(DAYS):
        start = START + number * DAY
        bad = random.randrange(288) if random.random() < 0.1 else -9
        looks = (
            looked(start + at * 5 * MINUTE, State.DOWN if bad <= at < bad + 3 else State.UP, every=5 * MINUTE)
            for at in range(288)
        )
        found.append(rolled(looks, start, DAY))
    return found


def timed(work: Callable[[], object], times: int) -> float:
    """Microseconds of processor time for one."""
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times * 1e6


def test_ninety_days_of_ten_thousand_subjects() -> None:
    subjects = [days_of(seed) for seed in range(20)]
    spans = [joined(days) for days in subjects]
    end = START + DAYS * DAY
    bounds = [START + number * DAY for number in range(DAYS + 1)]
    turn = iter(range(10**9))

    def of(found: Sequence[Sequence[Span]]) -> Sequence[Span]:
        return found[next(turn) % len(found)]

    def cells() -> None:
        pieces = timeline(of(spans), None)
        for start, after in pairwise(bounds):
            tallied("web", pieces, (), start, after)

    told = {
        "90 days put together": timed(lambda: joined(subjects[next(turn) % 20]), 400),
        "availability of 90 days": timed(lambda: availability("web", of(spans), (), START, end, None), 2000),
        "outages of 90 days": timed(lambda: outages("web", of(spans), (), START, end, end, None), 1000),
        "90 cells of a day": timed(cells, 200),
        "a quorum of three vantages": timed(lambda: quorum({"a": of(spans), "b": of(spans), "c": of(spans)}, 2), 100),
    }
    for name, each in told.items():
        print(f"{name}: {each:,.0f} us a subject, {each * SUBJECTS / 1e6:.1f} s for {SUBJECTS:,}")


def test_an_hour_rolled_up() -> None:
    looks: list[Measurement] = [looked(START + at * MINUTE, State.UP, latency=0.1 + at / 1000) for at in range(60)]
    hour = timedelta(hours=1)
    print(f"rolled: {timed(lambda: rolled(looks, START, hour), 500) / 60:.2f} us a measurement")
    print(f"spans_of: {timed(lambda: spans_of(looks), 500) / 60:.2f} us a measurement")
