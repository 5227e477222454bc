"""Values of a canary in, whether they are what was expected out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from audit.model.drilling import Canary
from audit.world.drilling.holding import held, instant

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("canary", "found", "holds"),
    [
        ({}, "x", True),
        ({}, " \n", False),
        ({"expect": "x"}, "x\n", True),
        ({"expect": "x"}, "y", False),
        ({"expect": "x"}, "", False),
        ({"at-least": 100}, "100", True),
        ({"at-least": 100}, "99.9", False),
        ({"at-least": 100}, "nan", False),
        ({"at-least": 100}, "1e999", True),
        ({"at-least": 100}, "many", False),
        ({"at-least": 100}, "1_000", False),
        ({"newest": "true"}, "2026-11-22 04:59:00.5+00", True),
        ({"newest": "true"}, "2026-11-22T13:59:00+09:00", True),
        ({"newest": "true"}, "1763787600", True),
        ({"newest": "true"}, "2026-11-22 04:59:00", False),
        ({"newest": "true"}, "2026-11-23 04:59:00+00", False),
        ({"newest": "true"}, "-5", False),
        ({"newest": "true"}, "99999999999999999999", False),
        ({"newest": "true"}, "", False),
    ],
)
def test_what_is_found_is_held_against_what_is_expected(canary: dict[str, Any], found: str, holds: bool) -> None:  # noqa: FBT001
    told = held(Canary.model_validate({"query": "select 1", **canary}), found, NOW)
    assert told.held is holds
    assert told.held or told.detail
    if len(found.strip()) > 3:
        assert found.strip() not in told.detail


def test_the_time_that_a_canary_tells() -> None:
    told = held(Canary.model_validate({"query": "select 1", "newest": "true"}), "2026-11-22 13:00:00+09", NOW)
    assert told.newest == NOW - timedelta(hours=1)
    assert instant("2026-11-22 04:00:00 UTC") == NOW - timedelta(hours=1)
    assert instant("0001-01-01T00:00:00+14:00") is None
