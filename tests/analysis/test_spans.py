"""Measurements in; whether they make the same spans however they are cut, rolled up, put together again out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as any_of

from audit.analysis.spans import combined, cut, joined, merged, rolled, spans_of, within
from audit.model.history import LATENCY_STEPS, Span
from audit.model.measurement import Measurement, State
from tests.analysis.past import MINUTE, START, looked, minutes, missed, patient, series

HOUR = timedelta(hours=1)


def told(spans: Sequence[Span]) -> str:
    """`u5 d2`: the first letter of each state with its count."""
    return " ".join(f"{span.state.value[:2]}{span.count}" for span in spans)


def test_a_span_ends_where_state_or_reason_changes_or_nobody_looked() -> None:
    assert told(spans_of(minutes("uuuuddduu"))) == "up4 do3 up2"
    assert told(spans_of(minutes("uu.uu"))) == "up4"
    assert told(spans_of(minutes("uu..uu"))) == "up2 up2"
    refused, reset = (looked(START + at * MINUTE, State.DOWN, word) for at, word in enumerate(("refused", "reset")))
    assert [span.reason for span in spans_of((refused, reset))] == ["refused", "reset"]


def test_another_cadence_is_another_span() -> None:
    slow = looked(START + MINUTE, State.UP, every=timedelta(minutes=5))
    assert [span.every for span in spans_of((*minutes("u"), slow))] == [MINUTE, timedelta(minutes=5)]


def test_a_span_keeps_its_worst_addresses_and_first_detail() -> None:
    found = [
        looked(START + at * MINUTE, State.PARTIAL, "refused", good=good, tried=5, detail=f"address {at}")
        for at, good in enumerate((2, 1, 2, 4))
    ]
    spans = spans_of(found)
    assert [(span.good, span.tried, span.count, span.detail) for span in spans] == [
        (1, 5, 3, "address 0"),
        (4, 5, 1, "address 3"),  # more than half: by a quorum it is up
    ]


def test_a_row_of_missed_looks_is_as_long_as_they_are_many() -> None:
    (span,) = spans_of((missed(START, START + 59 * MINUTE),))
    assert (span.first, span.last, span.count) == (START, START + 59 * MINUTE, 60)


def test_a_look_among_missed_ones_speaks_for_itself() -> None:
    spans = spans_of((missed(START, START + 9 * MINUTE), looked(START + 5 * MINUTE, State.UP)))
    assert told(spans) == "un5 up1 un4"
    assert [span.first - START for span in spans] == [0 * MINUTE, 5 * MINUTE, 6 * MINUTE]


def test_hours_are_cut_at_measurements() -> None:
    early = START.replace(hour=1)
    measurements = (*minutes("u" * 50, early + 20 * MINUTE), missed(early + 70 * MINUTE, early + 200 * MINUTE))
    first, second, third = (rolled(measurements, early + hour * HOUR, HOUR) for hour in range(3))
    assert (first.spans[0].first, first.spans[-1].last) == (early + 20 * MINUTE, early + 59 * MINUTE)
    assert told(second.spans) == "up10 un50"
    assert (third.spans[0].first, third.spans[0].last) == (early + 120 * MINUTE, early + 179 * MINUTE)


@patient
@given(series(longest=40), any_of.integers(30, 900))
def test_hours_put_together_are_what_was_cut(measurements: tuple[Measurement, ...], length: int) -> None:
    each = timedelta(seconds=length)
    hours = [rolled(measurements, START + number * each, each) for number in range(9600 // length + 1)]
    assert joined(reversed(hours)) == spans_of(measurements)
    assert sum(span.count for hour in hours for span in hour.spans) == sum(
        span.count for span in spans_of(measurements)
    )
    whole = len(hours) * each
    assert combined(hours, START, whole) == rolled(measurements, START, whole)


@patient
@given(series(), any_of.integers(0, 4000))
def test_a_cut_loses_no_measurement(measurements: tuple[Measurement, ...], after: int) -> None:
    spans, edge = spans_of(measurements), START + timedelta(seconds=after)
    before, behind = tuple(within(spans, START, edge)), tuple(within(spans, edge, START + timedelta(days=1)))
    assert sum(span.count for span in (*before, *behind)) == sum(span.count for span in spans)
    assert all(span.first <= span.last < edge for span in before)
    assert all(edge <= span.first <= span.last for span in behind)


@patient
@given(series(), any_of.lists(any_of.integers(0, 4000), max_size=4))
def test_what_came_late_leaves_spans_in_order(measurements: tuple[Measurement, ...], late: list[int]) -> None:
    others = [looked(START + timedelta(seconds=after), State.DOWN, "reset") for after in late]
    # As hours that were rolled up before the late ones came: two stretches of one time.
    spans = joined((rolled(measurements, START, 5 * HOUR), rolled(others, START, 5 * HOUR)))
    assert all(one.last <= other.first for one, other in pairwise(spans))
    assert merged(spans) == spans


def test_of_a_cut_span_nothing_is_left_outside() -> None:
    (span,) = spans_of(minutes("uuuuu"))
    assert cut(span, START + 5 * MINUTE, START + 9 * MINUTE) is None
    assert cut(span, START - HOUR, START) is None
    assert cut(span, START + 30 * MINUTE / 60, START + 45 * MINUTE / 60) is None
    half = cut(span, START + MINUTE / 2, START + 3 * MINUTE)
    assert half is not None
    assert (half.first, half.last, half.count) == (START + MINUTE, START + 2 * MINUTE, 2)


def test_latencies_are_counted_in_classes() -> None:
    seconds = (0.0005, 0.001, 0.0011, 0.5, 500.0)
    found = [looked(START + at * MINUTE, State.UP, latency=latency) for at, latency in enumerate(seconds)]
    stretch = rolled(found, START, HOUR)
    assert sum(stretch.latencies.values()) == len(seconds)
    assert stretch.latencies[0] == 2
    assert stretch.latencies[len(LATENCY_STEPS)] == 1
    for latency in seconds[:-1]:
        step = next(number for number in stretch.latencies if LATENCY_STEPS[number] >= latency)
        assert step == 0 or LATENCY_STEPS[step - 1] < latency


@pytest.mark.parametrize("late", [0.0, 7.5])
def test_lateness_of_looks_counts_and_not_that_of_missed_ones(late: float) -> None:
    due = START + MINUTE
    look = Measurement("kibo/guarantee/web", due, due + timedelta(seconds=late), State.UP, error=late / 10)
    stretch = rolled((look, missed(START + 2 * MINUTE, START + 30 * MINUTE)), START, HOUR)
    assert (stretch.late, stretch.error) == (late, late / 10)


def test_a_look_belongs_to_the_hour_in_which_it_began() -> None:
    due = START + HOUR - timedelta(milliseconds=10)
    late = Measurement("kibo/guarantee/web", due, due + timedelta(seconds=1), State.UP, latency=0.1)

    def held(start: datetime) -> int:
        stretch = rolled((late,), start, HOUR)
        return len(stretch.spans) + sum(stretch.latencies.values())

    assert (held(START), held(START + HOUR)) == (0, 2)
