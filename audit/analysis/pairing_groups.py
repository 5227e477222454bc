"""A net with what can be lost in, the pairs of losses that take a group together with what else falls then out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import product
from typing import Final

from audit.model.estate import System
from audit.model.lanes import bits_of
from audit.model.net import Hitting
from audit.model.numbered import Net, falls
from audit.model.policy import GRADE_WEIGHT
from audit.model.turns import losses_in_turn

Pair = tuple[int, int]
"""Two losses by the numbers of their names, the lesser first."""
_SHIFT: Final = 32
"""Two names make one key; no inventory has 2**32 of them."""
_SECOND: Final = (1 << _SHIFT) - 1


def apart(key: int) -> Pair:
    """The two names of a key."""
    return key >> _SHIFT, key & _SECOND


def weights(systems: Iterable[System]) -> list[int]:
    """What each of them weighs, by its grade."""
    return [GRADE_WEIGHT[one.grade] for one in systems]


@dataclass(frozen=True, slots=True)
class _Fall:
    """What falls with one node."""

    nodes: frozenset[int]
    systems: frozenset[int]
    """Those among it, by their place in the inventory."""
    partly: frozenset[int]
    """The groups of which it takes a part, with owners that stand."""
    weight: int
    """By the grades of the systems."""


class Groups:
    """One view of the estate: its groups, what takes a part of each."""

    def __init__(
        self, whole: Net, events: Sequence[Hitting] | None, systems: Sequence[System], names: dict[str, int]
    ) -> None:
        self._net = whole
        self._system = {whole.number[system.ref]: place for place, system in enumerate(systems)}
        self._members = _members(whole)
        self._soft: list[list[tuple[int, int, int]]] = [[] for _ in whole.names]
        """Node to the groups in which it counts, with their owners, with its bit there."""
        for group, members in enumerate(self._members):
            for place, (node, _) in enumerate(members):
                self._soft[node].append((group, whole.owner[group], 1 << place))
        self._weights = weights(systems)
        number = whole.number
        hits = dict.fromkeys(number.values()) if events is None else dict.fromkeys(number[one.ref] for one in events)
        self._hits = {names.setdefault(whole.names[hit], len(names)): hit for hit in hits}
        """What can be lost: its number among the names, which all views share, to its node."""
        self._falls: dict[int, _Fall] = {}
        self._parts: dict[int, dict[int, list[int]]] = {}
        """Group to what takes a part of it: the bits of its members to what can be lost that takes just those."""
        name = {hit: place for place, hit in self._hits.items()}
        for hit, down in losses_in_turn(whole, hits):
            fall, parts = self._fall(down)
            self._falls[hit] = fall
            for group, bits in parts.items():
                self._parts.setdefault(group, {}).setdefault(bits, []).append(name[hit])
        self._found: list[tuple[int, list[int], list[int]]] = []
        """Groups with what takes a part of each, and what takes too much of it with any of those."""

    def _fall(self, down: Iterable[int]) -> tuple[_Fall, dict[int, int]]:
        nodes = frozenset(down)
        soft, system = self._soft, self._system
        parts: dict[int, int] = {}
        for node in nodes:
            for group, owner, bit in soft[node]:
                if owner not in nodes:
                    parts[group] = parts.get(group, 0) | bit
        systems = frozenset([system[node] for node in nodes if node in system])
        return _Fall(nodes, systems, frozenset(parts), sum(map(self._weights.__getitem__, systems))), parts

    def _of(self, node: int) -> _Fall:
        found = self._falls.get(node)
        if found is None:
            found = self._falls[node] = self._fall(falls(self._net, (node,)))[0]
        return found

    def _hit(self, name: int) -> _Fall:
        return self._falls[self._hits[name]]

    def weight(self, name: int) -> int:
        """What falls with one of the names, by weight."""
        return self._hit(name).weight if name in self._hits else 0

    def look_for(self, most: int) -> Iterator[str]:
        """Find every pair that takes a group; of too many, what is left out, beginning with what takes the least."""
        found = [(group, *both) for group, parts in self._parts.items() for both in self._together(group, parts)]
        if sum(len(some) * len(others) for _, some, others in found) > most:
            # What is left out has to be the same whatever came first.
            weight = {group: len(self._of(self._net.owner[group]).systems) for group in self._parts}
            found.sort(key=lambda one: (-weight[one[0]], one[0]))
        for group, some, others in found:
            most -= len(some) * len(others)
            if most < 0:
                yield self._owner_of(group)
            else:
                self._found.append((group, some, others))
        self._parts.clear()

    def owners(self) -> dict[int, int | list[int]]:
        """Every pair that takes a group, to the owners of those that it takes."""
        owners: dict[int, int | list[int]] = {}
        for group, some, others in self._found:
            owner = self._net.owner[group]
            for one, other in product(some, others):
                key = one << _SHIFT | other if one < other else other << _SHIFT | one
                known = owners.setdefault(key, owner)
                if known is owner:
                    continue
                if isinstance(known, list):
                    known.append(owner)
                else:
                    owners[key] = [known, owner]
        return owners

    def pairs_beyond(self, known: Collection[int]) -> Collection[int]:
        """The pairs that take a group here, not there."""
        return dict.fromkeys(
            key
            for _, some, others in self._found
            for one, other in product(some, others)
            if (key := one << _SHIFT | other if one < other else other << _SHIFT | one) not in known
        )

    def owners_of(self, pair: Pair) -> Sequence[int]:
        """The owners of the groups that one pair takes."""
        if not all(name in self._hits for name in pair):
            return ()
        one, other = map(self._hit, pair)
        shared = one.partly & other.partly
        return [self._net.owner[group] for group in shared if self._is_short(group, one.nodes, other.nodes)]

    def _is_short(self, group: int, down: Set[int], *more: Set[int]) -> bool:
        """Whether more of a group is down than it can spare."""
        lost = [weight for node, weight in self._members[group] if node in down or any(node in one for one in more)]
        return sum(lost) > self._net.spare[group]

    def _owner_of(self, group: int) -> str:
        """The nearest node with a name that falls with the owner of a group."""
        return next(iter(self._net.named(falls(self._net, (self._net.owner[group],)))), "")

    def _together(self, group: int, parts: dict[int, list[int]]) -> Iterator[tuple[list[int], list[int]]]:
        """What takes two parts that are too much together."""
        weights, spare = [weight for _, weight in self._members[group]], self._net.spare[group]
        alike = all(weight == 1.0 for weight in weights)
        rows = list(parts.items())
        for place, (bits, some) in enumerate(rows):
            for more, others in rows[place + 1 :]:
                both = bits | more
                lost = both.bit_count() if alike else sum(weights[at] for at in bits_of(both))
                if lost > spare:
                    yield some, others

    def with_a_system(self, owners: int | Sequence[int]) -> bool:
        """Whether one of them is a system: then the pair stops it, and neither of the two does it alone."""
        if isinstance(owners, int):
            return owners in self._system
        return any(owner in self._system for owner in owners)

    def beside(self, pair: Pair, owners: int | Sequence[int]) -> Sequence[_Fall]:
        """What falls with a pair that takes groups of these owners, beside what falls with either of the two alone."""
        if not isinstance(owners, int) and not owners:
            return ()
        one, other = self._hit(pair[0]), self._hit(pair[1])
        if isinstance(owners, int):
            fall = self._of(owners)
            if fall.partly.isdisjoint(one.partly) and fall.partly.isdisjoint(other.partly):
                return (fall,)
            owners = [owners]
        # Of what falls beside both, only that is kept together: both may be large.
        queue, found, nodes, partly = list(owners), list[_Fall](), set[int](), set[int]()
        for owner in queue:  # It grows meanwhile.
            if owner in nodes or owner in one.nodes or owner in other.nodes:
                continue
            fall = self._of(owner)
            found.append(fall)
            nodes |= fall.nodes
            if not fall.partly:
                continue
            shared = (fall.partly & one.partly) | (fall.partly & other.partly) | (fall.partly & partly)
            partly |= fall.partly
            for group in shared:
                lost = sum([weight for node, weight in self._members[group]
                            if node in nodes or node in one.nodes or node in other.nodes])  # fmt: skip
                if lost > self._net.spare[group]:
                    queue.append(self._net.owner[group])
        return found

    def stopped(self, pair: Pair, beside: Sequence[_Fall]) -> frozenset[int]:
        """The systems among it that neither of the two stops alone."""
        if not beside:
            return frozenset()
        every = frozenset[int]().union(*(fall.systems for fall in beside))
        return every - self._hit(pair[0]).systems - self._hit(pair[1]).systems


def _members(whole: Net) -> Sequence[Sequence[tuple[int, float]]]:
    members: list[list[tuple[int, float]]] = [[] for _ in whole.owner]
    for node, counts in enumerate(whole.soft):
        for group, weight in counts:
            members[group].append((node, weight))
    return members
