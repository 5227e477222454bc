"""Made-up measurements in; whether the outages that they show have honest brackets out."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given

from audit.analysis.availability import availability
from audit.analysis.outages import outages
from audit.analysis.spans import spans_of
from audit.model.history import Outage, Window
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
    series,
)

WEB = "kibo/guarantee/web"
DAY = timedelta(days=1)


def seen(
    measurements: tuple[Measurement, ...],
    windows: tuple[Window, ...] = (),
    counts: Counting | None = None,
    now: datetime = START + DAY,
    applicants: float | None = None,
) -> tuple[Outage, ...]:
    return outages(WEB, spans_of(measurements), windows, START, START + DAY, now, counts, applicants)


def at(minute: float) -> datetime:
    return START + minute * MINUTE


def test_it_begins_and_ends_between_two_looks() -> None:
    (one,) = seen(minutes("uuudddduu"))
    assert (one.last_good, one.first_bad, one.last_bad, one.first_good) == (at(2), at(3), at(6), at(7))
    assert (one.shortest, one.longest) == (3 * MINUTE, 5 * MINUTE)
    assert one.ended
    assert (one.state, one.reason) == (State.DOWN, "refused")


@pytest.mark.parametrize(("letters", "minute"), [("uuddgu", 5), ("uuddggu", 5), ("uuddg", 5), ("uuddg.u", 5)])
def test_a_look_that_was_good_when_repeated_ends_it_only_before_the_next(letters: str, minute: int) -> None:
    (one,) = seen(minutes(letters))
    assert one.ended
    assert one.first_good == one.known_until == at(minute)
    assert seen(minutes("uuddg"), now=at(4.2))[0].first_good == at(4.2)


def test_the_newest_comes_first() -> None:
    assert [one.first_bad for one in seen(minutes("uduuduud"))] == [at(7), at(4), at(1)]


def test_one_that_lasts_is_known_until_now() -> None:
    now = at(5.5)
    (one,) = seen(minutes("uuuddd"), now=now)
    assert not one.ended
    assert one.first_good is None
    assert (one.known_until, one.longest) == (now, 3.5 * MINUTE)


def test_one_that_nobody_looked_after_is_known_until_then() -> None:
    (silent,) = seen(minutes("uuuddd"))
    assert (silent.ended, silent.known_until) == (False, at(7))
    (asleep,) = seen((*minutes("uuuddd"), missed(at(6), at(60))))
    assert (asleep.ended, asleep.known_until) == (False, at(6))


def test_nothing_good_before_the_first_look_is_no_bracket() -> None:
    (one,) = seen(minutes("dduu"))
    assert one.last_good is None
    assert one.longest == 2 * MINUTE


def test_unknown_time_between_bad_looks_is_one_outage_and_not_in_its_least() -> None:
    (one,) = seen((*minutes("uudd"), missed(at(4), at(543)), *minutes("dduu", at(544))))
    assert (one.first_bad, one.last_bad) == (at(2), at(545))
    assert one.unknown == 540 * MINUTE
    assert one.shortest == one.last_bad - one.first_bad - 540 * MINUTE == 3 * MINUTE
    assert one.longest == at(546) - at(1)


def test_unknown_time_alone_is_no_outage() -> None:
    assert seen((*minutes("uuxxxx"), missed(at(6), at(60)), *minutes("uu", at(61)))) == ()
    assert seen(minutes("xxxx")) == ()


def test_unknown_time_at_the_end_of_an_outage_is_in_its_most_alone() -> None:
    (one,) = seen((*minutes("uudd"), missed(at(4), at(59)), *minutes("uu", at(60))))
    assert one.ended
    assert (one.shortest, one.longest) == (MINUTE, 59 * MINUTE)


@pytest.mark.parametrize(("counts", "count"), [(None, 1), ("all", 1), ("any", 0), ("quorum", 1)])
def test_partial_is_an_outage_where_it_does_not_count_as_up(counts: Counting | None, count: int) -> None:
    found = seen(minutes("uuppuu"), counts=counts)
    assert len(found) == count
    assert all(one.state is State.PARTIAL for one in found)


def test_one_that_was_down_altogether_for_a_while_is_called_down() -> None:
    (one,) = seen(minutes("upddpu"))
    assert one.state is State.DOWN
    assert (one.first_bad, one.last_bad) == (at(1), at(4))


def test_maintenance_begins_none_and_makes_none_longer() -> None:
    def window(start: float, end: float) -> tuple[Window, ...]:
        return (Window("switch", "kibo", at(start), at(end), START),)

    assert seen(minutes("uuddddu"), window(2, 6)) == ()
    (late,) = seen(minutes("uuddddu"), window(1, 4))
    assert (late.first_bad, late.last_bad) == (at(4), at(5))
    (around,) = seen(minutes("udddddu"), window(2, 4))
    assert (around.first_bad, around.last_bad) == (at(1), at(5))
    assert around.shortest <= 3 * MINUTE


def test_the_ministry_s_hour_is_its_figure() -> None:
    """One hour of a service to which 1.1 million people an hour come is 1.1 million applicant-hours."""
    (one,) = seen(minutes("u" + "d" * 60 + "u"), applicants=1_100_000.0)
    least, most = one.applicant_hours or (0, 0)
    assert (one.shortest, one.longest) == (59 * MINUTE, 61 * MINUTE)
    assert least == pytest.approx(1_100_000 * 59 / 60)
    assert most == pytest.approx(1_100_000 * 61 / 60)
    assert least < 1_100_000 < most


def test_exposure_is_least_while_surely_down() -> None:
    def people(letters: str) -> tuple[float, float]:
        (one,) = seen(minutes(letters), applicants=60.0)
        return one.applicant_hours or (-1, -1)

    assert people("uddddu") == pytest.approx((3, 5))
    assert people("uppppu") == pytest.approx((0, 5))
    assert seen(minutes("udu"))[0].applicant_hours is None


def test_only_what_touches_the_period_is_listed_with_its_whole_bracket() -> None:
    spans = spans_of(minutes("uddduuuuuudduu"))
    found = outages(WEB, spans, (), at(2), at(8), at(20), None)
    assert [one.first_bad for one in found] == [at(1)]
    assert outages(WEB, spans, (), at(5), at(9), at(20), None) == ()


@patient
@given(series(), maintenances())
def test_surely_down_time_is_in_the_outages_and_nothing_good_is(
    measurements: tuple[Measurement, ...], windows: tuple[Window, ...]
) -> None:
    spans = spans_of(measurements)
    found = outages(WEB, spans, windows, START, START + DAY, START + DAY, None)
    for one in found:
        assert NOTHING <= one.shortest <= one.longest
        assert one.first_bad <= one.last_bad <= one.known_until
        good = [look.at for look in measurements if look.state in (State.UP, State.DEGRADED)]
        assert not [moment for moment in good if one.first_bad < moment < one.last_bad]
    if not windows:
        bad = [look.at for look in measurements if look.state in (State.DOWN, State.PARTIAL)]
        assert all(any(one.first_bad <= moment <= one.last_bad for one in found) for moment in bad)
        assert bool(found) == bool(bad)
        whole = availability(WEB, spans, (), START, START + DAY, None)
        tails = 2 * MINUTE * len(found)  # a measurement speaks on where nobody looked after it
        assert whole.down <= sum((one.longest for one in found), NOTHING) + tails


def test_many_flaps_are_quick() -> None:
    letters = "ud" * 20_000
    found = outages(WEB, spans_of(minutes(letters)), (), START, START + 30 * DAY, START + 30 * DAY, None, 5.0)
    assert len(found) == 20_000


def test_a_good_look_in_a_window_ends_an_outage() -> None:
    window = (Window("switch", "kibo", at(3), at(6), START),)
    (one,) = seen((*minutes("udd"), looked(at(4), State.UP)), window)
    assert one.ended
    assert one.first_good == at(4)
