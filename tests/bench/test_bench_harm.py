"""Many systems that stop; how long it takes to weigh them, beside adding up the same waiting step by step, out."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

import pytest

from audit.model.harm import Reckoning
from audit.model.meaning import Season, Span, Stop
from tests.checks.judging import scene

pytestmark = pytest.mark.bench
AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
COUNT: Final = 17_000
SLOW: Final = 200
"""So many systems are added up step by step."""


def best(work: Callable[[], object]) -> float:
    """The shortest of five times, in seconds."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def stepwise(stops: list[Stop], flow: float) -> float:
    """Waiting in steps of a hundredth of an hour."""
    total = 0.0
    for stop in stops:
        end = int((stop.back.least if stop.back else 0) * 100)
        total += sum(flow * (end - step) / 10_000 for step in range(end))
    return total


def test_weighing_every_system_of_a_large_estate() -> None:
    written = ", ".join(f"{{id: s{number}, grade: 1, users: 9, applicants: 3/h}}" for number in range(COUNT))
    estate = scene(f"institutions: [{{id: k, systems: [{written}]}}]\n").estate
    seasons = (Season("busy", ("busy", "busy"), date(2026, 9, 2), date(2026, 9, 3), 3.0, "inventory"),)
    stops = [
        Stop(system.ref, 1, True, Span(0, 0), Span(1 + number % 40, 1 + number % 40))
        for number, (_, system) in enumerate(estate.systems())
    ]
    whole = best(lambda: Reckoning(estate, AT, seasons).of(stops))
    part = best(lambda: stepwise(stops[:SLOW], 3.0)) * COUNT / SLOW
    print(f"\nharm of {COUNT:,} stops: {whole:.3f} s; step by step {part:.1f} s, {part / whole:.0f} times as long")
    assert Reckoning(estate, AT, seasons).of(stops).exposure.least == sum(
        9 * (1 + number % 40) for number in range(COUNT)
    )
