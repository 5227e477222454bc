"""Estates with a day to the busy times that follow it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from audit.model.estate import Estate
from audit.model.meaning import Season
from audit.model.seasons import busy_at, covered, later, lunar, peak_at, seasons, steps
from tests.checks.judging import scene

SEOUL = ZoneInfo("Asia/Seoul")


def calendar(*written: str, zone: str = "Asia/Seoul") -> Estate:
    return scene(f"estate: {{id: here, timezone: {zone}}}\ncalendar: [{', '.join(written)}]\n").estate


def busy(start: str, end: str, demand: float, name: str = "busy") -> Season:
    return Season(name, (name, name), date.fromisoformat(start), date.fromisoformat(end), demand, "inventory")


@pytest.mark.parametrize(
    ("today", "name", "start", "end"),
    [
        ("2025-09-26", "chuseok-2025", "2025-10-05", "2025-10-07"),
        ("2026-01-01", "lunar-new-year-2026", "2026-02-16", "2026-02-18"),
        ("2026-09-01", "chuseok-2026", "2026-09-24", "2026-09-26"),
    ],
)
def test_the_lunar_holidays(today: str, name: str, start: str, end: str) -> None:
    found = peak_at(calendar(), date.fromisoformat(today))
    assert found is not None
    assert (found.id, found.start, found.end) == (name, date.fromisoformat(start), date.fromisoformat(end))
    assert found.source == "calendar"


def test_a_season_of_the_inventory_stands_for_the_holiday_that_it_covers() -> None:
    whole = calendar("{id: autumn, from: 2026-09-14, to: 2026-09-27, demand: 3}")
    found = seasons(whole, date(2026, 9, 1))
    assert [one.id for one in found] == ["autumn", "lunar-new-year-2027"]
    assert found[0].demand == 3
    part = calendar("{id: autumn, from: 2026-09-14, to: 2026-09-25}")
    assert "chuseok-2026" in [one.id for one in seasons(part, date(2026, 9, 1))]
    together = calendar("{id: a, from: 2026-09-14, to: 2026-09-24}", "{id: b, from: 2026-09-25, to: 2026-09-30}")
    feast = next(one for one in lunar(together, date(2026, 9, 1), date(2026, 12, 1)))
    assert covered(seasons(together, date(2026, 9, 1)), feast)


def test_nobody_elsewhere_travels_at_chuseok() -> None:
    assert seasons(calendar(zone="Europe/Paris"), date(2026, 9, 1)) == ()
    assert peak_at(calendar(zone="Europe/Paris"), date(2026, 9, 1)) is None


def test_what_lasts_today_is_not_the_next_peak() -> None:
    estate = calendar("{id: now, from: 2026-08-20, to: 2026-09-05}")
    lasting, following = busy_at(estate, date(2026, 9, 1)), peak_at(estate, date(2026, 9, 1))
    assert lasting is not None
    assert following is not None
    assert (lasting.id, following.id) == ("now", "chuseok-2026")


def test_beyond_what_anybody_knows_there_are_no_holidays() -> None:
    assert seasons(calendar(), date(8990, 1, 1)) == ()


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2024-02-29", 12, "2025-02-28"), ("2025-01-31", 1, "2025-02-28"), ("2026-12-15", 1, "2027-01-15")],
)
def test_later(day: str, months: int, then: str) -> None:
    assert later(date.fromisoformat(day), months) == date.fromisoformat(then)


def test_demand_by_the_hour() -> None:
    at = datetime(2026, 9, 1, 12, tzinfo=SEOUL)
    found = steps([busy("2026-09-02", "2026-09-03", 3.0), busy("2026-09-03", "2026-09-03", 2.0)], "Asia/Seoul", at)
    assert found[0] == (0.0, 1.0)
    assert found[1] == (12.0, 3.0)
    assert (round(found[-1][0], 3), found[-1][1]) == (60.0, 1.0)
    assert steps([busy("2026-08-01", "2026-09-10", 3.0)], "Asia/Seoul", at.astimezone(UTC))[0] == (0.0, 3.0)
    assert steps([busy("2026-08-01", "2026-08-10", 3.0)], "Asia/Seoul", at) == ((0.0, 1.0),)
    assert steps([], "Asia/Seoul", at + timedelta(days=1)) == ((0.0, 1.0),)
