"""A net with many hits to the bits of them that take each node: all hits are reckoned at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from audit.model.numbered import Net


def lanes(net: Net, hits: Sequence[int]) -> list[int]:
    """Node to a number in which bit i says that hit i alone takes it.

    The least solution of: a node is taken by its own hit, by what takes one that it falls with, by what takes more of a
    group than that can spare. From the inside out, one pass is enough where there is no circle.
    """
    taken = [0] * len(net.names)
    for place, hit in enumerate(hits):
        taken[hit] |= 1 << place
    below: list[list[int]] = [[] for _ in net.names]
    members: list[list[tuple[int, float]]] = [[] for _ in net.owner]
    groups: list[list[int]] = [[] for _ in net.names]
    for node, falling in enumerate(net.hard):
        for above in falling:
            below[above].append(node)
    for node, counts in enumerate(net.soft):
        for group, weight in counts:
            members[group].append((node, weight))
    for group, owner in enumerate(net.owner):
        groups[owner].append(group)
    order = inside_out(net)
    dirty = bytearray(b"\1") * len(net.names)
    changed = True
    while changed:
        changed = False
        for node in order:
            if not dirty[node]:
                continue
            dirty[node] = 0
            bits = taken[node]
            for one in below[node]:
                bits |= taken[one]
            for group in groups[node]:
                bits |= _short(members[group], net.spare[group], taken)
            if bits != taken[node]:
                taken[node] = bits
                changed = True
                for above in net.hard[node]:
                    dirty[above] = 1
                for group, _ in net.soft[node]:
                    dirty[net.owner[group]] = 1
    return taken


def _short(members: Sequence[tuple[int, float]], spare: float, taken: Sequence[int]) -> int:
    """The hits that take more of a group than it can spare."""
    parts = [(taken[node], weight) for node, weight in members if taken[node]]
    if all(weight == 1 for _, weight in parts):
        return at_least(int(spare) + 1, [bits for bits, _ in parts])
    return _sums(parts, spare)


def _sums(parts: Sequence[tuple[int, float]], spare: float) -> int:
    """Bits of which the weights come to more than `spare`: states of the sum, each with the bits that are in it."""
    states: Mapping[float, int] = {0.0: -1}
    found = 0
    for bits, weight in parts:
        nexts: dict[float, int] = {}
        for lost, lane in states.items():
            if outside := lane & ~bits:
                nexts[lost] = nexts.get(lost, 0) | outside
            if inside := lane & bits:
                if lost + weight > spare:
                    found |= inside
                else:
                    nexts[lost + weight] = nexts.get(lost + weight, 0) | inside
        states = nexts
    return found


def at_least(count: int, parts: Iterable[int]) -> int:
    """The bits that are set in at least `count` of the parts."""
    reached = [-1] + [0] * count
    for part in parts:
        for number in range(count, 0, -1):
            reached[number] |= reached[number - 1] & part
    return reached[count]


def bits_of(bits: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def inside_out(net: Net) -> Sequence[int]:
    """Every node before those that fall with it, wherever there is no circle."""
    above = [
        [*falling, *(net.owner[group] for group, _ in counts)]
        for falling, counts in zip(net.hard, net.soft, strict=True)
    ]
    seen = bytearray(len(above))
    order: list[int] = []
    for start in range(len(above)):
        if seen[start]:
            continue
        seen[start] = 1
        stack = [(start, iter(above[start]))]
        while stack:
            node, rest = stack[-1]
            for other in rest:
                if not seen[other]:
                    seen[other] = 1
                    stack.append((other, iter(above[other])))
                    break
            else:
                order.append(node)
                stack.pop()
    order.reverse()
    return order
