"""Texts of other programs to the values that are taken from them, nasty ones to the reason why none is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from audit.contract import CannotSee, Reason, say
from audit.model.json_values import count, epoch, instant, loaded


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, b"\xff\xfe\x00", "1" * 5000])
def test_what_is_no_json(text: str | bytes) -> None:
    with pytest.raises(CannotSee, match="it printed no JSON") as gap:
        loaded(text, say("it printed no JSON"))
    assert gap.value.reason is Reason.INCOMPLETE


def test_json() -> None:
    assert loaded(b'{"a": [1]}', say("-")) == {"a": [1]}


def test_a_time_with_its_zone() -> None:
    assert instant("2026-09-01T12:00:00.123456789+09:00") == datetime(2026, 9, 1, 3, 0, 0, 123456, UTC)
    assert instant("2026-09-01T12:00:00Z").tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["2026-09-01T12:00:00", "soon", "", None, 5, "0001-01-01T00:00:00+09:00", "9999-12-31T23:00:00-09:00"]
)
def test_what_is_no_time(text: object) -> None:
    with pytest.raises(ValueError):
        instant(text)


@pytest.mark.parametrize("seconds", [True, 1.5, "1", None, 10**30])
def test_what_is_no_number_of_seconds(seconds: object) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError, OSError)):
        epoch(seconds)
    assert epoch(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_counts() -> None:
    assert [count(value) for value in (0, 7, -1, True, 1.0, "7", None, 10**24)] == [0, 7, *[None] * 6]
