"""Measurements of every kind in, the same out of their bytes; hours counted fast against hours rolled up slowly."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from audit.analysis.spans import rolled
from audit.model.measurement import MISSED, Measurement, State
from audit.store.condensing import condensed, stretch_from
from audit.store.journal import framed
from audit.store.packing import Packed, micros, packed
from audit.store.rolling import made
from tests.store.contract import HOSTILE
from tests.store.watched import HOUR, NOW, measured

MICRO = timedelta(microseconds=1)
times = some.integers(0, 9_000_000).map(lambda number: number / 1e6)
steps = some.integers(-(10**7), 3 * 3600 * 10**6).map(lambda number: number * MICRO)
measurements = some.builds(
    Measurement,
    subject=some.sampled_from(["a/b", "c/d", "e"]),
    due=steps.map(lambda step: NOW - HOUR + step),
    at=steps.map(lambda step: NOW - HOUR + step),
    state=some.sampled_from(State),
    reason=some.sampled_from(["", "refused", MISSED, HOSTILE]),
    detail=some.sampled_from(["", HOSTILE]),
    latency=some.none() | times,
    phases=some.lists(times, max_size=6).map(tuple),
    error=times,
    took=times,
    attempts=some.integers(1, 2**40),
    good=some.integers(0, 3),
    tried=some.integers(0, 3),
    until=some.none() | steps.filter(lambda step: step > timedelta(0)),
    every=some.sampled_from([timedelta(seconds=30), timedelta(minutes=20), timedelta(days=400)]),
    vantage=some.sampled_from(["here", "there"]),
)
rows = some.lists(measurements, min_size=1, max_size=12)


def settled(looks: list[Measurement]) -> list[Measurement]:
    """`until` was drawn as a distance from `due`."""
    fields = Measurement.__slots__
    values = [{name: getattr(one, name) for name in fields} for one in looks]
    return [Measurement(**{**one, "until": one["until"] and one["due"] + one["until"]}) for one in values]


def stored(looks: list[Measurement]) -> tuple[bytes, list[tuple[str, str]], int, int]:
    names = sorted({(one.subject, one.vantage) for one in looks})
    payload, first, last = packed(looks, {name: number for number, name in enumerate(names)})
    return payload, names, first, last


@given(rows)
@settings(deadline=None)
def test_what_goes_in_comes_out(drawn: list[Measurement]) -> None:
    looks = settled(drawn)
    payload, names, first, last = stored(looks)
    assert [one for _, one in Packed(payload).measurements(names.__getitem__)] == looks
    assert stored(looks)[0] == payload
    began = [one.due if one.reason == MISSED or one.until is not None else one.at for one in looks]
    assert first == micros(min(began))
    assert last == max(micros(max(one.until or start, start)) for one, start in zip(looks, began, strict=True))
    ends = [(names.index((one.subject, one.vantage)), micros(one.until or one.due)) for one in looks]
    assert list(Packed(payload).ends()) == ends


@given(some.lists(rows, min_size=1, max_size=3))
@settings(deadline=None)
def test_to_count_fast_makes_what_to_roll_up_makes(drawn: list[list[Measurement]]) -> None:
    compare([settled(one) for one in drawn])


@given(some.lists(some.tuples(some.integers(1, 150), some.sampled_from(list(State)), some.integers(0, 2)), max_size=99))
@settings(deadline=None)
def test_so_does_it_of_looks_in_order(drawn: list[tuple[int, State, int]]) -> None:
    at, looks = NOW, [measured()]
    for seconds, state, good in drawn:
        at += timedelta(seconds=seconds)
        due = at - 3 * MICRO
        looks.append(
            Measurement("a/b", due, at, state, "", latency=seconds / 1e3, good=good, tried=2, error=good / 1e3)
        )
    compare([looks])


def compare(notes: list[list[Measurement]]) -> None:
    looks = [one for note in notes for one in note]
    names = sorted({(one.subject, one.vantage) for one in looks})
    numbers = {name: number for number, name in enumerate(names)}
    content = [framed([packed(note, numbers)[0]], level=1) for note in notes]
    by_series: dict[int, list[Measurement]] = defaultdict(list)
    for one in looks:
        by_series[numbers[one.subject, one.vantage]].append(one)
    for hour in range(-1, 3):
        start = NOW + hour * HOUR
        slow = {number: rolled(some, start, HOUR) for number, some in by_series.items()}
        slow = {number: stretch for number, stretch in slow.items() if stretch.spans}
        bucket = (micros(start), HOUR // MICRO)
        assert dict(made(content, bucket, names.__getitem__)) == slow
        for number in by_series:
            assert dict(made(content, bucket, names.__getitem__, only=number)).get(number) == slow.get(number)
        for stretch in slow.values():
            assert stretch_from(condensed(stretch), *bucket) == stretch


@pytest.mark.parametrize("content", [b"", b"1", b"2" * 99, b"1" + b"\xff" * 50])
def test_what_is_damaged_is_said(content: bytes) -> None:
    with pytest.raises((ValueError, LookupError)):
        Packed(content)
    with pytest.raises((ValueError, LookupError)):
        stretch_from(content[:-1], 0, 1)


def test_cut_or_changed_anywhere_it_never_hangs() -> None:
    payload = stored([measured(number, detail=HOSTILE) for number in range(5)])[0]
    for place in range(len(payload)):
        for broken in (payload[:place], payload[:place] + bytes([payload[place] ^ 0x55]) + payload[place + 1 :]):
            try:
                list(Packed(broken).measurements(lambda series: ("a", "b")))
            except (ValueError, LookupError, OverflowError):
                continue
