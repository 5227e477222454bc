"""Two estates as graphs to what the second has that the first had not: things, promises, losses that stop systems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from audit.analysis.pairing import MOST, pairs
from audit.model.estate import Estate, System
from audit.model.graph import Graph
from audit.model.item import Item, Technology
from audit.model.net import net
from audit.model.policy import TARGETS
from audit.model.standbys import View
from audit.model.turns import losses_in_turn

Direction = Literal["looser", "tighter"]
_MOST_PAIRED: Final = 5_000
"""Systems of which pairs of losses are compared; of more there are too many to hold."""
_ALL: Final = 2 * MOST
"""More pairs than both views can hold: none is dropped as not among the worst."""
VIEWS: Final[tuple[View, View]] = ("optimistic", "pessimistic")


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is new or gone."""

    kind: str
    """`system`, `site`, `room`, ... in small letters."""
    ref: str
    grade: int | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise about a system that stands in both."""

    system: str
    what: Literal["grade", "rto", "rpo"]
    old: int | timedelta
    new: int | timedelta
    direction: Direction
    """`looser` where less is asked of it now."""


@dataclass(frozen=True, slots=True)
class Way:
    """One or two losses that stop a system."""

    losses: tuple[str, ...]
    system: str
    grade: int
    surely: bool
    """Whether it stops even if every failover works."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one estate to the other."""

    new: tuple[Thing, ...]
    gone: tuple[Thing, ...]
    promises: tuple[Promise, ...]
    new_singles: tuple[Way, ...]
    """Single losses that may stop a system now and could not before; of a system that is new too."""
    gone_singles: tuple[Way, ...]
    surer_singles: tuple[Way, ...]
    """Those that stopped it only if an untried failover did not work, and stop it for certain now."""
    raised_singles: tuple[Way, ...]
    """Old ones of systems that are of grade 1 now and were not."""
    new_pairs: tuple[Way, ...]
    gone_pairs: tuple[Way, ...]
    order: int
    """2 where pairs were compared, 1 where they were too many or not asked for."""

    @property
    def worse(self) -> bool:
        """Whether a system of grade 1 has a single point of failure that no system of grade 1 had."""
        return any(one.grade == 1 for one in (*self.new_singles, *self.raised_singles))


def difference(old: Graph, new: Graph, order: int = 2) -> Difference:
    """Everything that changed; of losses at most so many at once."""
    before, after = singles(old), singles(new)
    raised = {ref for ref, system in _systems(new).items() if system.grade == 1 and _was_lower(old, ref)}
    pairs_before, pairs_after, reached = _pairs(old, new, order)
    return Difference(
        new=_things(new.estate, old.estate),
        gone=_things(old.estate, new.estate),
        promises=tuple(_promises(old, new)),
        new_singles=_ways(new, after, after.keys() - before.keys()),
        gone_singles=_ways(old, before, before.keys() - after.keys()),
        surer_singles=_ways(
            new, after, (key for key in after.keys() & before.keys() if after[key] and not before[key])
        ),
        raised_singles=_ways(new, after, (key for key in after.keys() & before.keys() if key[1] in raised)),
        new_pairs=_ways(new, pairs_after, pairs_after.keys() - pairs_before.keys()),
        gone_pairs=_ways(old, pairs_before, pairs_before.keys() - pairs_after.keys()),
        order=reached,
    )


Found = Mapping[tuple[tuple[str, ...], str], bool]
"""Losses with a system that may stop by them, to whether it stops for certain."""


def singles(graph: Graph) -> Found:
    """Every loss of one thing with each system that it stops, itself not among them."""
    systems = _systems(graph)
    found: dict[tuple[tuple[str, ...], str], bool] = {}
    for view in VIEWS:
        whole = net(graph, view)
        numbers = {whole.number[ref]: ref for ref in systems}
        sure = view == "optimistic"
        named = (number for number, name in enumerate(whole.names) if name)
        for number, down in losses_in_turn(whole, named):
            losses = (whole.names[number],)
            for one in down:
                if one != number and (ref := numbers.get(one)) is not None:
                    found[losses, ref] = found.get((losses, ref), False) or sure
    return found


