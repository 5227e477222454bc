"""A cadence with the references that are looked at in it to the instants at which each of them is due."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT: Final = timedelta(microseconds=1)
FINEST: Final = 1_000
"""Phases are whole milliseconds, in microseconds: what is below is free for `shift`."""


def phase(ref: str, every: timedelta) -> int:
    """When in its cadence a reference is due, in microseconds: the same after each start, spread evenly over all."""
    steps = max(every // INSTANT // FINEST, 1)
    return int.from_bytes(sha256(ref.encode()).digest()[:8], "big") % steps * FINEST


@dataclass(frozen=True, slots=True)
class Due:
    """One look that is due."""

    at: datetime
    ref: str


@dataclass(frozen=True, slots=True)
class Row:
    """Looks at one reference, one cadence apart."""

    ref: str
    first: datetime
    last: datetime


class Wheel:
    """All references of one cadence by their phase.

    `shift` moves each instant by less than a millisecond. After the clock was put back a new shift keeps an instant
    that comes a second time apart from the first.
    """

    def __init__(self, every: timedelta, refs: Iterable[str], shift: int = 0) -> None:
        self.every = every
        self._every = max(every // INSTANT, FINEST)
        self._shift = shift % FINEST
        turned = sorted((phase(ref, every), ref) for ref in refs)
        self._phases = [step for step, _ in turned]
        self._refs = [ref for _, ref in turned]

    @property
    def refs(self) -> tuple[str, ...]:
        return tuple(self._refs)

    def due(self, after: datetime, until: datetime) -> Iterator[Due]:
        """Everything that is due later than `after` and not later than `until`, in order."""
        start, end = self._micro(after), self._micro(until)
        if not self._refs or end <= start:
            return
        turn = start // self._every
        index = bisect_right(self._phases, start - turn * self._every)
        while True:
            begins = turn * self._every + self._shift
            for place in range(index, len(self._refs)):
                at = begins + self._phases[place]
                if at > end + self._shift:
                    return
                yield Due(EPOCH + at * INSTANT, self._refs[place])
            turn, index = turn + 1, 0

    def rows(self, after: datetime, until: datetime) -> Iterator[Row]:
        """For each reference the row of what was due later than `after` and not later than `until`."""
        for ref in self._refs:
            found = self.row(ref, after, until)
            if found is not None:
                yield found

    def row(self, ref: str, after: datetime, until: datetime) -> Row | None:
        """The same for one reference; None where nothing was due."""
        step, start, end = phase(ref, self.every), self._micro(after), self._micro(until)
        first = ((start - step) // self._every + 1) * self._every + step
        last = (end - step) // self._every * self._every + step
        if first > last:
            return None
        return Row(ref, EPOCH + (first + self._shift) * INSTANT, EPOCH + (last + self._shift) * INSTANT)

    def _micro(self, at: datetime) -> int:
        """Without the shift, in microseconds."""
        return (at - EPOCH) // INSTANT - self._shift
