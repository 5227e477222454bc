"""A stretch of hours to the places of its marks, by equal steps or by steps of about the same ratio."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, log
from typing import Final

from reports.pictures.amounts import hours
from reports.pictures.drawing import SMALL, Label, Shape, rule
from reports.pictures.widths import width
from reports.translate import Translator

_STEPS: Final = (0.25, 0.5, 1, 2, 4, 6, 12, 24, 48, 72, 168, 336, 720, 1440, 2160, 4320, 8760)
_RATIOS: Final = (0.25, 1, 4, 12, 24, 72, 168, 336, 720, 1440, 2880, 8760, 87600)
_MARKS: Final = 7
_ROOM: Final = 6


@dataclass(frozen=True, slots=True)
class _Mark:
    """An hour that is written down, with the place of its text."""

    x: float
    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Axis:
    """Hours from `first` to `last` between the places `start` and `end`; logarithmic where `first` is above nothing."""

    first: float
    last: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where an hour stands."""
        if not isfinite(value) or value >= self.last or self.last <= self.first:
            return self.end
        if value <= self.first:
            return self.start
        if self.first > 0:
            part = log(value / self.first) / log(self.last / self.first)
        else:
            part = value / self.last
        return self.start + part * (self.end - self.start)

    @property
    def marks(self) -> Sequence[float]:
        """The hours that are written down."""
        if self.first > 0:
            return [hour for hour in _RATIOS if self.first <= hour <= self.last]
        step = next((step for step in _STEPS if self.last / step <= _MARKS), self.last / _MARKS)
        return [step * number for number in range(int(self.last / step) + 1)] if step > 0 else [0.0]

    def drawn(self, top: float, bottom: float, speak: Translator) -> Iterator[Shape]:
        """A thin line for each mark from `top` to `bottom`, its hours beneath: the last, others as there is room."""
        placed = [self._placed(hour, speak) for hour in self.marks]
        limit = placed[-1].left if placed else self.end
        taken = float("-inf")
        for number, one in enumerate(placed, 1):
            yield rule(one.x, top, one.x, bottom, "grid")
            if number == len(placed) or (one.left >= taken and one.right + _ROOM <= limit):
                yield Label(one.left, bottom + 16, one.text, "quiet", SMALL)
                taken = one.right + _ROOM

    def _placed(self, hour: float, speak: Translator) -> _Mark:
        x, text = self.at(hour), hours(hour, speak) if hour else "0"
        broad = width(text, SMALL)
        left = min(max(x - broad / 2, self.start - 8), self.end + 8 - broad)
        return _Mark(x, text, left, left + broad)
