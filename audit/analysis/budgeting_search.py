"""Prices with a question about each choice of things to the cheapest one that is enough, or the best for a budget."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_MOST_ASKED: Final = 20_000
"""Choices that are looked at before the answer is only nearly the best."""
_MOST_DEEP: Final = 300
"""Things of which each choice is one call deep."""
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of things by number."""

    chosen: tuple[int, ...]
    cost: float
    exact: bool
    bound: float
    """Nothing is better than this: in cost, or in what is left."""


class _Enough(Exception):
    """So many choices were looked at that the search ends."""


def cheapest(
    costs: Sequence[float], enough: Callable[[Collection[int]], bool], cover: Sequence[frozenset[int]] = (),
    most: int = _MOST_ASKED,
) -> Choice:  # fmt: skip
    """The cheapest choice that is enough, where everything together is and more is never worse.

    `cover` are sets of things of each of which one has to be chosen: they only tell how little can do.
    """
    everything = tuple(range(len(costs)))
    if enough(()):
        return Choice((), 0.0, exact=True, bound=0.0)
    forced = frozenset(one for ways in cover if len(ways) == 1 for one in ways)
    paid = sum(costs[one] for one in forced)
    if enough(forced):
        return Choice(tuple(sorted(forced)), paid, exact=True, bound=paid)
    best = first = _trimmed(costs, everything, forced, enough)
    cost = sum(costs[one] for one in best)
    order = sorted((one for one in everything if one not in forced), key=lambda one: -costs[one])
    asked = 0
    lowest = paid + _floor(costs, cover, forced, frozenset())

    def search(place: int, chosen: frozenset[int], out: frozenset[int], spent: float) -> None:
        nonlocal best, cost, asked
        asked += 1
        if asked > most:
            raise _Enough
        if spent + _floor(costs, cover, chosen, out) >= cost - _SAME:
            return
        if enough(chosen):
            best, cost = tuple(sorted(chosen)), spent
            return
        if place == len(order) or not enough(set(everything) - out):
            return
        one = order[place]
        search(place + 1, chosen, out | {one}, spent)
        search(place + 1, chosen | {one}, out, spent + costs[one])

    try:
        if len(order) > _MOST_DEEP:
            raise _Enough
        search(0, forced, frozenset(), paid)
        lowest = cost
    except _Enough:
        pass
    if best != first:
        # What costs nothing is in the way of no search, and of no use either.
        best = _trimmed(costs, best, forced, enough)
        cost = sum(costs[one] for one in best)
    return Choice(best, cost, exact=lowest >= cost - _SAME, bound=min(lowest, cost))


def _trimmed(
    costs: Sequence[float],
    everything: Sequence[int],
    forced: Collection[int],
    enough: Callable[[Collection[int]], bool],
) -> tuple[int, ...]:
    """A choice of which nothing can be left out: the dearest things are tried first."""
    chosen = set(everything)
    for one in sorted(set(everything) - set(forced), key=lambda number: (-costs[number], number)):
        if enough(chosen - {one}):
            chosen.discard(one)
    return tuple(sorted(chosen))


def _floor(
    costs: Sequence[float], cover: Sequence[frozenset[int]], chosen: frozenset[int], out: frozenset[int]
) -> float:
    """What still has to be paid at least: of sets that have nothing in common one thing each."""
    used: set[int] = set()
    total = 0.0
    for ways in sorted(cover, key=len):
        if ways & chosen or ways & used:
            continue
        left = ways - out
        if left:
            used |= ways
            total += min(costs[one] for one in left)
    return total


def best_within(
    costs: Sequence[float], budget: float, left: Callable[[Collection[int]], float], most: int = _MOST_ASKED
) -> Choice:
    """The choice within the budget that leaves least, the cheaper one of two alike; more never leaves more."""
    fitting = [one for one, cost in enumerate(costs) if cost <= budget + _SAME]
    best = tuple(_greedy(costs, budget, left, fitting))
    least, cost = left(best), sum(costs[one] for one in best)
    bound = left(fitting)
    order = sorted(fitting, key=lambda one: (left((one,)), costs[one]))
    asked = 0

    def search(place: int, chosen: tuple[int, ...], spent: float) -> None:
        nonlocal best, least, cost, asked
        asked += 1
        if asked > most:
            raise _Enough
        now = left(chosen)
        if (now, spent) < (least - _SAME, cost) or (abs(now - least) <= _SAME and spent < cost - _SAME):
            best, least, cost = chosen, now, spent
        rest = [one for one in order[place:] if spent + costs[one] <= budget + _SAME]
        # All that still fits by itself, the budget forgotten: nothing below here can be better.
        floor = left((*chosen, *rest)) if rest else now
        if not rest or floor > least + _SAME or (abs(floor - least) <= _SAME and spent >= cost - _SAME):
            return
        for one in rest:
            search(order.index(one) + 1, (*chosen, one), spent + costs[one])

    try:
        if len(order) > _MOST_DEEP:
            raise _Enough
        search(0, (), 0.0)
        exact = True
    except _Enough:
        exact = bound >= least - _SAME
    best = _trimmed(costs, best, (), lambda chosen: left(chosen) <= least)
    return Choice(best, sum(costs[one] for one in best), exact=exact, bound=least if exact else bound)


def _greedy(
    costs: Sequence[float], budget: float, left: Callable[[Collection[int]], float], fitting: Sequence[int]
) -> Iterator[int]:
    """One after the other what ends most for its price."""
    chosen: list[int] = []
    spent, now = 0.0, left(())
    while True:
        gains = [
            ((now - left((*chosen, one))) / max(costs[one], _SAME), one)
            for one in fitting
            if one not in chosen and spent + costs[one] <= budget + _SAME
        ]
        gain, one = max(gains, default=(0.0, -1), key=lambda pair: (pair[0], -pair[1]))
        if gain <= 0:
            return
        chosen.append(one)
        spent += costs[one]
        now = left(chosen)
        yield one
