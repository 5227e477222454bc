"""What the watch knows of the past of one subject: stretches of one state, hours, availability, outages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, floor
from types import MappingProxyType
from typing import Final

from audit.model.measurement import State


@dataclass(frozen=True, slots=True)
class Span:
    """Measurements of one state and reason, one after the other without a gap; what lies between two spans is not
    known to be either."""

    state: State
    reason: str
    first: datetime
    """When the first of the measurements began."""
    last: datetime
    """When the last of them began; of looks that were missed, when the last was due."""
    count: int
    every: timedelta
    """The cadence then, an hour where it was slower: a measurement speaks for the time until the next, at most for
    twice that."""
    good: int = 0
    tried: int = 0
    """Addresses of the worst measurement in it: with the fewest good ones."""
    detail: str = ""
    """Of the first measurement."""


LATENCY_STEPS: Final = tuple(0.001 * 1.1**step for step in range(130))
"""Upper bounds in seconds of the classes in which latencies are counted: 1 ms to 220 s, each a tenth above the last."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One hour or day of one subject, rolled up."""

    start: datetime
    """A whole hour or day in UTC."""
    length: timedelta
    spans: tuple[Span, ...]
    """In order; the first and last are cut at measurements inside the stretch, not at its ends."""
    latencies: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    """How many latencies fell into each class of LATENCY_STEPS; the class beyond the last holds the longer ones."""
    late: float = 0.0
    """The greatest lateness, seconds."""
    error: float = 0.0
    """The greatest measured timing error, seconds."""


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window as the log proves it: it counts where it was declared before it began."""

    id: str
    on: str
    start: datetime
    end: datetime
    declared: datetime
    withdrawn: datetime | None = None


@dataclass(frozen=True, slots=True)
class Availability:
    """Time-weighted availability of one subject over a period, as an interval.

    `period = measured + unknown + maintenance`. What lies between a good and a bad measurement is measured, but may be
    either: the least counts all of it as down, the most as up. So with answers at some addresses alone.
    """

    subject: str
    start: datetime
    end: datetime
    up: timedelta
    """Surely up, `degraded` included."""
    down: timedelta
    """Surely down."""
    between: timedelta
    """Up or down: between measurements that differ, or `partial` where the inventory does not say how it counts."""
    partial: timedelta
    """How much of the measured time was partial, however it counts."""
    degraded: timedelta
    """How much of `up` answered only when looked at again."""
    unknown: timedelta
    maintenance: timedelta
    reasons: Mapping[str, timedelta] = field(default_factory=lambda: MappingProxyType({}))
    """The unknown time by reason; `unwatched` for what has no measurement at all."""

    @property
    def measured(self) -> timedelta:
        return self.up + self.down + self.between

    @property
    def least(self) -> float | None:
        """The share of the measured time that was surely up, 0..1; None where nothing was measured."""
        return self.up / self.measured if self.measured else None

    @property
    def most(self) -> float | None:
        """The share of the measured time that may have been up, 0..1."""
        return (self.up + self.between) / self.measured if self.measured else None

    @property
    def coverage(self) -> float:
        """The share of the period that was measured, maintenance left out of the period."""
        whole = self.end - self.start - self.maintenance
        return self.measured / whole if whole > timedelta(0) else 0.0


def meets(least: float, most: float, coverage: float, target: float, enough: float) -> bool | None:
    """Whether a target is surely met, surely missed, or (None) neither; all are shares of 0..1.

    It is missed for sure as well where what was measured alone is more time down than the whole period allows.
    """
    if (1 - most) * coverage > 1 - target + 1e-12 or (most < target and coverage >= enough):
        return False
    return True if least >= target and coverage >= enough else None


def interval(least: float, most: float) -> str:
    """`99.93..99.97 %`, rounded away from each other: never narrower than what was measured."""
    low, high = floor(round(least * 1e5, 6)) / 1e3, ceil(round(most * 1e5, 6)) / 1e3
    return f"{low:g} %" if low == high else f"{low:g}..{high:g} %"


@dataclass(frozen=True, slots=True)
class Outage:
    """A row of bad measurements of one subject; its start and end lie in brackets."""

    subject: str
    state: State
    """`down`, or `partial` where it never was down altogether."""
    reason: str
    detail: str
    last_good: datetime | None
    """It began after this, None where nothing good was measured before."""
    first_bad: datetime
    last_bad: datetime
    first_good: datetime | None
    """It ended before this, None while it lasts or where nobody looked on."""
    ended: bool
    """Whether something good was measured after it."""
    known_until: datetime
    """Up to where it is known to have lasted at most: `first_good`, else where measuring ended or this very moment."""
    applicant_hours: tuple[float, float] | None = None
    """Least and most exposure: applicants an hour times hours; None where the system declares no applicants."""
    unknown: timedelta = timedelta(0)
    """Time between its bad measurements for which nobody can tell whether it lasted, or that was maintenance."""

    @property
    def shortest(self) -> timedelta:
        return self.last_bad - self.first_bad - self.unknown

    @property
    def longest(self) -> timedelta:
        return self.known_until - (self.last_good or self.first_bad)


@dataclass(frozen=True, slots=True)
class Strip:
    """The past of one watched endpoint as a report shows it."""

    subject: str
    days: tuple[Availability, ...]
    """One for each of the last 90 days of the estate's calendar, oldest first, the running day last."""
    month: Availability
    """The last 30 days."""
    target: float
    """The availability that its grade demands over 30 days, 0..1; 0 where it demands none."""
    ladder: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Seconds at `p50`, `p90`, `p95`, `p99` and `max` over the last 30 days; empty where nothing good was measured."""
    outages: tuple[Outage, ...] = ()
    """Of the last 90 days, newest first."""
    enough: float = 0.9
    """The share of the 30 days that has to be measured to tell whether the target is met."""
