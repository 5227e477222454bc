"""Hours as somebody wrote them become hours in one form, or a sentence about what would be right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from audit.app.watching.tray import quiet, short_code
from audit.model.unfit import Unexpected
from audit.model.watching import parse_hours


@pytest.mark.parametrize(
    ("written", "hours"),
    [("22:00-07:00", "22:00-07:00"), (" 9:05 - 17:30 ", "09:05-17:30"), ("00:00-23:59", "00:00-23:59")],
)
def test_right(written: str, hours: str) -> None:
    assert parse_hours(written) == hours


@pytest.mark.parametrize(
    "written", ["", "22-7", "22:00", "24:00-07:00", "22:60-07:00", "22:00-22:00", "２２:00-07:00", 7]
)
def test_wrong(written: object) -> None:
    with pytest.raises(Unexpected):
        parse_hours(written)


@pytest.mark.parametrize(
    ("hours", "utc", "zone", "hushed"),
    [
        ("22:00-07:00", "13:00", "Asia/Seoul", True),
        ("22:00-07:00", "12:59", "Asia/Seoul", False),
        ("22:00-07:00", "21:59", "Asia/Seoul", True),
        ("22:00-07:00", "22:00", "Asia/Seoul", False),
        ("12:00-13:00", "03:30", "Asia/Seoul", True),
        ("12:00-13:00", "12:30", "Asia/Seoul", False),
        ("22:00-07:00", "04:59", "Europe/Berlin", True),
        ("22:00-07:00", "05:00", "Europe/Berlin", False),
        (None, "00:00", "Asia/Seoul", False),
    ],
)
def test_quiet(hours: str | None, utc: str, zone: str, *, hushed: bool) -> None:
    at = datetime.fromisoformat(f"2026-09-01T{utc}:00").replace(tzinfo=UTC)
    assert quiet(hours, at, zone) is hushed


def test_codes_that_nobody_mixes_up() -> None:
    codes = {short_code(str(number)) for number in range(2000)}
    assert len(codes) == 2000
    assert not set("".join(codes)) & set("01ILO")
