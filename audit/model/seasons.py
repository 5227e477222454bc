"""An estate with a day to the busy times that follow, the lunar holidays among them that nobody wrote down."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from audit.model.estate import Estate, day_ends
from audit.model.meaning import Season

SEOUL: Final = ("Asia/Seoul", "ROK")
"""The time zones in which everybody travels at Chuseok and Lunar New Year."""
DAY: Final = timedelta(days=1)
LIKE_ALWAYS: Final = 1.0
_FEASTS: Final = (
    ("Korean New Year", "lunar-new-year", ("Lunar New Year", "설날")),
    ("Chuseok", "chuseok", ("Chuseok", "추석")),
)
"""The name that the library gives the middle day; the beginning of an id; the names for people."""


def seasons(estate: Estate, start: date, months: int = 12) -> tuple[Season, ...]:
    """What is not over on `start` and begins within so many months, soonest first.

    The seasons of the inventory, and each lunar holiday of which no season of it covers every day. Holidays of
    Korea alone, in an estate whose time zone is that of Seoul; none beyond the years that the library knows.
    """
    last = later(start, months)
    declared = [
        Season(one.id, _names(estate, one.ref, one.id), one.start, one.end, one.demand, "inventory")
        for one in estate.calendar
        if one.end >= start and one.start < last
    ]
    feasts = (one for one in lunar(estate, start, last) if not covered(declared, one))
    return tuple(sorted((*declared, *feasts), key=lambda one: (one.start, one.end, one.id)))


def lunar(estate: Estate, start: date, last: date) -> tuple[Season, ...]:
    """The lunar holidays that are not over on `start` and begin before `last`, whoever wrote them down."""
    if estate.about.timezone not in SEOUL or last <= start:
        return ()
    found = (feast for year in range(start.year, last.year + 1) for feast in _feasts(year))
    return tuple(feast for feast in found if feast.end >= start and feast.start < last)


def covered(declared: Iterable[Season], feast: Season) -> bool:
    """Whether each day of a holiday lies in a season of the inventory."""
    written = [one for one in declared if one.source == "inventory"]
    days = (feast.start + DAY * number for number in range((feast.end - feast.start).days + 1))
    return all(any(one.start <= day <= one.end for one in written) for day in days)


def peak_at(estate: Estate, today: date) -> Season | None:
    """The busy time that begins next, after today, within a year; None where there is none."""
    return next((one for one in seasons(estate, today) if one.start > today), None)


def busy_at(estate: Estate, today: date) -> Season | None:
    """The busy time that lasts today, or else the one that begins next; None where there is none within a year."""
    return next(iter(seasons(estate, today)), None)


def steps(found: Iterable[Season], zone: str, at: datetime) -> tuple[tuple[float, float], ...]:
    """Hours from an instant to the demand from then on, rising, the first at 0; of several the greatest."""
    spans = [
        (max(_hours(datetime(one.start.year, one.start.month, one.start.day, tzinfo=ZoneInfo(zone)) - at), 0.0),
         _hours(day_ends(one.end, zone) - at), one.demand)
        for one in found
    ]  # fmt: skip
    turns = sorted({0.0, *(hour for start, end, _ in spans if end > 0 for hour in (start, end))})
    return tuple(
        (hour, max((demand for start, end, demand in spans if start <= hour < end), default=LIKE_ALWAYS))
        for hour in turns
    )


def later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@cache
def _feasts(year: int) -> tuple[Season, ...]:
    return tuple(_of(year))


def _of(year: int) -> Iterator[Season]:
    # Not `country_holidays`, which imports as long again; both only where a command needs them.
    from holidays.countries.south_korea import SouthKorea

    holidays: Callable[..., Mapping[date, str]] = SouthKorea
    source: Literal["calendar"] = "calendar"
    known = holidays(years=year, language="en_US")
    for word, begin, names in _FEASTS:
        for day, told in known.items():
            if word in told.split("; "):
                feast = Season(f"{begin}-{year}", names, day, day, LIKE_ALWAYS, source)
                yield replace(feast, start=day - DAY, end=day + DAY)


def _names(estate: Estate, ref: str, written: str) -> tuple[str, str]:
    if not ref:
        return written, written
    return estate.named(ref, "en"), estate.named(ref, "ko")


def _hours(length: timedelta) -> float:
    return length.total_seconds() / 3600
