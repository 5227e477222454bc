"""Rows of intervals to bars with a name before and a figure behind each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, log10
from typing import Final, Literal

from audit.model.meaning import Span
from reports.pictures.drawing import NARROW, SMALL, WIDE, Box, Shape, Stroke, label, rule
from reports.pictures.widths import width as width_of

Scale = Literal["linear", "log"]
_ROW: Final = 25.0
_TALL: Final = 40.0
_THICK: Final = 13.0
_GAP: Final = 8.0
_DECADES: Final = 6.0


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: what is certain is filled, what is possible beyond that is hatched."""

    name: str
    size: Span
    told: str
    look: str = "sure"
    head: str = ""
    """A line above the row, where a new group begins."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars that share one scale; `mark` is a line across all of them, with its name."""

    rows: tuple[Row, ...]
    mark: float | None = None
    marked: str = ""
    scale: Scale = "linear"
    name: str = ""
    """What stands above all of them."""
    full: float | None = None
    """What the whole width stands for; otherwise the largest of the rows."""
    names: float = 0.3
    """The share of the width that is kept for names."""

    def drawn(self, wide: float = WIDE) -> tuple[tuple[Shape, ...], float]:
        """The shapes with the height that they take."""
        return tuple(self._shapes(wide)), self._height(wide)

    def _height(self, wide: float) -> float:
        heads = sum(bool(row.head) for row in self.rows)
        return self._top() + len(self.rows) * (_TALL if wide <= NARROW else _ROW) + heads * _ROW + 4

    def _top(self) -> float:
        return 4.0 + (20.0 if self.name else 0.0) + (18.0 if self.mark is not None else 0.0)

    def _shapes(self, wide: float) -> Iterator[Shape]:
        narrow = wide <= NARROW
        start = 0.5 if narrow else self.names * wide
        end = wide - (10.0 if narrow else min(0.3 * wide, self._told_width() + 2 * _GAP))
        y, high = self._top(), _TALL if narrow else _ROW
        if self.name:
            yield label(0, 16, self.name, wide, "strong")
        for row in self.rows:
            if row.head:
                yield label(0, y + 17, row.head, wide, "strong")
                y += _ROW
            if narrow:
                yield from self._named_above(row, y, wide)
            else:
                yield label(start - _GAP, y + 17, row.name, start - _GAP, anchor="end")
                yield label(end + _GAP + 4, y + 17, row.told, wide - end - _GAP - 4, "strong")
            yield rule(start, y + (18 if narrow else 0), start, y + high, "axis")
            yield from self._bar(row, start, end, y + (20 if narrow else 6))
            y += high
        if self.mark is not None:
            x = start + self._part(self.mark) * (end - start)
            yield from self._marks(x, wide)
            room = max(x, wide - x)
            side = x < wide / 2
            yield label(x, self._top() - 8, self.marked, room, "strong", size=SMALL, anchor="start" if side else "end")

    def _marks(self, x: float, wide: float) -> Iterator[Shape]:
        """The line; where words stand between the bars it runs across the bars alone."""
        if wide > NARROW:
            yield rule(x, self._top() - 6, x, self._height(wide), "threshold")
            return
        yield rule(x, self._top() - 6, x, self._top() + 1, "threshold")
        y = self._top()
        for row in self.rows:
            y += _ROW if row.head else 0.0
            yield rule(x, y + 18, x, y + 22 + _THICK, "threshold")
            y += _TALL

    def _named_above(self, row: Row, y: float, wide: float) -> Iterator[Shape]:
        told = label(wide, y + 15, row.told, 0.6 * wide, "strong", anchor="end")
        yield told
        yield label(0, y + 15, row.name, wide - width_of(told.text, told.size) - _GAP)

    def _told_width(self) -> float:
        return max((width_of(row.told, 12) for row in self.rows), default=0.0)

    def _bar(self, row: Row, start: float, end: float, y: float) -> Iterator[Shape]:
        least = self._part(row.size.least) * (end - start)
        open_ended = row.size.most is None or not isfinite(row.size.most)
        most = (end - start) if open_ended else self._part(row.size.most or 0.0) * (end - start)
        says = f"{row.name}: {row.told}"
        if most > least:
            yield Box(start + least, y, most - least, _THICK, "perhaps", says)
        if least > 0:
            yield Box(start, y, max(least, 1.0), _THICK, row.look, says)
        if open_ended:  # an open end: the bar runs into an arrow instead of an edge
            tip = f"{end:.1f} {y - 2:.1f}l6 {_THICK / 2 + 2:.1f}l-6 {_THICK / 2 + 2:.1f}z"
            yield Stroke(f"M{tip}", "arrow")

    @property
    def _finite(self) -> Sequence[float]:
        ends = [end for row in self.rows for end in (row.size.least, row.size.most) if end is not None]
        return [end for end in (*ends, self.mark or 0.0) if isfinite(end)]

    def _part(self, value: float) -> float:
        """Where a value stands between the start and the end, 0..1."""
        most = self.full if self.full is not None else max(self._finite, default=0.0)
        if any(row.size.most is None for row in self.rows):
            most *= 1.15
        if most <= 0 or value <= 0:
            return 0.0
        if value >= most:
            return 1.0
        return max(0.0, 1 + log10(value / most) / _DECADES) if self.scale == "log" else value / most
