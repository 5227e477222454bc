"""What an analysis of an estate found, as plain values that reports draw: losses, recovery, shares, unknowns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from audit.model.message import Message

State = Literal["up", "degraded", "down", "unknown"]


@dataclass(frozen=True, slots=True)
class Span:
    """A figure of which the truth lies between two; `most` is None where nothing bounds it."""

    least: float
    most: float | None

    @property
    def exact(self) -> bool:
        return self.least == self.most


ZERO = Span(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Harm:
    """What an outage does to people and money; the three figures of people are never added."""

    exposure: Span
    """Registered users times hours."""
    waiting: Span
    """Hours that applicants wait longer, all of them together: of those under way and of those who come meanwhile."""
    missed: Span
    """People whose deadline passes meanwhile."""
    delayed: Mapping[str, Span] = field(default_factory=lambda: MappingProxyType({}))
    """Currency to money that flows too late."""
    lost: Mapping[str, Span] = field(default_factory=lambda: MappingProxyType({}))
    """Currency to money that never flows, with penalties."""
    silent: tuple[str, ...] = ()
    """The stopped systems that declare neither users nor applicants: their harm is not in any figure."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One system or programme in one scenario; hours count from the event."""

    ref: str
    grade: int
    surely: bool
    """Whether it stops in the optimistic view too."""
    falls: Span
    """When it stops, hours."""
    back: Span | None
    """When it is back, hours; None: not by itself, it waits for something that waits for it, or is lost for ever."""
    through: str = ""
    """What it waited for last, on the way of the greatest certain delay."""
    work: Message | None = None
    """The step of its own that costs most."""
    to: float = 1.0
    """The share of capacity that is left; below 1 where it goes on without something."""


@dataclass(frozen=True, slots=True)
class Task:
    """One step of a recovery on the way to everything being back; hours from the event, as far as they are known."""

    ref: str
    start: float
    end: float
    critical: bool
    """Whether a later end makes the last system later."""
    team: int = 0


@dataclass(frozen=True, slots=True)
class Recovery:
    """How an estate comes back after one scenario, in the optimistic view."""

    hit: tuple[str, ...]
    tasks: tuple[Task, ...]
    """The critical ones first, then the longest; not more than a picture can hold."""
    curve: tuple[tuple[float, float], ...]
    """(hours, share of the stopped systems that are back by then), rising."""
    never: tuple[str, ...]
    untold: tuple[str, ...]
    """What declares no time of its own: it counts as nothing here, so that the curve is the best that can be hoped."""
    floor: tuple[tuple[float, float], ...] = ()
    """The same curve for the pessimist: what nobody told never comes back."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One loss with what it costs, in applicant-hours over the outage that it causes."""

    ref: str
    says: Message | None
    exposure: Span
    waiting: Span
    systems: Span
    """How many systems stop."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Systems against hazards."""

    hazards: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[State, Span | None], ...]], ...]
    """System to its state with the hours that it is away, in the order of the hazards."""
    more: int = 0
    """How many systems are not shown."""


@dataclass(frozen=True, slots=True)
class Layered:
    """How one loss spreads: layer by layer, each node with the one that took it."""

    hit: tuple[str, ...]
    layers: tuple[tuple[tuple[str, str, bool], ...], ...]
    """(node, what took it, whether for certain)"""
    more: int = 0


@dataclass(frozen=True, slots=True)
class Shares:
    """How much leans on each member of one layer: sites, feeds, suppliers, makers, networks."""

    layer: str
    direct: tuple[tuple[str, float], ...]
    """Member to the share of all that is at stake which names it, largest first."""
    hidden: tuple[tuple[str, float], ...]
    """Member to the share that stops when it is lost, largest first."""
    direct_index: float
    """Herfindahl-Hirschman index over the normalised shares, 0..1."""
    hidden_index: float
    unplaced: float = 0.0
    """The share of which the inventory names nothing in this layer."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A programme against its threshold with everybody in, and with each one gone."""

    programme: str
    currency: str
    threshold: float | None
    bars: tuple[tuple[str, float, float], ...]
    """(who is gone, what is left of what was signed or paid, what is left of everything promised); first nobody."""
    payers: tuple[tuple[str, float, str], ...]
    """(contributor, amount, commitment)"""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that the inventory does not tell, or that nobody proved, with how much it moves the answer."""

    ref: str
    says: Message
    moves: float
    """By how many applicant-hours an hour the interval of the worst losses would shrink."""
    resolve: Message


@dataclass(frozen=True, slots=True)
class Expiry:
    """A pass that will not be one any more."""

    check: str
    ref: str
    grade: int
    on: date
    says: Message


@dataclass(frozen=True, slots=True)
class Season:
    """Days on which more people come than usual, or fewer are there to help."""

    id: str
    names: tuple[str, str]
    """English, Korean."""
    start: date
    end: date
    demand: float
    source: Literal["inventory", "calendar"]
    """`calendar`: a public holiday of several days that nobody wrote into the inventory."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """All of it, for one report."""

    at: datetime
    pareto: tuple[Bar, ...] = ()
    matrix: Matrix | None = None
    worst: Layered | None = None
    recovery: Recovery | None = None
    shares: tuple[Shares, ...] = ()
    paid: tuple[Paid, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    seasons: tuple[Season, ...] = ()
    measure: Literal["users", "applicants", "grade"] = "users"
    """In what the shares and what the unknowns move are counted: people, applicants an hour, the weight of grades."""
    beside: tuple[tuple[float, float], ...] = ()
    """(hours, share of the stopped systems that was back) of an outage that really happened, to compare with."""
