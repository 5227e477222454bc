"""Maintenance windows of an inventory that changes in; what the log then proves of them out."""

from datetime import datetime, timedelta

from audit.analysis.windows import counted, windows
from audit.app.watching.declared import declared
from audit.model.event import Event
from audit.model.watching import Maintenance

START = datetime.fromisoformat("2026-09-01T00:00:00+00:00")
HOUR = timedelta(hours=1)


def window(reason: str = "patches", hours: int = 3) -> Maintenance:
    start, end = START + HOUR, START + HOUR * (1 + hours)
    return Maintenance.model_validate(
        {
            "id": "patch",
            "on": "agency/portal",
            "from": start.isoformat(),
            "to": end.isoformat(),
            "reason": reason,
            "by": "Kim",
        }
    )


def log(*read: tuple[timedelta, tuple[Maintenance, ...]]) -> tuple[Event, ...]:
    """What a watch writes that read these windows at these times."""
    events: list[Event] = []
    for after, found in read:
        events += declared(found, tuple(events), START + after)
    return tuple(events)


def test_a_window_that_was_read_before_it_began_counts() -> None:
    assert counted(windows(log((0 * HOUR, (window(),))))) == ((START + HOUR, START + 4 * HOUR),)


def test_one_that_was_read_when_it_had_begun_does_not_count() -> None:
    assert counted(windows(log((2 * HOUR, (window(),))))) == ()


def test_another_reason_leaves_a_running_window_as_it_is() -> None:
    events = log((0 * HOUR, (window(),)), (2 * HOUR, (window("patches, all of them"),)))
    assert [event.values["reason"] for event in events] == ["patches", "patches, all of them"]
    assert counted(windows(events)) == ((START + HOUR, START + 4 * HOUR),)


def test_a_running_window_can_be_cut_short_and_not_made_longer() -> None:
    assert counted(windows(log((0 * HOUR, (window(),)), (2 * HOUR, ())))) == ((START + HOUR, START + 2 * HOUR),)
    longer = log((0 * HOUR, (window(),)), (2 * HOUR, (window(hours=9),)))
    assert counted(windows(longer)) == ((START + HOUR, START + 2 * HOUR),)
