"""The needs of all nodes to the single nodes whose loss alone takes each of them down."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

from audit.model.needs import All, AnyOf, Grace, KOf, Need, SumOf, members


class SinglePoints:
    """For each node the single hits that take it, kept as the bits of one number: a hit is one bit.

    The least solution of: a node is taken by itself, or by what leaves one of its needs unmet. It equals asking
    `Graph.falls` for each node alone, in one pass instead of one for each node.
    """

    def __init__(self, needs: Mapping[str, tuple[Need, ...]], amount: Callable[[str, str], float]) -> None:
        self._amount = amount
        self._names = inside_out(needs)
        self._taken = {name: 1 << position for position, name in enumerate(self._names)}
        dependants: dict[str, list[str]] = {}
        for name, own in needs.items():
            for target in dict.fromkeys(ref for need in own for ref in members(need)):
                dependants.setdefault(target, []).append(name)
        queue = deque(name for name in self._names if name in needs)
        waiting = set(queue)
        while queue:
            name = queue.popleft()
            waiting.discard(name)
            bits = self._taken[name]
            for need in needs[name]:
                bits |= self.bits(need)
            if bits != self._taken[name]:
                self._taken[name] = bits
                for dependant in dependants.get(name, ()):
                    if dependant not in waiting:
                        waiting.add(dependant)
                        queue.append(dependant)

    def bits(self, need: Need) -> int:
        """The hits that leave a need unmet."""
        if isinstance(need, str):
            return self._taken.get(need, 0)
        if isinstance(need, All):
            return _at_least(1, [self.bits(one) for one in need.all])
        if isinstance(need, AnyOf):
            return _at_least(len(need.any), [self.bits(one) for one in need.any])
        if isinstance(need, Grace):
            return self.bits(need.on)
        if isinstance(need, KOf):
            spare = len(need.of) - need.k
            return _at_least(spare + 1, [self.bits(one) for one in need.of]) if spare >= 0 else 0
        return self._short(need)

    def _short(self, need: SumOf) -> int:
        taken = [(self._taken.get(ref, 0), self._amount(ref, need.sum)) for ref in need.of]
        if sum(amount for _, amount in taken) < need.at_least:
            return 0
        found = 0
        for bit in _bits(_at_least(1, [bits for bits, _ in taken])):
            if sum(amount for bits, amount in taken if not bits & bit) < need.at_least:
                found |= bit
        return found

    def named(self, bits: int) -> frozenset[str]:
        """The hits behind bits, as full references."""
        return frozenset(self._names[bit.bit_length() - 1] for bit in _bits(bits))


def _at_least(count: int, parts: Iterable[int]) -> int:
    """The bits that are set in at least `count` of the parts."""
    reached = [-1] + [0] * count
    for part in parts:
        for number in range(count, 0, -1):
            reached[number] |= reached[number - 1] & part
    return reached[count]


def _bits(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest
        bits ^= lowest


def inside_out(needs: Mapping[str, tuple[Need, ...]]) -> tuple[str, ...]:
    """Every node, what is needed before what needs it wherever there is no circle: then one pass is nearly enough."""
    order: dict[str, None] = {}
    seen: set[str] = set()
    for start in needs:
        stack = [(start, False)]
        while stack:
            name, done = stack.pop()
            if done:
                order[name] = None
            elif name not in seen:
                seen.add(name)
                stack.append((name, True))
                stack.extend((ref, False) for need in needs.get(name, ()) for ref in members(need))
    return tuple(order)
