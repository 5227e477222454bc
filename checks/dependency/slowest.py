"""A need to how long it takes at least, at most to be met again, by what was promised, with what decides it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from audit.contract import Subject
from audit.model.estate import Supplier, System
from audit.model.needs import All, AnyOf, Grace, KOf, Need, parts

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Promised:
    """When a need is met again; `most` is None where somebody in it promises nothing."""

    least: timedelta
    most: timedelta | None
    ref: str
    """Who decides the least."""
    silent: str = ""
    """Who promises nothing, on whom it may depend where both differ."""


def slowest(system: Subject[System], need: Need) -> Promised | None:
    """None for a need in which no system and no supplier stands: places and feeds promise nothing.

    A grace does not shorten it: after a loss of both it does not help.
    """
    if isinstance(need, str):
        return _one(system, need)
    if isinstance(need, Grace):
        return slowest(system, need.on)
    if isinstance(need, (All, AnyOf, KOf)):
        inner = [slowest(system, one) for one in parts(need)]
        if not any(inner):
            return None
        # A place in a choice is there at once, for all that is promised.
        known = [one if one is not None else Promised(_NOTHING, _NOTHING, "") for one in inner]
        return _nth(known, len(known) if isinstance(need, All) else 1 if isinstance(need, AnyOf) else need.k)
    known = [one for ref in need.of if (one := _one(system, ref)) is not None]
    if not known:
        return None
    for count in range(1, len(known) + 1):
        first = sorted(known, key=lambda one: one.least)[:count]
        if system.graph.total(need, frozenset(need.of) - {one.ref for one in first}) >= need.at_least:
            return _nth(known, count)
    return _nth(known, len(known))


def _one(system: Subject[System], ref: str) -> Promised | None:
    item = system.estate.index.get(ref)
    if isinstance(item, System):
        own = item.rto if item.rto is not None else system.around.policy.targets[item.grade].rto
        return Promised(own, own, ref)
    if isinstance(item, Supplier):
        if item.rto is None:
            return Promised(_NOTHING, None, ref, ref)
        return Promised(item.rto, item.rto, ref)
    return None


def _nth(known: list[Promised], count: int) -> Promised:
    """When so many of them are back."""
    if count > len(known):
        return max(known, key=lambda one: one.least)
    least = sorted(known, key=lambda one: one.least)[count - 1]
    latest = sorted(known, key=lambda one: timedelta.max if one.most is None else one.most)[count - 1]
    return Promised(least.least, latest.most, least.ref, latest.silent or least.silent)
