"""Counted latencies to the times within which shares of the answers came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import ceil
from types import MappingProxyType
from typing import Final

from audit.model.history import LATENCY_STEPS, Stretch

RUNGS: Final[Mapping[str, float]] = MappingProxyType({"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "max": 1.0})


def percentile(classes: Mapping[int, int], share: float) -> float | None:
    """Seconds within which that share of the answers came: the upper bound of the class, so never too short.

    At most a tenth too long; an answer beyond the last class counts as a tenth above its bound.
    """
    total = sum(classes.values())
    if total <= 0:
        return None
    wanted = max(ceil(share * total - 1e-9), 1)
    seen = 0
    found = 0
    for number, count in sorted(classes.items()):
        seen, found = seen + count, number
        if seen >= wanted:
            break
    return LATENCY_STEPS[found] if 0 <= found < len(LATENCY_STEPS) else LATENCY_STEPS[-1] * 1.1


def together(stretches: Iterable[Stretch]) -> Mapping[int, int]:
    """The latencies of several stretches counted as one."""
    classes: Counter[int] = Counter()
    for stretch in stretches:
        classes.update(stretch.latencies)
    return MappingProxyType(dict(sorted(classes.items())))


def ladder(stretches: Iterable[Stretch]) -> Mapping[str, float]:
    """Seconds at each of RUNGS; empty where nothing good was measured."""
    classes = together(stretches)
    rungs = {name: percentile(classes, share) for name, share in RUNGS.items()}
    return MappingProxyType({name: seconds for name, seconds in rungs.items() if seconds is not None})
