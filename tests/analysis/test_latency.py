"""Counted latencies in; whether the shares are never told too short, never more than a tenth too long out."""

from bisect import bisect_left
from collections import Counter
from datetime import timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as any_of

from audit.analysis.budget import budget
from audit.analysis.latency import RUNGS, ladder, percentile, together
from audit.model.history import LATENCY_STEPS, Availability, Stretch, interval, meets
from tests.analysis.past import NOTHING, START, patient

seconds = any_of.floats(0.001, LATENCY_STEPS[-1])


def classes(found: list[float]) -> Counter[int]:
    return Counter(bisect_left(LATENCY_STEPS, one) for one in found)


@patient
@given(any_of.lists(seconds, min_size=1, max_size=300), any_of.sampled_from(sorted(RUNGS.values())))
def test_a_share_is_the_one_of_the_sorted_list_or_a_tenth_above(found: list[float], share: float) -> None:
    exact = sorted(found)[max(ceil(share * len(found) - 1e-9), 1) - 1]
    told = percentile(classes(found), share)
    assert told is not None
    assert exact <= told <= exact * 1.1 * (1 + 1e-9)


def test_nothing_good_has_no_ladder() -> None:
    assert percentile({}, 0.5) is None
    assert ladder(()) == {}


def test_the_ladder_of_several_hours_is_that_of_all_their_answers() -> None:
    hour = timedelta(hours=1)
    found = [0.01 * number for number in range(1, 101)]
    hours = [Stretch(START + number * hour, hour, (), classes(found[number::4])) for number in range(4)]
    assert together(hours) == classes(found)
    rungs = ladder(hours)
    assert list(rungs) == ["p50", "p90", "p95", "p99", "max"]
    assert rungs["p95"] == pytest.approx(0.95, rel=0.1)
    assert sorted(rungs.values()) == list(rungs.values())


def test_what_takes_longer_than_all_classes_is_above_them() -> None:
    longest = percentile(classes([10_000.0]), 0.5)
    assert longest is not None
    assert longest > LATENCY_STEPS[-1]


def over(up: float, down: float, between: float = 0, maintenance: float = 0, unknown: float = 0) -> Availability:
    """Hours."""
    parts = [timedelta(hours=hours) for hours in (up, down, between, unknown, maintenance)]
    return Availability(
        subject="web",
        start=START,
        end=START + sum(parts, NOTHING),
        up=parts[0],
        down=parts[1],
        between=parts[2],
        partial=NOTHING,
        degraded=NOTHING,
        unknown=parts[3],
        maintenance=parts[4],
    )


def test_the_budget_is_that_of_the_period_without_maintenance() -> None:
    left = budget(over(up=718, down=0.2, between=0.1, maintenance=1.7), 0.9995)
    assert left.allowed == pytest.approx(timedelta(hours=718.3) * 0.0005, abs=timedelta(milliseconds=1))
    least, most = left.left
    assert most - least == timedelta(hours=0.1)
    assert most == left.allowed - timedelta(hours=0.2)
    assert budget(over(up=0, down=0, unknown=720), 0.9995).least == NOTHING
    assert budget(over(up=700, down=20), 0.9995).left[1] < NOTHING


def test_a_target_is_met_missed_or_cannot_be_told() -> None:
    def told(least: float, most: float, coverage: float) -> bool | None:
        return meets(least, most, coverage, 0.9995, 0.9)

    assert told(0.9996, 0.9999, 0.95) is True
    assert told(0.9995, 0.9995, 0.9) is True
    assert told(1.0, 1.0, 1.0) is True
    assert told(0.9996, 0.9999, 0.89) is None  # too little was measured
    assert told(0.999, 0.9999, 0.95) is None  # the looks are too far apart
    assert told(0.99, 0.9994, 0.95) is False
    assert told(0.0, 0.0, 0.0001) is None  # a few minutes of the month say nothing yet
    assert told(0.0, 0.0, 0.001) is False  # that is more than the whole month may be down


def test_an_interval_is_never_told_narrower_than_it_is() -> None:
    assert interval(0.99934567, 0.99970001) == "99.934..99.971 %"
    assert interval(1, 1) == "100 %"
    assert interval(0.999999, 0.999999) == "99.999..100 %"
    assert interval(0.9996, 0.9996) == "99.96 %"
