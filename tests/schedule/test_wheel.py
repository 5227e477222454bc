"""Cadences with references in, the instants at which they are due held against a count by hand."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from audit.schedule.wheel import INSTANT, Due, Wheel, phase

AT = datetime(2026, 11, 22, 1, 2, 3, 456_789, tzinfo=UTC)
CADENCES = some.sampled_from([timedelta(seconds=seconds) for seconds in (1, 7, 30, 60, 86_400)])
REFS = some.lists(some.text("abc/", min_size=1, max_size=6), max_size=12, unique=True)
SPANS = some.timedeltas(min_value=timedelta(0), max_value=timedelta(minutes=10))


def by_hand(wheel: Wheel, after: datetime, until: datetime, shift: int = 0) -> list[Due]:
    """Each reference on its own, step by step from long before."""
    found = []
    for ref in wheel.refs:
        start = datetime(1970, 1, 1, tzinfo=UTC) + (phase(ref, wheel.every) + shift) * INSTANT
        at = start + (after - start) // wheel.every * wheel.every - wheel.every
        while at <= until:
            if at > after:
                found.append(Due(at, ref))
            at += wheel.every
    return sorted(found, key=lambda due: (due.at, due.ref))


@given(CADENCES, REFS, SPANS, some.integers(0, 999))
def test_each_is_due_once_in_its_cadence(every: timedelta, refs: list[str], span: timedelta, shift: int) -> None:
    wheel = Wheel(every, refs, shift)
    found = list(wheel.due(AT, AT + span))
    assert found == sorted(found, key=lambda due: due.at)
    assert sorted(found, key=lambda due: (due.at, due.ref)) == by_hand(wheel, AT, AT + span, shift)


@given(CADENCES, REFS, SPANS, SPANS)
def test_two_parts_are_the_whole(every: timedelta, refs: list[str], first: timedelta, second: timedelta) -> None:
    wheel = Wheel(every, refs)
    middle, end = AT + first, AT + first + second
    assert [*wheel.due(AT, middle), *wheel.due(middle, end)] == list(wheel.due(AT, end))


@given(CADENCES, REFS, SPANS)
def test_rows_are_the_first_and_the_last(every: timedelta, refs: list[str], span: timedelta) -> None:
    wheel = Wheel(every, refs)
    seen: dict[str, list[datetime]] = {}
    for due in wheel.due(AT, AT + span):
        seen.setdefault(due.ref, []).append(due.at)
    rows = {row.ref: (row.first, row.last) for row in wheel.rows(AT, AT + span)}
    assert rows == {ref: (times[0], times[-1]) for ref, times in seen.items()}


def test_the_phase_stands_through_restarts() -> None:
    # Stored instants hang on these figures.
    assert phase("kibo/guarantee/web", timedelta(minutes=1)) == 54_413_000
    assert phase("kibo/guarantee/web", timedelta(seconds=30)) == 24_413_000


def test_phases_are_spread() -> None:
    every = timedelta(seconds=30)
    seconds = Counter(phase(f"a/b/{number}", every) // 1_000_000 for number in range(3_000))
    assert len(seconds) == 30
    assert max(seconds.values()) < 160


def test_a_clock_that_was_put_back_gives_other_instants() -> None:
    refs, every = [f"a/{number}" for number in range(50)], timedelta(seconds=1)
    hour = timedelta(hours=1)
    first = {(due.ref, due.at) for due in Wheel(every, refs).due(AT - hour, AT)}
    again = {(due.ref, due.at) for due in Wheel(every, refs, 1).due(AT - hour, AT)}
    assert len(again) == len(first)
    assert not first & again


def test_nothing_is_due_of_nothing() -> None:
    assert not list(Wheel(timedelta(minutes=1), ()).due(AT, AT + timedelta(days=1)))
    assert not list(Wheel(timedelta(minutes=1), ["a"]).due(AT, AT - timedelta(days=1)))
