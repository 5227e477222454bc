"""The needs of nodes to the same nodes with numbers, and from there to everything that falls with some of them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import Final, TypeVar

from audit.model.needs import All, AnyOf, Cooled, Grace, KOf, Need, SumOf, parts

T = TypeVar("T")
ROUNDING: Final = 1e-12
"""The share of itself by which a sum may miss a threshold: 0.3 is reached by 0.1 and 0.2 in any order."""


@dataclass(frozen=True, slots=True)
class Net:
    """Nodes by number. A node falls when it is hit, when something in `hard` of what fell names it, when a group falls.

    A need for one thing is hard. Any other need is a group of its own: it falls as soon as the weight of its fallen
    members exceeds what it can spare (any of n: n-1 of weight 1; k of n: n-k; a sum: total less threshold). A group
    inside a group is a node with the name "", and so is a need with a grace. A need that is unmet while everything is
    up is left out: see `unmet`; so is a member of a group that is.
    """

    names: tuple[str, ...]
    number: Mapping[str, int]
    """Several names may mean one node: those of one supplier, a compartment of one room and that room."""
    hard: Sequence[Sequence[int]]
    """Node to the nodes that fall with it."""
    soft: Sequence[Sequence[tuple[int, float]]]
    """Node to the groups in which it counts, with its weight there."""
    owner: Sequence[int]
    """Group to the node that falls with it."""
    spare: Sequence[float]
    """Group to the weight that it can lose and still stand."""
    unmet: tuple[str, ...] = ()
    """The nodes that have a need which nothing could meet even with everything up."""
    delay: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    """Nodes without a name that fall so many hours after what they need: a grace."""
    cooled: frozenset[int] = frozenset()
    """Those among them which say that a room needs cooling: what starts does not wait for that."""

    def named(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """The names of those nodes that have one."""
        return tuple(name for number in numbers if (name := self.names[number]))


class Weaver:
    """Collects nodes with their needs, then gives the net of them."""

    def __init__(self, amount: Callable[[str, str], float], same: Mapping[str, str] | None = None) -> None:
        self._amount = amount
        self._same = same or {}
        self._names: list[str] = []
        self._number: dict[str, int] = {}
        # What falls with what, edge by edge: a list for each node would take half a gigabyte for a million of them.
        self._below, self._above = array("i"), array("i")
        self._counted = array("i")
        self._share: list[tuple[int, float]] = []
        self._owner = array("i")
        self._spare: list[float] = []
        self._unmet: dict[str, None] = {}
        self._delay: dict[int, float] = {}
        self._cooled: set[int] = set()

    def node(self, name: str) -> int:
        """The number of a name, a new one where it was not known."""
        found = self._number.get(name)
        if found is None:
            meant = self._same.get(name, name)
            found = self._number.get(meant)
            if found is None:
                found = self.inner(meant)
                self._number[meant] = found
            self._number[name] = found
        return found

    def inner(self, name: str = "") -> int:
        """A new node, without a name that could be asked for."""
        self._names.append(name)
        return len(self._names) - 1

    def falls_with(self, owner: int, below: int) -> None:
        """The owner falls with what is below."""
        self._below.append(below)
        self._above.append(owner)

    def group(self, owner: int, weights: Mapping[int, float], spare: float) -> None:
        """The owner falls when more than `spare` of the weights is lost."""
        if all(weight > spare for weight in weights.values()):
            for member in weights:
                self.falls_with(owner, member)
            return
        number = len(self._owner)
        self._owner.append(owner)
        self._spare.append(spare)
        shared: dict[float, tuple[int, float]] = {}
        for member, weight in weights.items():
            self._counted.append(member)
            self._share.append(shared.setdefault(weight, (number, weight)))

    def met(self, need: Need) -> bool:
        """Whether a need is met with everything up."""
        if isinstance(need, str):
            return True
        if isinstance(need, Grace):
            return self.met(need.on)
        if isinstance(need, SumOf):
            return sum(self._amount(ref, need.sum) for ref in need.of) * (1 + ROUNDING) >= need.at_least
        least = need.k if isinstance(need, KOf) else 1 if isinstance(need, AnyOf) else len(need.all)
        return sum(self.met(one) for one in parts(need)) >= least

    def need(self, owner: int, need: Need) -> None:
        """The owner falls when the need is unmet."""
        if isinstance(need, str) or self.met(need):
            self._add(owner, need)
        else:
            self._unmet[self._names[owner]] = None

    def _add(self, owner: int, need: Need) -> None:
        if isinstance(need, str):
            self.falls_with(owner, self.node(need))
        elif isinstance(need, All):
            for one in need.all:
                self._add(owner, one)
        elif isinstance(need, Grace):
            self.falls_with(owner, self._graced(need))
        elif isinstance(need, SumOf):
            weights: dict[int, float] = {}
            for ref in need.of:
                weights[self.node(ref)] = weights.get(self.node(ref), 0.0) + self._amount(ref, need.sum)
            spare = sum(weights.values()) * (1 + ROUNDING) - need.at_least
            self.group(owner, {member: weight for member, weight in weights.items() if weight}, spare)
        else:
            counts: dict[int, float] = {}
            up = [one for one in parts(need) if self.met(one)]
            for one in up:
                member = self._member(one)
                counts[member] = counts.get(member, 0.0) + 1.0
            self.group(owner, counts, len(up) - (need.k if isinstance(need, KOf) else 1))

    def _member(self, need: Need) -> int:
        if isinstance(need, str):
            return self.node(need)
        if isinstance(need, Grace):
            return self._graced(need)
        inner = self.inner()
        self._add(inner, need)
        return inner

    def _graced(self, need: Grace) -> int:
        inner = self.inner()
        self._delay[inner] = need.grace.total_seconds() / 3600
        if isinstance(need, Cooled):
            self._cooled.add(inner)
        self._add(inner, need.on)
        return inner

    def done(self) -> Net:
        """Everything that was collected; the weaver is spent then."""
        # One number for all its places: a million nodes take a third less memory, and are found sooner.
        one = list(range(len(self._names))).__getitem__
        hard = _rows(len(self._names), self._below, list(map(one, self._above)))
        del self._below, self._above
        soft = _rows(len(self._names), self._counted, self._share)
        del self._counted, self._share
        return Net(
            names=tuple(self._names),
            number=MappingProxyType(self._number),
            hard=[tuple(dict.fromkeys(row)) if len(row) > 1 else row for row in hard],
            soft=soft,
            owner=list(map(one, self._owner)),
            spare=self._spare,
            unmet=tuple(self._unmet),
            delay=MappingProxyType(self._delay),
            cooled=frozenset(self._cooled),
        )


def _rows(count: int, of: Sequence[int], items: Sequence[T]) -> list[tuple[T, ...]]:
    """The items of each of so many nodes, in the order in which they came; `of` tells whose each is."""
    ends = array("i", bytes(4 * (count + 1)))
    for node in of:
        ends[node + 1] += 1
    ends = array("i", accumulate(ends))
    places, flat = ends[:], list(items)
    for node, item in zip(of, items, strict=True):
        flat[places[node]] = item
        places[node] += 1
    return [tuple(flat[begin:end]) for begin, end in pairwise(ends)]


def falls(net: Net, hits: Iterable[int]) -> list[int]:
    """Everything that is down when `hits` are: they first, then in the order in which it falls. Circles are no trouble.

    It is the least set that holds the hits and everything of which a need is unmet by it.
    """
    fallen = list(dict.fromkeys(hits))
    down = set(fallen)
    left: dict[int, float] = {}
    hard, soft, owner, spare = net.hard, net.soft, net.owner, net.spare
    for node in fallen:  # It grows meanwhile.
        for above in hard[node]:
            if above not in down:
                down.add(above)
                fallen.append(above)
        for group, weight in soft[node]:
            rest = left.get(group, spare[group]) - weight
            left[group] = rest
            if rest < 0 and (above := owner[group]) not in down:
                down.add(above)
                fallen.append(above)
    return fallen
