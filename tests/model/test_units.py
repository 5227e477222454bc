"""Written quantities in, typed ones out, and back again."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model import units


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15m", 900),
        ("2h", 7200),
        ("1d12h", 129600),
        ("10y", 315576000),
        ("500ms", 0.5),
        ("1min", 60),
        ("0", 0),
        ("1 w", 604800),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert units.parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "15", "-15m", "15 minutes", "1h30", "m", "9" * 400 + "y", "1001y", "1e3h", "15m!", "nan", "12:30"]
)
def test_bad_durations(text: str) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        units.parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [("2 TB", 2 * 10**12), ("512 MiB", 512 * 2**20), ("858TB", 858 * 10**12), ("7", 7), ("1.5 kB", 1500), ("0 B", 0)],
)
def test_sizes(text: str, size: int) -> None:
    assert units.parse_size(text) == size


@pytest.mark.parametrize("text", ["", "2 tb", "-1 B", "1e999999", "1e9999999999 TB", "1e999999999999999999999 B", "TB"])
def test_bad_sizes(text: str) -> None:
    """A huge exponent is refused at once: written out it would take minutes, or overflow."""
    with pytest.raises(ValueError, match="expected a size"):
        units.parse_size(text)


def test_speeds() -> None:
    assert units.parse_speed("200 MB/s") == 200 * 10**6
    for bad in ("200 MB", "200 MB/h", "1e999999999 B/s", "/s"):
        with pytest.raises(ValueError, match="expected a"):
            units.parse_speed(bad)


def test_lengths() -> None:
    assert units.parse_length("60 cm") == pytest.approx(0.6)
    assert units.parse_length("50 km") == 50_000
    for bad in ("0.6", "-3 m", "1e999 m", "1e99999999999 m", "inf m"):
        with pytest.raises(ValueError, match="expected a length"):
            units.parse_length(bad)


def test_money() -> None:
    assert str(units.parse_money("40e9 KRW")) == "40,000,000,000 KRW"
    flow = units.parse_money_flow("40e9 KRW/d")
    assert float(flow.per_second) == pytest.approx(40e9 / 86400)
    assert str(flow) == "40e9 KRW/d"
    for bad in ("40e9", "40e9 won", "-1 KRW", "1e31 KRW", "nan KRW"):
        with pytest.raises(ValueError, match="expected an amount"):
            units.parse_money(bad)
    for bad in ("40e9 KRW", "40e9 KRW/x"):
        with pytest.raises(ValueError, match="expected money over time"):
            units.parse_money_flow(bad)


def test_flows_of_people() -> None:
    assert units.parse_rate("120000/y").per_hour == pytest.approx(120000 / 8766)
    for bad in ("120000", "-1/h", "1e999/y", "nan/y", "5 people/h", "5/x"):
        with pytest.raises(ValueError, match="expected a flow"):
            units.parse_rate(bad)


def test_only_two_words_are_flags() -> None:
    assert units.parse_flag("true") is True
    assert units.parse_flag("false") is False
    for bad in ("yes", "no", "on", "1", "True", ""):
        with pytest.raises(ValueError, match="expected true or false"):
            units.parse_flag(bad)


PARSERS = (
    units.parse_duration, units.parse_size, units.parse_speed, units.parse_length, units.parse_money,
    units.parse_money_flow, units.parse_rate, units.parse_flag,
)  # fmt: skip


def complaint(parse: Callable[[object], object], text: str) -> str | None:
    """What a parser says against a text; anything but a ValueError is a bug."""
    try:
        parse(text)
    except ValueError as broken:
        return str(broken)
    return None


@pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: parse.__name__)
@given(
    text=st.text(max_size=40)
    | st.from_regex(r"\A-?[0-9]{1,5}([.][0-9]{1,3})?([eE][+-]?[0-9]{1,22})? ?(TB|KRW|m|/y|MB/s|KRW/d)\Z")
)
def test_any_text_is_a_quantity_or_a_value_error(parse: Callable[[object], object], text: str) -> None:
    says = complaint(parse, text)
    assert says is None or "expected" in says


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(hours=5, minutes=10), "5h 10m"),
        (timedelta(minutes=15), "15m"),
        (timedelta(days=3653, hours=12, seconds=1), "10y 1d"),
        (timedelta(0), "0s"),
        (timedelta(milliseconds=310), "310ms"),
        (timedelta(seconds=1.7), "1.70s"),
        (-timedelta(hours=1), "-1h"),
        (datetime(2026, 11, 21, 20, 55, 13, tzinfo=UTC), "2026-11-21T20:55:13+00:00"),
        (date(2026, 6, 1), "2026-06-01"),
        (True, "yes"),
        (0.5, "0.5"),
        (frozenset({"b", "a"}), "a, b"),
        ((), "none"),
        (7, "7"),
    ],
)
def test_plain(value: object, text: str) -> None:
    assert units.plain(value) == text


@given(st.integers(min_value=1, max_value=31_557_600_000))
def test_a_printed_duration_is_read_again_within_its_second_unit(seconds: int) -> None:
    back = units.parse_duration(units.plain(timedelta(seconds=seconds)).replace(" ", "")).total_seconds()
    assert back <= seconds <= back * 25 / 24 + 60


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1500, "1.5 kB"),
        (999_950, "1 MB"),
        (858 * 10**12, "858 TB"),
        (10**23, "100000 EB"),
    ],
)
def test_bytes(size: int, text: str) -> None:
    assert units.bytes_text(size) == text


@given(st.integers(min_value=0, max_value=10**22))
def test_printed_bytes_are_never_far_off(size: int) -> None:
    text = units.bytes_text(size)
    assert "e" not in text.split()[0]
    assert abs(units.parse_size(text) - size) <= size * 0.006 + 1
