"""A programme with its contributors to how much of the say over its life each of them has."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import ceil
from typing import Final

from audit.model.paying import Funding

_MOST_ANYHOW: Final = 12
"""Contributors whose every set is tried where more is asked than one sum."""
_MOST_SUMS: Final = 200_000


def power(funding: Funding) -> tuple[tuple[str, float], ...] | None:
    """Each contributor to its share of the sets of others that it alone makes enough: the normalised Banzhaf index.

    All promises count. None where there are too many to count exactly; empty where nobody decides anything.
    """
    if not funding.payers:
        return ()
    swings = _of_one_sum(funding) if funding.plain and len(funding.sums) <= 1 else None
    if swings is None and len(funding.payers) <= _MOST_ANYHOW:
        swings = _anyhow(funding)
    if swings is None:
        return None
    total = sum(swings.values())
    shares = [(payer.ref, swings[payer.ref] / total) for payer in funding.payers] if total else []
    return tuple(sorted(shares, key=lambda one: (-one[1], one[0])))


def _of_one_sum(funding: Funding) -> Mapping[str, int] | None:
    """By counting how many sets have each sum; a contributor is then taken out of these counts again."""
    if funding.required is None or (funding.sums and set(funding.sums[0].of) != set(funding.by_ref)):
        return None
    weights = {payer.ref: round(payer.amount) for payer in funding.payers}
    needed = ceil(round(funding.required * (1 - 1e-12), 3))
    counts = {0: 1}
    for weight in weights.values():
        more = dict(counts)
        for reached, ways in counts.items():
            more[reached + weight] = more.get(reached + weight, 0) + ways
        counts = more
        if len(counts) > _MOST_SUMS:
            return None
    found: dict[int, int] = {}
    for weight in set(weights.values()):
        found[weight] = _swings(counts, weight, needed)
    return {ref: found[weight] for ref, weight in weights.items()}


def _swings(counts: Mapping[int, int], weight: int, needed: int) -> int:
    """How many sets without one of this weight miss what is needed by no more than that weight."""
    if not weight:
        return 0
    without: dict[int, int] = {}
    for reached in sorted(counts):
        without[reached] = counts[reached] - without.get(reached - weight, 0)
    return sum(ways for reached, ways in without.items() if needed - weight <= reached < needed)


def _anyhow(funding: Funding) -> Mapping[str, int]:
    names = [payer.ref for payer in funding.payers]
    swings = dict.fromkeys(names, 0)
    for size in range(len(names) + 1):
        for there in combinations(names, size):
            gone = frozenset(names) - set(there)
            if not funding.holds(gone):
                continue
            for name in there:
                swings[name] += not funding.holds(gone | {name})
    return swings
