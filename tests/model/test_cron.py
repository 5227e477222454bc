"""Cron expressions in; what every program reads in them, or why they are refused, out."""

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as some

from audit.model.cron import parse_cron
from audit.model.unfit import Unexpected


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("30 3 * * 1", "30 3 * * mon"),
        ("0 0 * * 0", "0 0 * * sun"),
        ("0 0 * * 7", "0 0 * * sun"),
        ("*/5 8-18 1,15 JAN-mar mon-fri", "*/5 8-18 1,15 1-3 mon,tue,wed,thu,fri"),
        ("0 0 * * 1/2", "0 0 * * mon,wed,fri"),
        ("0 0 29 2 *", "0 0 29 2 *"),
        ("0 0 31 1/2 *", "0 0 31 1/2 *"),
        ("  5   4 * * *  ", "5 4 * * *"),
    ],
)
def test_days_become_names(written: str, meant: str) -> None:
    assert parse_cron(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-1 * * * *",
     "*/0 * * * *", "a * * * *", "1-2-3 * * * *", "0 0 30 feb *", "0 0 31 4,6 *", "@daily"],
)  # fmt: skip
def test_what_is_none_is_refused(written: str) -> None:
    with pytest.raises(Unexpected):
        parse_cron(written)


@given(
    some.tuples(
        some.sampled_from(["*", "0", "15", "*/20"]),
        some.sampled_from(["*", "3", "8-18"]),
        some.sampled_from(["*", "1", "29", "30", "31", "15,31", "28-31"]),
        some.sampled_from(["*", "2", "feb", "4,6", "1/3", "2-4"]),
        some.sampled_from(["*", "0", "1-5", "sun", "6/1"]),
    )
)
def test_whatever_is_taken_comes_one_day(fields: tuple[str, ...]) -> None:
    try:
        cron = parse_cron(" ".join(fields))
    except Unexpected:
        return
    after = datetime(2026, 3, 1, tzinfo=UTC)
    due = CronTrigger.from_crontab(cron, timezone=UTC).get_next_fire_time(None, after)
    assert due is not None
    assert due - after < timedelta(days=366 * 29)
