"""Entries of a log in; whether a maintenance window counts only as far as they prove it out."""

from datetime import timedelta
from typing import Any

from audit.analysis.windows import counted, covering, outside, windows
from audit.model.event import Event, Kind
from tests.analysis.past import MINUTE, START

HOUR = timedelta(hours=1)


def entry(kind: Kind, number: int, after: timedelta, **values: Any) -> Event:
    given = {"id": "switch", "on": "kibo", "start": "2026-09-01T10:00:00+09:00", "end": "2026-09-01T12:00:00+09:00"}
    return Event(START + after, kind, "kibo", {**given, **values}, number)


def test_a_window_is_declared_when_the_log_says_so() -> None:
    (one,) = windows((entry("maintenance-declared", 1, -HOUR), entry("maintenance-declared", 2, HOUR)))
    assert (one.id, one.on, one.declared, one.withdrawn) == ("switch", "kibo", START - HOUR, None)
    assert (one.start, one.end) == (START + HOUR, START + 3 * HOUR)
    assert counted((one,)) == ((START + HOUR, START + 3 * HOUR),)


def test_nobody_widens_a_window_afterwards() -> None:
    log = (
        entry("maintenance-declared", 1, -HOUR),
        entry("maintenance-withdrawn", 2, 2 * HOUR),
        entry("maintenance-declared", 3, 2 * HOUR, start="2026-09-01T08:00:00+09:00", end="2026-09-01T13:00:00+09:00"),
    )
    assert counted(windows(log)) == ((START + HOUR, START + 2 * HOUR),)
    # Without the entry that withdraws it, the second one ends the first all the same.
    assert counted(windows((log[0], log[2]))) == ((START + HOUR, START + 2 * HOUR),)


def test_one_that_was_declared_afterwards_counts_for_nothing() -> None:
    assert counted(windows((entry("maintenance-declared", 1, 4 * HOUR),))) == ()


def test_the_order_of_the_entries_does_not_matter() -> None:
    log = (entry("maintenance-declared", 1, -HOUR), entry("maintenance-withdrawn", 2, 90 * MINUTE))
    assert windows(log) == windows(tuple(reversed(log)))
    assert counted(windows(log)) == ((START + HOUR, START + 90 * MINUTE),)


def test_broken_entries_declare_nothing() -> None:
    for values in ({"start": "soon"}, {"end": None}, {"start": "2026-09-01T10:00:00"}):
        assert windows((entry("maintenance-declared", 1, -HOUR, **values),)) == ()
    assert windows((Event(START, "down", "kibo"),)) == ()


def test_windows_of_another_subject_do_not_count() -> None:
    found = windows((entry("maintenance-declared", 1, -HOUR),))
    assert covering(found, "kibo/guarantee/web", lambda on, ref: ref.startswith(on)) == found
    assert covering(found, "tipa/grants/web", lambda on, ref: ref.startswith(on)) == ()


def test_windows_that_overlap_are_counted_once() -> None:
    log = (
        entry("maintenance-declared", 1, -HOUR),
        entry("maintenance-declared", 2, -HOUR, id="more", start="2026-09-01T11:00:00+09:00"),
    )
    assert counted(windows(log)) == ((START + HOUR, START + 3 * HOUR),)


def test_what_is_outside() -> None:
    periods = ((START + HOUR, START + 2 * HOUR), (START + 3 * HOUR, START + 4 * HOUR))

    def left(start: int, end: int) -> list[tuple[float, float]]:
        found = outside(START + start * HOUR / 2, START + end * HOUR / 2, periods)
        return [((before - START) / HOUR, (after - START) / HOUR) for before, after in found]

    assert left(0, 10) == [(0, 1), (2, 3), (4, 5)]
    assert left(2, 4) == []
    assert left(3, 7) == [(2, 3)]
    assert left(4, 5) == [(2, 2.5)]
    assert left(5, 5) == []
