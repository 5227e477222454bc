"""Made-up measurements in; whether the availability of every period is what a clock second by second says out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as any_of

from audit.analysis.availability import UNWATCHED, availability
from audit.analysis.spans import REACH, SLOWEST, spans_of
from audit.model.history import Availability, Window
from audit.model.measurement import Measurement, State
from audit.model.watching import Counting
from tests.analysis.past import (
    MINUTE,
    NOTHING,
    START,
    looked,
    maintenances,
    minutes,
    missed,
    patient,
    periods,
    second_by_second,
    series,
)

COUNTS: tuple[Counting | None, ...] = (None, "any", "all", "quorum")
counting = any_of.sampled_from(COUNTS)


def seen(
    measurements: Sequence[Measurement],
    start: datetime,
    end: datetime,
    windows: Sequence[Window] = (),
    counts: Counting | None = None,
) -> Availability:
    return availability("kibo/guarantee/web", spans_of(measurements), windows, start, end, counts)


def of(letters: str, counts: Counting | None = None) -> Availability:
    """The availability over as many minutes as there are letters."""
    return seen(minutes(letters), START, START + len(letters) * MINUTE, counts=counts)


@patient
@given(series(), maintenances(), periods(), counting)
def test_it_is_what_a_clock_says_second_by_second(
    measurements: tuple[Measurement, ...],
    windows: tuple[Window, ...],
    period: tuple[datetime, datetime],
    counts: Counting | None,
) -> None:
    found = seen(measurements, *period, windows, counts)
    said = second_by_second(measurements, windows, *period, counts)
    slow = {name: timedelta(seconds=said.pop(name, 0)) for name in ("up", "down", "between", "maintenance")}
    assert {name: getattr(found, name) for name in slow} == slow
    reasons = {name.removeprefix("unknown "): timedelta(seconds=count) for name, count in said.items()}
    assert found.reasons == reasons


@patient
@given(series(), maintenances(), periods(), counting)
def test_the_parts_are_the_whole(
    measurements: tuple[Measurement, ...],
    windows: tuple[Window, ...],
    period: tuple[datetime, datetime],
    counts: Counting | None,
) -> None:
    found = seen(measurements, *period, windows, counts)
    assert found.measured + found.unknown + found.maintenance == period[1] - period[0]
    assert sum(found.reasons.values(), NOTHING) == found.unknown
    assert NOTHING <= found.partial <= found.measured
    assert NOTHING <= found.degraded <= found.up
    assert 0 <= found.coverage <= 1
    if found.least is not None and found.most is not None:
        assert 0 <= found.least <= found.most <= 1


@patient
@given(series(), maintenances(), periods(), counting, any_of.integers(0, 2**32))
def test_the_order_does_not_matter(
    measurements: tuple[Measurement, ...],
    windows: tuple[Window, ...],
    period: tuple[datetime, datetime],
    counts: Counting | None,
    seed: int,
) -> None:
    mixed = [*measurements, *measurements[:3]]
    Random(seed).shuffle(mixed)
    assert seen(mixed, *period, windows, counts) == seen(measurements, *period, windows, counts)


@patient
@given(series(), maintenances(), periods(), counting, any_of.floats(0, 1))
def test_two_halves_are_the_whole(
    measurements: tuple[Measurement, ...],
    windows: tuple[Window, ...],
    period: tuple[datetime, datetime],
    counts: Counting | None,
    share: float,
) -> None:
    start, end = period
    middle = start + (end - start) * share
    whole = seen(measurements, start, end, windows, counts)
    halves = (seen(measurements, start, middle, windows, counts), seen(measurements, middle, end, windows, counts))
    for name in ("up", "down", "between", "partial", "degraded", "unknown", "maintenance"):
        assert getattr(whole, name) == sum((getattr(half, name) for half in halves), NOTHING), name
    reasons = {reason for half in halves for reason in half.reasons}
    assert whole.reasons == {
        name: sum((half.reasons.get(name, NOTHING) for half in halves), NOTHING) for name in reasons
    }


@patient
@given(series(), maintenances(), periods(), counting, any_of.integers(1, 3000))
def test_one_more_bad_sample_never_makes_it_better(
    measurements: tuple[Measurement, ...],
    windows: tuple[Window, ...],
    period: tuple[datetime, datetime],
    counts: Counting | None,
    after: int,
) -> None:
    at = START + timedelta(seconds=after)
    before = seen(measurements, *period, windows, counts)
    worse = seen((*measurements, looked(at, State.DOWN, "refused", tried=3)), *period, windows, counts)
    if before.least is not None:
        assert worse.least is not None
        assert Fraction(worse.up // timedelta(microseconds=1), worse.measured // timedelta(microseconds=1)) <= Fraction(
            before.up // timedelta(microseconds=1), before.measured // timedelta(microseconds=1)
        )


def test_nine_hours_asleep_are_nine_hours_unknown() -> None:
    awake = minutes("u" * 60)
    asleep = START + timedelta(hours=1)
    waking = asleep + timedelta(hours=9)
    again = minutes("u" * 60, waking)
    end = waking + timedelta(hours=1)
    told = seen((*awake, missed(asleep, waking - MINUTE), *again), START, end)
    assert told.up == timedelta(hours=2)
    assert told.down == told.between == NOTHING
    assert told.reasons == {"missed": timedelta(hours=9)}
    assert told.least == told.most == 1
    assert told.coverage == pytest.approx(2 / 11)
    # Nobody said that looks were missed: a measurement speaks for twice its cadence, all else was not watched.
    silent = seen((*awake, *again), START, end)
    assert silent.reasons == {"unwatched": timedelta(hours=9) - MINUTE}
    assert silent.up == timedelta(hours=2) + MINUTE


def test_two_looks_a_month_prove_no_month() -> None:
    fortnight = timedelta(days=15)
    looks = [looked(START + number * fortnight, State.UP, every=fortnight) for number in range(3)]
    seen = availability("web", spans_of(looks), (), START, START + 2 * fortnight, None)
    assert seen.up == 2 * REACH * SLOWEST
    assert seen.coverage < 0.01
    assert seen.reasons == {UNWATCHED: 2 * fortnight - seen.up}


def test_between_two_answers_it_may_be_either() -> None:
    found = of("uuudduuuuu")
    assert (found.up, found.down, found.between) == (7 * MINUTE, MINUTE, 2 * MINUTE)
    assert (found.least, found.most) == (0.7, 0.9)
    assert found.coverage == 1


@pytest.mark.parametrize(
    ("counts", "up", "down", "between"), [(None, 0, 0, 4), ("any", 4, 0, 0), ("all", 0, 4, 0), ("quorum", 0, 4, 0)]
)
def test_some_addresses_alone_count_as_the_inventory_says(
    counts: Counting | None, up: int, down: int, between: int
) -> None:
    found = of("pppp", counts)
    assert (found.up, found.down, found.between) == (up * MINUTE, down * MINUTE, between * MINUTE)
    assert found.partial == 4 * MINUTE


def test_a_quorum_is_more_than_half() -> None:
    def share(good: int, tried: int) -> float | None:
        one = looked(START, State.PARTIAL, "refused", good=good, tried=tried)
        return seen((one,), START, START + MINUTE, counts="quorum").least

    assert [share(good, 4) for good in (1, 2, 3)] == [0, 0, 1]


def test_nothing_is_known_before_the_first_measurement() -> None:
    found = seen(minutes("uuuuu"), START - timedelta(days=30), START + 5 * MINUTE)
    assert found.unknown == timedelta(days=30)
    assert found.least == 1
    assert found.coverage < 0.001
    assert seen((), START, START + MINUTE).least is None


def test_a_window_counts_where_it_was_declared_before_it_began() -> None:
    def down_for(declared: datetime, withdrawn: datetime | None = None) -> tuple[timedelta, timedelta]:
        window = Window("switch", "kibo", START + 2 * MINUTE, START + 8 * MINUTE, declared, withdrawn)
        found = seen(minutes("dddddddddd"), START, START + 10 * MINUTE, (window,))
        return found.down, found.maintenance

    assert down_for(START) == (4 * MINUTE, 6 * MINUTE)
    assert down_for(START + 5 * MINUTE) == (10 * MINUTE, NOTHING)
    assert down_for(START + 9 * MINUTE) == (10 * MINUTE, NOTHING)
    assert down_for(START, START + 3 * MINUTE) == (9 * MINUTE, MINUTE)


def test_degraded_is_up_and_told() -> None:
    found = of("uugguu")
    assert found.least == 1
    assert found.degraded == 2 * MINUTE
