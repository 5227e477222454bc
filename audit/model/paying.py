"""A programme with those who pay into it to what it guarantees when some of them are gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Final

from audit.model.estate import Contributor, Estate, Programme
from audit.model.graph import Graph
from audit.model.needs import Need, SumOf, members, parts

COMMITTED: Final = ("signed", "paid")
"""What counts for the pessimist: a word or a letter can be taken back."""
ROUNDING: Final = 1e-9
"""The share of an amount by which a sum may miss it."""


@dataclass(frozen=True, slots=True)
class Payer:
    """One contributor."""

    ref: str
    amount: float
    commitment: str
    expected: date | None = None
    """When the money is there, as planned."""

    @property
    def committed(self) -> bool:
        return self.commitment in COMMITTED


@dataclass(frozen=True, slots=True)
class Reached:
    """The first day on which a programme has the money that it needs; None: it never has, as far as is known."""

    day: date | None
    already: bool = False
    """What was paid is enough, or what is there has no date because nothing more has to come."""
    untold: tuple[str, ...] = ()
    """Those who have not paid and say no day; the optimist counts them as there, the pessimist as never."""

    def slip(self, launch: date) -> int | None:
        """How many days after the launch that is, 0 where it is in time; None where that day never comes."""
        if self.already:
            return 0
        return max(0, (self.day - launch).days) if self.day is not None else None


@dataclass(frozen=True)
class Funding:
    """The money of one programme, in the currency of its contributors."""

    graph: Graph
    programme: Programme

    @cached_property
    def payers(self) -> tuple[Payer, ...]:
        """Everybody whom a need of the programme names, the largest first."""
        names = dict.fromkeys(name for need in self.programme.needs for name in members(need))
        found = [
            Payer(name, float(item.contribution.amount), item.commitment, item.expected)
            for name in names
            if isinstance(item := self.graph.estate.index.get(name), Contributor)
        ]
        return tuple(sorted(found, key=lambda payer: (-payer.amount, payer.ref)))

    @cached_property
    def by_ref(self) -> Mapping[str, Payer]:
        return MappingProxyType({payer.ref: payer for payer in self.payers})

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """Of all amounts; with more than one of them nothing can be added or compared."""
        found = [_contribution(self.graph.estate, payer.ref).contribution.currency for payer in self.payers]
        promised = (self.programme.guarantees, self.programme.minimum)
        return tuple(dict.fromkeys((*found, *(one.currency for one in promised if one is not None))))

    @cached_property
    def sums(self) -> tuple[SumOf, ...]:
        """The sums of contributions that must be reached, at any depth."""
        return tuple(found for need in self.programme.needs for found in _sums(need))

    @cached_property
    def plain(self) -> bool:
        """Whether all that is asked of the money is sums, so that more money is always as good as any other."""
        asked = [need for need in self.programme.needs if any(name in self.by_ref for name in members(need))]
        return all(isinstance(need, SumOf) for need in asked)

    @cached_property
    def promised(self) -> float:
        return sum(payer.amount for payer in self.payers)

    @cached_property
    def threshold(self) -> float | None:
        """The largest sum that must be reached; None where the inventory names none."""
        return max((need.at_least for need in self.sums), default=None)

    @cached_property
    def guarantees(self) -> float | None:
        return float(self.programme.guarantees.amount) if self.programme.guarantees is not None else None

    @cached_property
    def minimum(self) -> float | None:
        return float(self.programme.minimum.amount) if self.programme.minimum is not None else None

    @cached_property
    def leverage(self) -> float | None:
        """What is guaranteed for each unit that is promised."""
        return self.guarantees / self.promised if self.guarantees is not None and self.promised else None

    @cached_property
    def required(self) -> float | None:
        """The money without which it does not hold: the threshold, or what the promised minimum takes."""
        wanted = [one for one in (self.threshold, self._behind_minimum) if one is not None]
        return max(wanted, default=None)

    @property
    def _behind_minimum(self) -> float | None:
        return self.minimum / self.leverage if self.minimum is not None and self.leverage else None

    def left(self, gone: Collection[str] = (), *, committed: bool = False) -> float:
        """The money that is left without some; of what was signed or paid alone, if so asked."""
        return sum(one.amount for one in self.payers if one.ref not in gone and (one.committed or not committed))

    def guaranteed(self, gone: Collection[str] = (), *, committed: bool = False) -> float | None:
        """What is guaranteed by the money that is left; None where the inventory does not say what all of it does."""
        return self.leverage * self.left(gone, committed=committed) if self.leverage is not None else None

    def uncommitted(self) -> frozenset[str]:
        """Those who gave a word or a letter."""
        return frozenset(payer.ref for payer in self.payers if not payer.committed)

    def holds(self, gone: Collection[str] = ()) -> bool:
        """Whether all needs for money are met and the promised minimum is guaranteed, with everybody else paying."""
        down = frozenset(gone)
        if self.minimum is not None and self.leverage is not None:
            guaranteed = self.leverage * self.left(down)
            if guaranteed < self.minimum * (1 - ROUNDING):
                return False
        return all(
            self.graph.met(need, down)
            for need in self.programme.needs
            if any(name in self.by_ref for name in members(need))
        )

    def reached(self, gone: Collection[str] = (), *, committed: bool = False) -> Reached:
        """When the money is there: of what is committed by the days that are written, or of all that is promised."""
        coming = [one for one in self.payers if one.ref not in gone and (one.committed or not committed)]
        untold = tuple(one.ref for one in coming if one.commitment != "paid" and one.expected is None)
        there = {one.ref for one in coming if one.commitment == "paid" or (one.expected is None and not committed)}
        if self.holds(self._without(there)):
            return Reached(None, already=True, untold=untold)
        for day in sorted({one.expected for one in coming if one.expected is not None and one.ref not in there}):
            there |= {one.ref for one in coming if one.expected is not None and one.expected <= day}
            if self.holds(self._without(there)):
                return Reached(day, untold=untold)
        return Reached(None, untold=untold)

    def _without(self, there: Collection[str]) -> frozenset[str]:
        return frozenset(payer.ref for payer in self.payers if payer.ref not in there)


def top_share(payers: Sequence[Payer]) -> tuple[float, str, float]:
    """The share of the largest with its name, and the concentration index; of people who pay something at all."""
    total = sum(payer.amount for payer in payers)
    shares = [(payer.amount / total, payer.ref) for payer in payers if total]
    if not shares:
        return 0.0, "", 0.0
    top, largest = min(shares, key=lambda one: (-one[0], one[1]))
    return top, largest, sum(share * share for share, _ in shares)


def largest(payers: Iterable[Payer], count: int) -> tuple[str, ...]:
    """The names of the largest ones."""
    return tuple(payer.ref for payer in sorted(payers, key=lambda one: (-one.amount, one.ref))[:count])


def _contribution(estate: Estate, ref: str) -> Contributor:
    item = estate.index[ref]
    if not isinstance(item, Contributor):
        raise LookupError(f"{ref} is no contributor")
    return item


def _sums(need: Need) -> Iterator[SumOf]:
    if isinstance(need, SumOf):
        if need.sum == "contribution":
            yield need
    elif not isinstance(need, str):
        for one in parts(need):
            yield from _sums(one)
