"""What several vantages measured in; whether they tell one story that none of them can tell alone out."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as any_of

from audit.analysis.availability import availability
from audit.analysis.outages import outages
from audit.analysis.spans import spans_of
from audit.analysis.vantages import PATH, quorum
from audit.model.history import Availability, Span
from audit.model.measurement import Measurement, State
from audit.model.watching import Counting
from tests.analysis.past import MINUTE, NOTHING, START, looked, minutes, patient, series

HALF = MINUTE / 2
END = START + 30 * MINUTE


def story(need: int, **letters: str) -> tuple[Span, ...]:
    """The second vantage looks half a minute after the first."""
    found = {
        name: spans_of(minutes(each, START + number * HALF)) for number, (name, each) in enumerate(letters.items())
    }
    return quorum(found, need)


def seen(spans: tuple[Span, ...], minutes_long: int, counts: Counting | None = None) -> Availability:
    return availability("kibo/guarantee/web", spans, (), START + MINUTE, START + minutes_long * MINUTE, counts)


def test_one_vantage_alone_tells_its_own_story() -> None:
    spans = spans_of(minutes("uudd.u"))
    assert quorum({"here": spans}, 1) == spans
    assert quorum({"here": spans, "there": ()}, 1) == spans
    assert quorum({}, 1) == ()


def test_down_needs_as_many_as_the_inventory_says() -> None:
    both = story(2, here="uuddddddddddduu", there="uuddddddddddduu")
    assert State.DOWN in {span.state for span in both}
    one = story(2, here="uuddddddddddduu", there="uuuuuuuuuuuuuuu")
    assert State.DOWN not in {span.state for span in one}
    partial = [span for span in one if span.state is State.PARTIAL]
    assert {(span.reason, span.good, span.tried) for span in partial} == {(PATH, 1, 2)}
    assert State.DOWN in {span.state for span in story(1, here="uuddddddddddduu", there="uuuuuuuuuuuuuuu")}


def test_a_broken_path_counts_as_some_addresses_alone_do() -> None:
    spans = story(2, here="uuuudddduuuu", there="uuuuuuuuuuuu")
    unsure, kind, strict = (seen(spans, 11, counts) for counts in (None, "any", "all"))
    assert unsure.least is not None
    assert unsure.least < 1
    assert unsure.most == 1
    assert kind.least is not None
    assert kind.down == NOTHING
    assert kind.up > unsure.up
    assert strict.down > 2 * MINUTE
    assert unsure.down == NOTHING


def test_a_vantage_that_sees_nothing_leaves_the_story_to_the_others() -> None:
    spans = story(1, here="xxxxxxxxxxxx", there="uuuuuuuuuuuu")
    assert seen(spans, 11).least == 1
    assert seen(spans, 11).coverage == 1
    blind = seen(story(1, here="xxxxxxxxxxxx", there="xxxxxxxxxxxx"), 11)
    assert blind.reasons == {"timeout": 10 * MINUTE}


def test_one_that_says_down_where_two_are_needed_and_nobody_else_looks_decides_nothing() -> None:
    spans = story(2, here="uudddddddddd")
    assert State.DOWN not in {span.state for span in spans}
    for counts in (None, "any", "all"):
        found = seen(spans, 11, counts)
        assert found.down == NOTHING
        assert found.between > 8 * MINUTE


def test_a_single_look_that_was_bad_is_not_lost() -> None:
    (one,) = outages("web", story(1, here="uuudu", there="uuuuu"), (), START, END, END, None)
    assert one.first_bad == START + 3 * MINUTE
    assert one.last_good is not None
    assert one.last_good < one.first_bad


def test_the_bracket_of_two_is_within_that_of_one() -> None:
    here = outages("web", spans_of(minutes("uuudddduuu")), (), START, END, END, None)[0]
    (both,) = outages("web", story(1, here="uuudddduuu", there="uuudddduuu"), (), START, END, END, None)
    assert here.last_good is not None
    assert both.last_good is not None
    assert both.first_good is not None
    assert here.last_good <= both.last_good <= both.first_bad <= here.first_bad
    assert both.last_bad >= here.last_bad


@settings(patient, max_examples=300)
@given(series(longest=12), series(longest=12), any_of.integers(1, 3))
def test_the_story_is_in_order_and_never_worse_than_the_worst(
    one: tuple[Measurement, ...], other: tuple[Measurement, ...], need: int
) -> None:
    by_vantage = {"here": spans_of(one), "there": spans_of(other)}
    spans = quorum(by_vantage, need)
    for before, after in pairwise(spans):
        assert before.first <= before.last <= after.first
    together = _over(spans)
    assert together.measured + together.unknown == timedelta(hours=2)
    alone = [_over(each) for each in by_vantage.values()]
    if need == 1:
        # What one of them saw down is down: the others cannot talk it away.
        assert together.down >= max(each.down for each in alone)
    else:
        assert together.down <= min(each.down for each in alone) + 4 * MINUTE
    if need == 3:
        assert together.down == NOTHING
    assert together.up <= sum((each.up for each in alone), NOTHING)


def _over(spans: tuple[Span, ...]) -> Availability:
    return availability("web", spans, (), START, START + timedelta(hours=2), None)


@patient
@given(series(longest=12), any_of.integers(1, 2))
def test_two_that_see_the_same_at_the_same_time_tell_the_same(one: tuple[Measurement, ...], need: int) -> None:
    spans = spans_of(one)
    together, alone = _over(quorum({"here": spans, "there": spans}, need)), _over(spans)
    assert (together.up, together.down) == (alone.up, alone.down)
    assert together.unknown == alone.unknown


def test_beyond_the_last_look_of_all_nobody_speaks_longer_than_by_himself() -> None:
    early, late = looked(START, State.UP), looked(START + MINUTE, State.UNKNOWN, "timeout")
    spans = quorum({"here": spans_of((early,)), "there": spans_of((late,))}, 1)
    found = availability("web", spans, (), START, START + 20 * MINUTE, None)
    assert found.up == 2 * MINUTE


def test_the_last_look_of_all_speaks_on() -> None:
    last: datetime = START + 4 * MINUTE
    spans = quorum({"here": spans_of(minutes("uuuuu")), "there": spans_of((looked(last, State.UP),))}, 2)
    found = availability("web", spans, (), START, START + 20 * MINUTE, None)
    assert found.up == 6 * MINUTE
