"""A programme with who pays into it to what is left of it when one of them, or two, withdraw."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Final

from audit.analysis.contributions_power import power
from audit.model.estate import Programme
from audit.model.graph import Graph
from audit.model.meaning import Paid
from audit.model.paying import COMMITTED as COMMITTED
from audit.model.paying import Funding, Reached
from audit.model.paying import Payer as Payer
from audit.model.paying_ways import Ways, ways_of

_MOST_PAIRED: Final = 400
_MOST_TRIED: Final = 200_000
_MOST_SETS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """A programme with some of its contributors gone."""

    dropped: tuple[str, ...]
    least: float
    """What is left of what was signed or paid."""
    most: float
    """What is left of everything that was promised."""
    holds_surely: bool
    holds_perhaps: bool
    guaranteed_least: float | None = None
    """What is guaranteed by what is left of what was signed or paid; None where no leverage is known."""
    guaranteed_most: float | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """When a programme can begin with some of its contributors gone."""

    planned: date | None
    surely: Reached
    """By what is signed or paid and has a day."""
    perhaps: Reached
    """By everything that is promised, those without a day counted as there."""


@dataclass(frozen=True, slots=True)
class Breaking:
    """The smallest sets of contributors without whom a programme falls, all other promises kept."""

    sets: tuple[tuple[str, ...], ...]
    exact: bool = True
    """Whether no smaller set would do; else these are only known to be enough."""
    complete: bool = True
    """Whether these are all sets of that size."""


@dataclass(frozen=True, slots=True)
class Contributions:
    """What a programme rests on."""

    payers: tuple[Payer, ...]
    """The largest first."""
    threshold: float | None
    """The sum that is needed; None where the inventory names none."""
    guarantees: float | None
    currency: str
    asked: Standing
    """With those dropped that were asked about, if any."""
    pivotal: tuple[str, ...]
    """Those without whom alone it does not hold, all promises kept."""
    pivotal_pairs: tuple[tuple[str, str], ...]
    """Two of whom neither is pivotal, without both of whom it does not hold."""
    currencies: tuple[str, ...] = ()
    minimum: float | None = None
    required: float | None = None
    """The money without which it does not hold: the threshold, or what the promised minimum takes."""
    alone: tuple[Standing, ...] = ()
    """With each one gone, the largest first."""
    two: Standing | None = None
    """With the two gone whose loss leaves the least."""
    breaking: Breaking = Breaking(())
    power: tuple[tuple[str, float], ...] | None = ()
    """Each contributor to its share of the votes that decide (Banzhaf); None where there are too many to count."""
    launch: Launch | None = None
    ways: tuple[Ways, ...] = ()

    @property
    def leverage(self) -> float | None:
        """What is guaranteed for each unit that is promised."""
        promised = sum(payer.amount for payer in self.payers)
        return self.guarantees / promised if self.guarantees is not None and promised else None

    @property
    def mixed(self) -> bool:
        """Whether the amounts are in several currencies, so that nothing here can be added."""
        return len(self.currencies) > 1

    @property
    def headroom(self) -> tuple[float, float] | None:
        """By how much more is left than is required, of what is committed, of what is promised; below 0: it lacks."""
        return (self.asked.least - self.required, self.asked.most - self.required) if self.required else None


def contributions(graph: Graph, programme: Programme, dropped: Sequence[str] = ()) -> Contributions:
    """Everything about the money of a programme; amounts are in the currency of its first contributor."""
    funding = Funding(graph, programme)
    alone = tuple(standing(funding, (payer.ref,)) for payer in funding.payers)
    pivotal = tuple(one.dropped[0] for one in alone if not one.holds_perhaps)
    others = [payer.ref for payer in funding.payers if payer.ref not in pivotal][:_MOST_PAIRED]
    two = tuple(payer.ref for payer in funding.payers[:2])
    return Contributions(
        payers=funding.payers,
        threshold=funding.threshold,
        guarantees=funding.guarantees,
        currency=funding.currencies[0] if funding.currencies else "",
        asked=standing(funding, tuple(dropped)),
        pivotal=pivotal,
        pivotal_pairs=tuple(pair for pair in combinations(others, 2) if not _spares(funding, pair)),
        currencies=funding.currencies,
        minimum=funding.minimum,
        required=funding.required,
        alone=alone,
        two=standing(funding, two) if len(two) == 2 else None,
        breaking=breaking(funding),
        power=power(funding),
        launch=_launch(funding, dropped) if funding.payers else None,
        ways=ways_of(graph, programme),
    )


def standing(funding: Funding, gone: Sequence[str]) -> Standing:
    """What is left of a programme without some of its contributors."""
    return Standing(
        tuple(gone),
        funding.left(gone, committed=True),
        funding.left(gone),
        funding.holds(funding.uncommitted() | set(gone)),
        funding.holds(gone),
        funding.guaranteed(gone, committed=True),
        funding.guaranteed(gone),
    )


def _spares(funding: Funding, gone: Collection[str]) -> bool:
    """Whether it holds without these; by the sum alone where nothing but sums is asked, as pairs are many."""
    if funding.plain and len(funding.sums) == 1 and funding.required is not None and _one_sum(funding):
        taken = sum(funding.by_ref[ref].amount for ref in gone)
        return funding.promised - taken >= funding.required * (1 - 1e-12)
    return funding.holds(gone)


def _one_sum(funding: Funding) -> bool:
    return len(set(funding.sums[0].of)) == len(funding.sums[0].of) == len(funding.payers)


def _launch(funding: Funding, gone: Sequence[str]) -> Launch:
    return Launch(funding.programme.launch, funding.reached(gone, committed=True), funding.reached(gone))


def breaking(funding: Funding) -> Breaking:
    """The smallest sets without which it falls; none where it has fallen already or where nothing is asked of it."""
    names = [payer.ref for payer in funding.payers]
    if not names or not funding.holds() or funding.holds(names):
        return Breaking(())
    tried = 0
    for size in range(1, len(names) + 1):
        found: list[tuple[str, ...]] = []
        for some in combinations(names, size):
            tried += 1
            if tried > _MOST_TRIED or len(found) >= _MOST_SETS:
                break
            if not _spares(funding, some):
                found.append(some)
        if found:
            return Breaking(tuple(found), complete=tried <= _MOST_TRIED and len(found) < _MOST_SETS)
        if tried > _MOST_TRIED:
            break
    chosen = tuple(_greedy(funding, names))
    return Breaking((chosen,), exact=funding.plain and len(funding.sums) == 1, complete=False)


def _greedy(funding: Funding, names: Sequence[str]) -> Iterator[str]:
    """The largest one after the other until it falls: of one sum no fewer would do."""
    gone: list[str] = []
    for name in names:
        gone.append(name)
        yield name
        if not _spares(funding, gone):
            return


def paid(graph: Graph) -> tuple[Paid, ...]:
    """Each programme to which somebody contributes against its threshold, for a picture."""
    found: list[Paid] = []
    for programme in graph.estate.programmes:
        funding = Funding(graph, programme)
        if not funding.payers or len(funding.currencies) > 1:
            continue
        gone = ((), *((payer.ref,) for payer in funding.payers))
        bars = tuple((one[0] if one else "", funding.left(one, committed=True), funding.left(one)) for one in gone)
        payers = tuple((payer.ref, payer.amount, payer.commitment) for payer in funding.payers)
        found.append(Paid(programme.ref, funding.currencies[0], funding.required, bars, payers))
    return tuple(found)
