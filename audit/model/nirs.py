"""The recovery of the national data centre in Daejeon in 2025 as points of a curve, to draw others beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Final

_SEOUL: Final = timezone(timedelta(hours=9))
BEGAN: Final = datetime(2025, 9, 26, 20, 15, tzinfo=_SEOUL)
"""Ignition in room 7-1; the fire brigade was called five minutes later."""
STOPPED: Final = 709
"""647 were announced first; the list of systems burnt with the rest, so that all were known on 9 October only."""
_BACK: Final = (
    # When, how many were back, as the ministry of the interior told the press. Where a report names a day without an
    # hour, noon stands here.
    (datetime(2025, 10, 1, 12, tzinfo=_SEOUL), 101),
    (datetime(2025, 10, 2, 12, tzinfo=_SEOUL), 112),
    (datetime(2025, 10, 12, 12, tzinfo=_SEOUL), 260),
    (datetime(2025, 10, 16, 18, tzinfo=_SEOUL), 332),
    (datetime(2025, 10, 25, 21, tzinfo=_SEOUL), 514),
    (datetime(2025, 10, 31, 7, tzinfo=_SEOUL), 629),
    (datetime(2025, 10, 31, 12, tzinfo=_SEOUL), 640),
    # All of them after 95 days.
    (datetime(2025, 12, 30, 12, tzinfo=_SEOUL), 709),
)
CURVE: Final[tuple[tuple[float, float], ...]] = (
    (0.0, 0.0),
    *(((at - BEGAN).total_seconds() / 3600, back / STOPPED) for at, back in _BACK),
)
"""(hours since the fire began, share of the systems that were back), rising."""


def area(curve: Sequence[tuple[float, float]] = CURVE, systems: int = STOPPED) -> float:
    """System-hours lost under a curve of which the points are joined by straight lines."""
    pairs = pairwise(curve)
    return systems * sum((1 - (first + last) / 2) * (end - start) for (start, first), (end, last) in pairs)


def mean(curve: Sequence[tuple[float, float]] = CURVE) -> float:
    """Hours for which a system was away, on average."""
    return area(curve, 1)
