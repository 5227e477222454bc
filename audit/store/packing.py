"""Measurements of one write to the bytes that the journal keeps of them, back again.

They are kept by columns, times as whole microseconds: what is alike lies side by side, so that it packs well. The same
measurements always make the same bytes, since it is these bytes that the chain of the journal hashes.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter, sub
from struct import Struct
from types import MappingProxyType
from typing import Any, Final

from audit.model.measurement import MISSED, PHASES, Measurement, State

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(microseconds=1)
_STATES: Final = tuple(State)
_NUMBERS: Final = MappingProxyType({state: number for number, state in enumerate(State)})
_HEAD: Final = Struct("<cIqI")
"""Version, how many measurements, the earliest due time, length of the texts."""
_VERSION: Final = b"1"
_ONE: Final = Struct("<q")
_FIELDS: Final = attrgetter(
    "subject", "vantage", "due", "at", "state", "reason", "detail", "latency", "phases", "error", "took", "attempts",
    "good", "tried", "until", "every",
)  # fmt: skip
(
    _SERIES, _DUE, _AT, _STATE, _REASON, _DETAIL, _ATTEMPTS, _GOOD, _TRIED, _UNTIL, _EVERY, _SHAPE, _REST, _TOOK,
    _ERROR, _PHASE,
) = range(16)  # fmt: skip
_COLUMNS: Final = _PHASE + len(PHASES)
Look = tuple[int, int, int, State, str, str, int, int, int, int | None, int, bool]
"""Series, at, lateness, state, reason, detail, good, tried, cadence, latency, error in microseconds, whether it is a
row of missed looks."""
_SIZES: Final[Mapping[str, int]] = MappingProxyType({"i": 4, "q": 8})


def micros(at: datetime) -> int:
    """An instant as whole microseconds since 1970."""
    return round(at.timestamp() * 1e6)


def instant(number: int) -> datetime:
    """Whole microseconds since 1970 as an instant."""
    return _EPOCH + timedelta(0, 0, number)


def packed(measurements: Sequence[Measurement], number_of: Mapping[tuple[str, str], int]) -> tuple[bytes, int, int]:
    """The bytes of one measurement or more with the microseconds from which and to which they speak."""
    rows = map(_FIELDS, measurements)
    (
        subjects, vantages, due_times, at_times, states, reasons, details, latencies, phases, errors, took, attempts,
        good, tried, until_times, cadences,
    ) = zip(*rows, strict=True)  # fmt: skip
    count = len(subjects)
    due = [round(time.timestamp() * 1e6) for time in due_times]
    at = [round(time.timestamp() * 1e6) for time in at_times]
    until = [-1] * count
    if any(until_times):
        until = [-1 if time is None else round(time.timestamp() * 1e6) - due[k] for k, time in enumerate(until_times)]
    first, last = _reach(due, at, reasons, until)
    base = min(due)
    texts: dict[str, int] = {}
    place = texts.setdefault
    # Not by a dictionary: to hash a time span takes longer than all the rest of its column.
    same = cadences.count(cadences[0]) == count
    every = [cadences[0] // _STEP] * count if same else [step // _STEP for step in cadences]
    times = [[round(seconds * 1e6) for seconds in row] for row in _turned(phases, count)]
    whole = list(map(sum, zip(*times, strict=True)))
    fast = [0 if seconds is None else round(seconds * 1e6) for seconds in latencies]
    columns: list[Any] = [
        [number_of[pair] for pair in zip(subjects, vantages, strict=True)],
        [time - base for time in due],
        list(map(sub, at, due)),
        list(map(_NUMBERS.__getitem__, states)),
        [place(text, len(texts)) for text in reasons],
        [place(text, len(texts)) for text in details],
        attempts,
        good,
        tried,
        until,
        every,
        [2 * len(row) + (time is not None) for row, time in zip(phases, latencies, strict=True)],
        list(map(sub, fast, whole)),
        list(map(sub, [round(seconds * 1e6) for seconds in took], fast)),
        [round(seconds * 1e6) for seconds in errors],
        *times,
    ]
    written = json.dumps(list(texts), separators=(",", ":")).encode()
    return b"".join((_HEAD.pack(_VERSION, count, base, len(written)), written, *map(_column, columns))), first, last


def _reach(due: list[int], at: list[int], reasons: Sequence[str], until: list[int]) -> tuple[int, int]:
    """From when, to when they speak: of looks that were missed, `at` is only when that was noticed."""
    if MISSED not in reasons and max(until) < 0:
        return min(at), max(at)
    began = [
        when if reason == MISSED or rest >= 0 else time
        for when, time, reason, rest in zip(due, at, reasons, until, strict=True)
    ]
    ended = [max(when, time + rest) if rest >= 0 else when for when, time, rest in zip(began, due, until, strict=True)]
    return min(began), max(ended)


def _turned(phases: Sequence[tuple[float, ...]], count: int) -> list[Sequence[float]]:
    """One column a phase; phases that were not measured are 0."""
    lengths = set(map(len, phases))
    if lengths == {len(PHASES)}:
        return list(zip(*phases, strict=True))
    if lengths == {0}:
        return [(0.0,) * count] * len(PHASES)
    if max(lengths) > len(PHASES):
        raise ValueError("a measurement with more phases than there are")
    return list(zip(*(row + (0.0,) * (len(PHASES) - len(row)) for row in phases), strict=True))


def _column(values: Sequence[int]) -> bytes:
    try:
        numbers = array("i", values)
    except OverflowError:
        numbers = array("q", values)
    if sys.byteorder == "big":
        numbers.byteswap()
    plain, size = numbers.tobytes(), numbers.itemsize
    if plain == plain[:size] * len(values):
        return b"=" + _ONE.pack(values[0])
    return numbers.typecode.encode() + b"".join([plain[place::size] for place in range(size)])


class Packed:
    """The measurements of one write, of which only what is asked for is unpacked."""

    def __init__(self, content: bytes | memoryview) -> None:
        """ValueError where these are no measurements of this program."""
        content = bytes(content)
        if len(content) < _HEAD.size:
            raise ValueError("too short")
        version, self.count, self._base, length = _HEAD.unpack_from(content)
        if version != _VERSION:
            raise ValueError("written in another form")
        self._content = content
        place = _HEAD.size + length
        self._texts = content[_HEAD.size : place]
        self._starts: list[tuple[str, int]] = []
        for _ in range(_COLUMNS):
            kind = chr(content[place])
            self._starts.append((kind, place + 1))
            place += 1 + (_ONE.size if kind == "=" else _SIZES[kind] * self.count)
        if place != len(content):
            raise ValueError("not as long as it says")

    def series(self) -> Sequence[int]:
        """The number of the series of each measurement, in their order."""
        return self._read(_SERIES)

    def ends(self) -> Iterator[tuple[int, int]]:
        """The series of each measurement with its due time; of a row of missed looks, that of the last."""
        for series, due, until in zip(self.series(), self._read(_DUE), self._read(_UNTIL), strict=True):
            yield series, self._base + due + max(until, 0)

    def looks(self) -> Iterator[Look]:
        """Every measurement as plain values, in their order."""
        texts: list[str] = json.loads(self._texts)
        read = self._read
        latencies = map(sum, zip(read(_REST), *(read(_PHASE + place) for place in range(len(PHASES))), strict=True))
        return (
            (
                series, self._base + due + late, late, _STATES[state], texts[reason], texts[detail], good, tried,
                every, latency if shape & 1 else None, error, until >= 0,
            )
            for series, due, late, state, reason, detail, good, tried, every, latency, shape, error, until in zip(
                read(_SERIES), read(_DUE), read(_AT), read(_STATE), read(_REASON), read(_DETAIL), read(_GOOD),
                read(_TRIED), read(_EVERY), latencies, read(_SHAPE), read(_ERROR), read(_UNTIL), strict=True,
            )
        )  # fmt: skip

    def measurements(
        self, name_of: Callable[[int], tuple[str, str]], wanted: Callable[[int], bool] = lambda series: True
    ) -> Iterator[tuple[int, Measurement]]:
        """The wanted ones with the number of their series, in their order."""
        series = self.series()
        places = [place for place, number in enumerate(series) if wanted(number)]
        if not places:
            return
        texts: list[str] = json.loads(self._texts)
        picked = [[column[place] for place in places] for column in map(self._read, range(_COLUMNS))]
        for number, due, at, state, reason, detail, attempts, good, tried, until, every, shape, *rest in zip(
            *picked, strict=True
        ):
            due_time = instant(self._base + due)
            phases, (other, took, error) = rest[3:], rest[:3]
            latency = sum(phases) + other
            subject, vantage = name_of(number)
            yield (
                number,
                Measurement(
                    subject=subject,
                    due=due_time,
                    at=due_time + timedelta(microseconds=at),
                    state=_STATES[state],
                    reason=texts[reason],
                    detail=texts[detail],
                    latency=latency / 1e6 if shape & 1 else None,
                    phases=tuple([time / 1e6 for time in phases[: shape >> 1]]),
                    error=error / 1e6,
                    took=(took + latency) / 1e6,
                    attempts=attempts,
                    good=good,
                    tried=tried,
                    until=None if until < 0 else due_time + timedelta(microseconds=until),
                    every=timedelta(microseconds=every),
                    vantage=vantage,
                ),
            )

    def _read(self, column: int) -> Sequence[int]:
        kind, start = self._starts[column]
        if kind == "=":
            value: int = _ONE.unpack_from(self._content, start)[0]
            return [value] * self.count
        size = _SIZES[kind]
        plain = bytearray(size * self.count)
        for place in range(size):
            plain[place::size] = self._content[start + place * self.count : start + (place + 1) * self.count]
        numbers = array("i" if kind == "i" else "q", bytes(plain))
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers
