"""A programme with who pays into it to what is left of it when one of them, or two, withdraw."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Final

from audit.model.estate import Contributor, Programme
from audit.model.graph import Graph
from audit.model.needs import Need, SumOf, members, parts

COMMITTED: Final = ("signed", "paid")
"""What counts for the pessimist: a word or a letter can be taken back."""
_MOST_PAIRED: Final = 400


@dataclass(frozen=True, slots=True)
class Payer:
    """One contributor."""

    ref: str
    amount: float
    commitment: str

    @property
    def committed(self) -> bool:
        return self.commitment in COMMITTED


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

    @property
    def leverage(self) -> float | None:
        """What is guaranteed for each unit that is promised."""
        promised = sum(payer.amount for payer in self.payers)
        return self.guarantees / promised if self.guarantees is not None and promised else None


def contributions(graph: Graph, programme: Programme, dropped: Sequence[str] = ()) -> Contributions:
    """Everything about the money of a programme; amounts are in the currency of its first contributor."""
    payers = _payers(graph, programme)
    threshold = max((need.at_least for need in _sums(programme.needs)), default=None)
    known = MappingProxyType({payer.ref: payer for payer in payers})
    sure = tuple(payer.ref for payer in payers if payer.committed)

    def standing(gone: Sequence[str]) -> Standing:
        left = [payer for payer in payers if payer.ref not in gone]
        return Standing(
            tuple(gone),
            sum(payer.amount for payer in left if payer.committed),
            sum(payer.amount for payer in left),
            _holds(graph, programme, known, set(known) - set(sure) | set(gone)),
            _holds(graph, programme, known, set(gone)),
        )

    alone = [payer.ref for payer in payers if not standing((payer.ref,)).holds_perhaps]
    others = [payer.ref for payer in payers if payer.ref not in alone][:_MOST_PAIRED]
    pairs = tuple(pair for pair in combinations(others, 2) if not standing(pair).holds_perhaps)
    return Contributions(
        payers=payers,
        threshold=threshold,
        guarantees=float(programme.guarantees.amount) if programme.guarantees is not None else None,
        currency=_currency(graph, payers),
        asked=standing(tuple(dropped)),
        pivotal=tuple(alone),
        pivotal_pairs=pairs,
    )


def _holds(graph: Graph, programme: Programme, known: Mapping[str, Payer], gone: Collection[str]) -> bool:
    return all(graph.met(need, frozenset(gone)) for need in programme.needs if any(_money(need, known)))


def _money(need: Need, known: Mapping[str, Payer]) -> Iterator[bool]:
    """Whether a need is about contributors at all."""
    yield from (True for name in members(need) if name in known)


def _payers(graph: Graph, programme: Programme) -> tuple[Payer, ...]:
    names = dict.fromkeys(name for need in _sums(programme.needs) for name in need.of)
    found = [
        Payer(name, float(item.contribution.amount), item.commitment)
        for name in names
        if isinstance(item := graph.estate.index.get(name), Contributor)
    ]
    return tuple(sorted(found, key=lambda payer: (-payer.amount, payer.ref)))


def _sums(needs: Sequence[Need]) -> Iterator[SumOf]:
    for need in needs:
        if isinstance(need, SumOf):
            if need.sum == "contribution":
                yield need
        elif not isinstance(need, str):
            yield from _sums(parts(need))


def _currency(graph: Graph, payers: Sequence[Payer]) -> str:
    first = graph.estate.index.get(payers[0].ref) if payers else None
    return first.contribution.currency if isinstance(first, Contributor) else ""
