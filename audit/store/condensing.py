"""A rolled up hour or day to the few bytes that are kept of it for years, back again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from audit.model.history import Span, Stretch
from audit.model.measurement import State
from audit.store.packing import instant, micros

_STATES: Final = tuple(State)
_STEP: Final = timedelta(microseconds=1)
_LONG: Final = 200
"""Bytes from which on it is worth the while to deflate them."""
_SILENT: Final = b'[""]'
"""The texts of nearly every stretch: no reason, no detail."""
_PLAIN: Final = b"1"
_DEFLATED: Final = b"2"
_MOST: Final = 64 * 2**20
"""Bytes that nothing this program wrote comes near to."""


def condensed(stretch: Stretch) -> bytes:
    """All of a stretch but its start with its length; times are kept to the microsecond."""
    texts: dict[str, int] = {}
    numbers = [round(stretch.late * 1e6), round(stretch.error * 1e6), len(stretch.spans)]
    before = micros(stretch.start)
    for span in stretch.spans:
        first, last = micros(span.first), micros(span.last)
        numbers += (
            _STATES.index(span.state),
            texts.setdefault(span.reason, len(texts)),
            texts.setdefault(span.detail, len(texts)),
            first - before,
            last - first,
            span.count,
            span.every // _STEP,
            span.good,
            span.tried,
        )
        before = last
    numbers.append(len(stretch.latencies))
    for step, count in stretch.latencies.items():
        numbers += (step, count)
    written = json.dumps(list(texts), separators=(",", ":")).encode()
    content = _varied([*numbers, len(written)]) + written
    return _PLAIN + content if len(content) < _LONG else _DEFLATED + zlib.compress(content, 6)


def stretch_from(content: bytes, start: int, length: int) -> Stretch:
    """A stretch from what is kept of it; ValueError where it is damaged."""
    kind, content = content[:1], content[1:]
    if kind == _DEFLATED:
        try:
            content = zlib.decompressobj().decompress(content, _MOST)
        except zlib.error as broken:
            raise ValueError("cannot be inflated") from broken
    elif kind != _PLAIN:
        raise ValueError("written in another form")
    numbers = _numbers(content)
    try:
        late, error, spans = numbers[:3]
        place = 3 + 9 * spans
        after = place + 1 + 2 * numbers[place]
        written = numbers[after]
    except (IndexError, ValueError) as broken:
        raise ValueError("shorter than it says") from broken
    if min(spans, numbers[place], written) < 0:
        raise ValueError("says less than nothing")
    rows = zip(*(numbers[column:place:9] for column in range(3, 12)), strict=True)
    latencies = dict(zip(numbers[place + 1 : after : 2], numbers[place + 2 : after : 2], strict=True))
    words = content[len(content) - written :]
    texts: list[str] = [""] if words == _SILENT else json.loads(words)
    made: list[Span] = []
    before = start
    for state, reason, detail, gap, lasts, count, every, good, tried in rows:
        first = before + gap
        before = first + lasts
        cadence, begins, ends = timedelta(0, 0, every), instant(first), instant(before)
        made.append(Span(_STATES[state], texts[reason], begins, ends, count, cadence, good, tried, texts[detail]))
    return Stretch(
        start=instant(start),
        length=timedelta(0, 0, length),
        spans=tuple(made),
        latencies=MappingProxyType(latencies),
        late=late / 1e6,
        error=error / 1e6,
    )


def _varied(numbers: Iterable[int]) -> bytes:
    """Seven bits a byte, the lowest first, a set eighth one where more follow; the sign is the lowest bit of all."""
    out = bytearray()
    for number in numbers:
        rest = number << 1 if number >= 0 else (-number << 1) - 1
        while rest > 0x7F:
            out.append(rest & 0x7F | 0x80)
            rest >>= 7
        out.append(rest)
    return bytes(out)


def _numbers(content: bytes) -> list[int]:
    """All that may be numbers; behind them come texts, of which each sign looks like one."""
    found: list[int] = []
    whole, place = 0, 0
    for byte in content:
        if byte < 0x80:
            whole |= byte << place
            found.append(-((whole + 1) >> 1) if whole & 1 else whole >> 1)
            whole, place = 0, 0
        else:
            whole |= (byte & 0x7F) << place
            place += 7
    return found
