"""Waivers at an instant to what they are worth: four eyes, 365 days, the end of the last day of the estate's zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from audit.catalogue import discover
from audit.inventory.load import load_sources
from audit.model.waivers import Stand, Waivers

ESTATE = """\
estate: {{id: small, timezone: Asia/Seoul}}
institutions: [{{id: kibo, systems: [{{id: guarantee, grade: 1}}]}}]
waivers:
  - {{check: operations.owner, on: kibo/guarantee, reason: being hired, {more}}}
"""
NAMES = "requested-by: Kim, approved-by: Lee, "


def lines(more: str) -> tuple[str, ...]:
    return load_sources({"a.yaml": ESTATE.format(more=more).encode()}, discover(), Path("a.yaml")).lines()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("requested-by: Kim, approved-by: Kim, expires: 2026-12-31", "also approved it"),
        ("requested-by: Kim Min, approved-by: 'kim  MIN', expires: 2026-12-31", "also approved it"),
        ("requested-by: Kim, approved-by: Ｋｉｍ, expires: 2026-12-31", "also approved it"),
        (NAMES + "from: 2026-01-01, expires: 2027-01-02", "a waiver of 366 days"),
        (NAMES + "from: 2026-05-01, expires: 2026-04-30", "is before 'from'"),
        (NAMES + "from: 2026-02-30, expires: 2026-04-30", "from"),
        (NAMES + "expires: never", "expires"),
        ("requested-by: Kim, expires: 2026-12-31", "approved-by"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(more: str, says: str) -> None:
    told = lines(more)
    assert told
    assert all(one.startswith("a.yaml:4:") for one in told)
    assert says in "\n".join(told)


@pytest.mark.parametrize(
    "more", ["from: 2026-01-01, expires: 2027-01-01", "expires: 2026-12-31", "expires: 2099-01-01"]
)
def test_what_is_right_is_taken(more: str) -> None:
    assert lines(NAMES + more) == ()


@pytest.mark.parametrize(
    ("more", "at", "stand"),
    [
        ("expires: 2026-12-31", "2026-12-31T23:59:59+09:00", Stand.HOLDS),
        ("expires: 2026-12-31", "2027-01-01T00:00:00+09:00", Stand.EXPIRED),
        ("expires: 2026-12-31", "2026-12-31T15:00:00+00:00", Stand.EXPIRED),
        ("from: 2026-12-01, expires: 2026-12-31", "2026-11-30T23:59:59+09:00", Stand.NOT_YET),
        ("from: 2026-12-01, expires: 2026-12-31", "2026-11-30T15:00:00+00:00", Stand.HOLDS),
        ("expires: 2027-12-31", "2026-12-31T12:00:00+09:00", Stand.HOLDS),
        ("expires: 2028-01-01", "2026-12-31T12:00:00+09:00", Stand.TOO_LONG),
    ],
)
def test_what_a_waiver_is_worth(more: str, at: str, stand: Stand) -> None:
    text = ESTATE.format(more=NAMES + more).encode()
    loaded = load_sources({"a.yaml": text}, discover(), Path("a.yaml"))
    assert loaded.estate is not None
    (waiver,) = loaded.estate.waivers
    waivers = Waivers(loaded.estate, datetime.fromisoformat(at))
    assert waivers.stand(waiver) is stand
    assert bool(waivers.expired([("operations.owner", "kibo/guarantee")])) is (stand is Stand.EXPIRED)
    assert waivers.standing(())[0].findings == 0


def test_the_end_is_that_of_the_day_in_the_zone_of_the_estate() -> None:
    loaded = load_sources({"a.yaml": ESTATE.format(more=NAMES + "expires: 2026-12-31").encode()}, discover(), Path("a"))
    assert loaded.estate is not None
    last = datetime.fromisoformat("2026-12-31T23:59:59.999999+09:00")
    for at, stand in ((last, Stand.HOLDS), (last + timedelta(microseconds=1), Stand.EXPIRED)):
        assert Waivers(loaded.estate, at).stand(loaded.estate.waivers[0]) is stand
