"""Figures of a device, seen again and again, become how often they really change."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Any, Final, Self

from pydantic import model_validator

from audit.contract import CannotSee, Reason, World, say
from audit.model.facts import Unseen
from audit.model.item import Item
from audit.model.unfit import Unexpected
from audit.model.units import Duration, plain

Figures = Mapping[str, float]
_LONGEST: Final = timedelta(minutes=2)
_SHORTEST: Final = timedelta(milliseconds=100)
_LEAST: Final = 4
"""Looks in the shortest watch."""
_STEPS: Final = 3
"""Steps after which a figure that always grows alike is taken for a counter."""
_EVEN: Final = 0.3


class Watched(Item):
    """A device whose figures may be looked at for a while, to see how often they really change.

    A gateway answers each question at once, also where it has heard nothing of the device behind it for an hour.
    """

    watch_for: Duration | None = None
    """For how long, at most 2m; where it is not written nothing is watched, and how often the figures change is not
    known."""
    each: Duration = timedelta(seconds=1)
    """How often it is asked in that time: what changes more often cannot be told from this."""

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.watch_for is not None:
            if self.each < _SHORTEST:
                raise Unexpected(say("`each:` of at least 100ms"), say("{text}", text=plain(self.each)))
            if not _LEAST * self.each <= self.watch_for <= _LONGEST:
                raise Unexpected(
                    say("`watch-for:` from four times `each:` to 2m"), say("{text}", text=plain(self.watch_for))
                )
        return self


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a watch tells."""

    watched: timedelta
    period: timedelta | None
    """The median time between two changes; None where fewer than two were seen."""
    changes: int
    moving: tuple[str, ...]
    still: tuple[str, ...]
    counters: tuple[str, ...]
    """What only counts, such as questions or seconds: it moves also where nothing is measured any more."""

    @property
    def flat(self) -> bool:
        return self.changes == 0


def estimate(samples: Sequence[tuple[float, Figures]]) -> Estimate:
    """How often the figures change, from the seconds at which they were seen. Counters do not count."""
    watched = timedelta(seconds=round(samples[-1][0] - samples[0][0], 3)) if samples else timedelta(0)
    names = sorted({name for _, figures in samples for name in figures})
    series = {name: [(at, figures[name]) for at, figures in samples if name in figures] for name in names}
    counters = tuple(name for name in names if _counts(series[name]))
    moved = {name: _changes(series[name]) for name in names if name not in counters}
    at = sorted({second for seconds in moved.values() for second in seconds})
    gaps = [later - earlier for earlier, later in pairwise(at)]
    return Estimate(
        watched,
        timedelta(seconds=round(median(gaps), 3)) if gaps else None,
        len(at),
        tuple(name for name, seconds in moved.items() if seconds),
        tuple(name for name, seconds in moved.items() if not seconds),
        counters,
    )


def _changes(seen: Sequence[tuple[float, float]]) -> list[float]:
    return [at for (_, before), (at, value) in pairwise(seen) if value != before]


def _counts(seen: Sequence[tuple[float, float]]) -> bool:
    """Whether a figure only grows, by equal steps or as the time does: a counter of questions, a clock."""
    pairs = [(value - before, at - earlier) for (earlier, before), (at, value) in pairwise(seen) if value != before]
    steps = [step for step, _ in pairs]
    if len(steps) < _STEPS or min(steps) <= 0:
        return False
    if max(steps) == min(steps):
        return True
    moved = _changes(seen)
    paces = [
        step / (later - earlier) for step, earlier, later in zip(steps[1:], moved, moved[1:], strict=False) if later
    ]
    middle = median(paces)
    return all(abs(pace - middle) <= _EVEN * middle for pace in paces)


async def watch(
    device: Watched, first: Figures, read: Callable[[], Awaitable[Figures]], world: World
) -> tuple[dict[str, Any], dict[str, Unseen]]:
    """The facts `refresh`, `watched`, `flat` of a device, with why one of them is absent."""
    if device.watch_for is None:
        gap = say("nobody watched how often its figures change: write `watch-for:`")
        return {}, {name: Unseen.of(CannotSee(Reason.INCOMPLETE, gap)) for name in ("refresh", "flat", "watched")}
    clock = world.clock.monotonic
    began = clock()
    samples: list[tuple[float, Figures]] = [(began, first)]
    try:
        for number in range(1, math.floor(device.watch_for / device.each) + 1):
            ahead = began + number * device.each.total_seconds() - clock()
            await world.pause(timedelta(seconds=max(0.0, ahead)))
            samples.append((clock(), await read()))
            if samples[-1][0] - began > device.watch_for.total_seconds() * 1.5:
                break
    except CannotSee as gap:
        # Half a watch tells nothing of the other half.
        return {}, {name: Unseen.of(gap) for name in ("refresh", "flat", "watched")}
    found = estimate(samples)
    return told(found, device.each), _why(found)


def told(found: Estimate, each: timedelta) -> dict[str, Any]:
    """An estimate as facts; what changes with every look may change more often than it was looked at."""
    if not found.moving and not found.still:
        return {"watched": found.watched}
    facts: dict[str, Any] = {"watched": found.watched, "flat": found.flat}
    # A device that has a figure of its own, such as its temperature, moves also where those behind it stand still.
    if found.period is not None:
        facts["refresh"] = max(found.period, each)
    return facts


def _why(found: Estimate) -> dict[str, Unseen]:
    if not found.moving and not found.still:
        gap = say("it shows nothing that can be watched but counters: {names}", names=", ".join(found.counters) or "-")
        return {name: Unseen.of(CannotSee(Reason.INCOMPLETE, gap)) for name in ("refresh", "flat")}
    if found.flat:
        gap = say("none of its figures changed in {time}: a flat line", time=plain(found.watched))
    elif found.period is None:
        gap = say("its figures changed once in {time}, too seldom to tell how often", time=plain(found.watched))
    else:
        return {}
    return {"refresh": Unseen.of(CannotSee(Reason.INCOMPLETE, gap))}
