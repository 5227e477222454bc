"""A fault tree to limits between which the probability of its top certainly lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod

from audit.analysis.faults.tree import Tree

Interval = tuple[float, float]


def bounds(tree: Tree, likely: Mapping[str, float]) -> Interval:
    """Certain limits of the top's probability, its events independent, in one walk up the tree.

    Below a gate that negates nothing, failures of independent events go together rather than apart (Esary, Proschan,
    Walkup 1967): a conjunction is at least as likely as the product, a disjunction at most as likely as of independent
    ones. Arguments without a common event are independent. Where something negates, the limits of Fréchet are left.
    """
    numbers = {name: 1 << number for number, name in enumerate(tree.events())}
    below = dict(numbers)
    known: dict[str, Interval] = {name: (likely[name], likely[name]) for name in numbers}
    friendly = dict.fromkeys(numbers, True)
    for name in tree.upward():
        gate = tree.gates[name]
        of = tuple(dict.fromkeys(gate.of)) if gate.kind in ("and", "or") else gate.of
        below[name] = 0
        for one in of:
            below[name] |= below[one]
        friendly[name] = gate.kind not in ("not", "xor") and all(friendly[one] for one in of)
        groups = _apart([(below[one], known[one], friendly[one]) for one in of])
        if gate.kind == "constant":
            known[name] = (float(gate.least), float(gate.least))
        elif gate.kind == "not":
            low, high = known[of[0]]
            known[name] = (1 - high, 1 - low)
        elif gate.kind == "and":
            each = [_all(*group) for group in groups]
            known[name] = (prod(low for low, _ in each), prod(high for _, high in each))
        elif gate.kind == "or":
            each = [_any(*group) for group in groups]
            known[name] = (1 - prod(1 - low for low, _ in each), 1 - prod(1 - high for _, high in each))
        elif gate.kind == "atleast":
            known[name] = _several([known[one] for one in of], gate.least)
        else:
            known[name] = (0.0, min(1.0, sum(high for _, high in (known[one] for one in of))))
    return known[tree.top]


def _apart(parts: Iterable[tuple[int, Interval, bool]]) -> list[tuple[list[Interval], bool]]:
    """Arguments in groups, each of which shares no event with another, with whether nothing in it negates."""
    groups: list[tuple[int, list[Interval], bool]] = []
    for mask, interval, friendly in parts:
        merged, inside = mask, [interval]
        rest: list[tuple[int, list[Interval], bool]] = []
        for other, held, kind in groups:
            if other & mask:
                merged, inside, friendly = merged | other, [*held, *inside], friendly and kind
            else:
                rest.append((other, held, kind))
        groups = [*rest, (merged, inside, friendly)]
    return [(inside, friendly) for _, inside, friendly in groups]


def _all(parts: Sequence[Interval], friendly: bool) -> Interval:  # noqa: FBT001 - the pair that `_apart` gives
    low = prod(one for one, _ in parts) if friendly else max(0.0, sum(one for one, _ in parts) - len(parts) + 1)
    return low, min(one for _, one in parts)


def _any(parts: Sequence[Interval], friendly: bool) -> Interval:  # noqa: FBT001
    high = 1 - prod(1 - one for _, one in parts) if friendly else min(1.0, sum(one for _, one in parts))
    return max(one for one, _ in parts), high


def _several(parts: Sequence[Interval], least: int) -> Interval:
    """`least` of several, whatever they have in common: Markov's limit above, that of the rest below."""
    if least > len(parts) or least <= 0:
        return (0.0, 0.0) if least > 0 else (1.0, 1.0)
    count = len(parts)
    low = max(0.0, (sum(one for one, _ in parts) - least + 1) / (count - least + 1))
    return min(1.0, low), min(1.0, sum(one for _, one in parts) / least)


def at_least_of(sets: Iterable[tuple[float, tuple[int, ...]]], likely: Sequence[float]) -> float:
    """A certain lower limit of the probability that one of several cut sets happens (Bonferroni's second).

    Of sets with their probabilities, the likeliest first, those that add more than their pairs with the earlier ones
    take away.
    """
    total = 0.0
    taken: list[frozenset[int]] = []
    for weight, members in sets:
        one = frozenset(members)
        pairs = sum(prod(likely[number] for number in one | other) for other in taken)
        if pairs < weight:
            total += weight - pairs
            taken.append(one)
    return total


def several_of(likely: Iterable[float], least: int) -> float:
    """How likely at least `least` of independent events happen: no set of so many can be likelier, nor all of them."""
    # How likely 0, 1, ... of them happened, the last place standing for all that are more.
    reached = [1.0] + [0.0] * least
    for one in likely:
        reached[least] += reached[least - 1] * one
        for count in range(least - 1, 0, -1):
            reached[count] += one * (reached[count - 1] - reached[count])
        reached[0] *= 1 - one
    return reached[least] if least else 1.0