def _pairs(old: Graph, new: Graph, order: int) -> tuple[Found, Found, int]:
    if order < 2 or max(sum(1 for _ in graph.estate.systems()) for graph in (old, new)) > _MOST_PAIRED:
        return {}, {}, 1
    found = [_paired(graph) for graph in (old, new)]
    if found[0] is None or found[1] is None:
        return {}, {}, 1
    return found[0], found[1], 2


def _paired(graph: Graph) -> Found | None:
    """Every pair of losses with each system that it stops, and neither of the two alone; None where it is too many."""
    every = pairs(graph, top=_ALL)
    if every.left_out:
        return None
    mine: dict[tuple[tuple[str, ...], str], bool] = {}
    for row in every.worst:
        mine |= {(row.losses, ref): False for ref in row.maybe}
        mine |= {(row.losses, ref): True for ref in row.surely}
    return mine


def _ways(graph: Graph, found: Found, keys: Iterable[tuple[tuple[str, ...], str]]) -> tuple[Way, ...]:
    systems = _systems(graph)
    ways = [Way(losses, ref, systems[ref].grade, found[losses, ref]) for losses, ref in keys]
    return tuple(sorted(ways, key=lambda one: (one.grade, not one.surely, one.system, one.losses)))


def _systems(graph: Graph) -> Mapping[str, System]:
    return {system.ref: system for _, system in graph.estate.systems()}


def _was_lower(old: Graph, ref: str) -> bool:
    item = old.estate.index.get(ref)
    return isinstance(item, System) and item.grade > 1


def _things(these: Estate, others: Estate) -> tuple[Thing, ...]:
    found = [
        Thing(_kind(item), ref, item.grade if isinstance(item, System) else None)
        for ref, item in these.index.items()
        if ref not in others.index and item is not these
    ]
    feeds = {feed for site in these.sites for feed in site.power} - {
        feed for site in others.sites for feed in site.power
    }
    found += [Thing("power feed", feed) for feed in feeds]
    return tuple(sorted(found, key=lambda one: (one.kind != "system", one.kind, one.grade or 0, one.ref)))


def _feeds(estate: Estate) -> set[str]:
    return {feed for site in estate.sites for feed in site.power}


def _kind(item: Item) -> str:
    """What it is, in small letters: a technology by the list in which it is written."""
    name = (item.role() if isinstance(item, Technology) else type(item)).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def _goal(estate: Estate, system: System) -> tuple[timedelta, timedelta]:
    """The recovery time and point that hold for it: its own, those that the estate sets for its grade, the built-in."""
    own, plain = estate.policy.grades.get(str(system.grade)), TARGETS[system.grade]
    rto, rpo = (own.rto, own.rpo) if own is not None else (None, None)
    return (
        next(one for one in (system.rto, rto, plain.rto) if one is not None),
        next(one for one in (system.rpo, rpo, plain.rpo) if one is not None),
    )


def _promises(old: Graph, new: Graph) -> Iterator[Promise]:
    before, after = _systems(old), _systems(new)
    for ref in sorted(before.keys() & after.keys()):
        one, other = before[ref], after[ref]
        if one.grade != other.grade:
            yield Promise(ref, "grade", one.grade, other.grade, "looser" if other.grade > one.grade else "tighter")
        was, now = _goal(old.estate, one), _goal(new.estate, other)
        if was[0] != now[0]:
            yield Promise(ref, "rto", was[0], now[0], "looser" if now[0] > was[0] else "tighter")
        if was[1] != now[1]:
            yield Promise(ref, "rpo", was[1], now[1], "looser" if now[1] > was[1] else "tighter")
