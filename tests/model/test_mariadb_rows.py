"""Rows of servers, odd ones too, in, what is relied on out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from audit.model.mariadb_rows import epoch, whole, worded


def test_both_families_use_the_same_words() -> None:
    found = worded({"Source_Host": "a", "Replica_IO_Running": "Yes", "Seconds_Behind_Source": 3})
    assert found == {"Master_Host": "a", "Slave_IO_Running": "Yes", "Seconds_Behind_Master": 3}


@pytest.mark.parametrize(
    ("value", "found"),
    [(7, 7), ("7", 7), (None, 0), ("", 0), ("-7", 0), (-7, 0), ("7 ", 0), ("9" * 21, 0), (7.5, 0), ("٧", 0)],
)
def test_a_whole_number(value: object, found: int) -> None:
    assert whole(value) == found


@pytest.mark.parametrize("value", [None, "1700000000", 0, -1, 631152000, 7258118400, float("nan"), float("inf")])
def test_no_time(value: object) -> None:
    assert epoch(value) is None


@pytest.mark.parametrize("value", [1_700_000_000, 1_700_000_000.25, Decimal("1700000000.123456")])
def test_a_time(value: object) -> None:
    assert epoch(value) == value
