"""Small random trees to cut sets and probabilities, held against trying everything."""

from __future__ import annotations

from itertools import combinations, product
from math import isclose, prod
from random import Random

import pytest

from audit.analysis.faults.answer import answer
from audit.analysis.faults.bounds import bounds
from audit.analysis.faults.cutsets import cut_sets
from audit.analysis.faults.modules import apart, modules
from audit.analysis.faults.nodes import TooLarge
from audit.analysis.faults.tree import Gate, Kind, Tree

EVENTS = tuple("abcdefg")


def grown(seed: int, *, negating: bool = False) -> Tree:
    """A tree of seven events whose gates share each other."""
    random = Random(seed)
    gates: dict[str, Gate] = {}
    below = list(EVENTS)
    for number in range(random.randint(2, 9)):
        kinds: list[Kind] = ["and", "or", "atleast"]
        if negating:
            kinds += ["not", "xor"]
        kind = random.choice(kinds)
        count = 1 if kind == "not" else random.randint(2, 4)
        of = tuple(random.choice(below) for _ in range(count))
        gates[f"g{number}"] = Gate(kind, of, random.randint(1, count) if kind == "atleast" else 0)
        below.append(f"g{number}")
    likely = {name: random.choice((0.001, 0.1, 0.5, 0.9)) for name in EVENTS}
    top = max(gates, key=lambda name: len(Tree(name, gates).events()))
    return Tree(top, gates, likely)


def true(gate: Gate, inner: list[bool]) -> bool:
    match gate.kind:
        case "and":
            return all(inner)
        case "or":
            return any(inner)
        case "atleast":
            return sum(inner) >= gate.least
        case "xor":
            return sum(inner) % 2 == 1
        case _:
            return not inner[0]


def happens(tree: Tree, failed: frozenset[str]) -> bool:
    up: dict[str, bool] = {name: name in failed for name in EVENTS}
    for name in tree.upward():
        up[name] = true(tree.gates[name], [up[one] for one in tree.gates[name].of])
    return up[tree.top]


def minimal(tree: Tree) -> set[frozenset[str]]:
    found: set[frozenset[str]] = set()
    for size in range(len(EVENTS) + 1):
        for some in combinations(EVENTS, size):
            one = frozenset(some)
            if not any(known <= one for known in found) and happens(tree, one):
                found.add(one)
    return found


def likelihood(tree: Tree) -> float:
    total = 0.0
    for states in product((False, True), repeat=len(EVENTS)):
        failed = frozenset(name for name, down in zip(EVENTS, states, strict=True) if down)
        if happens(tree, failed):
            total += prod(tree.likely[name] if name in failed else 1 - tree.likely[name] for name in EVENTS)
    return total


@pytest.mark.parametrize("order", [1, 2, 3, 7])
def test_cut_sets_are_those_that_trying_finds(order: int) -> None:
    for seed in range(150):
        tree = grown(seed)
        found = cut_sets(tree, order)
        sets = {
            frozenset(found.names[number] for number in one)
            for _, one in found.families.likeliest(found.root, [0.5] * len(found.names), 10_000)
        }
        wanted = {one for one in minimal(tree) if len(one) <= order}
        assert sets == wanted, seed
        assert found.orders == tuple(sum(len(one) == size for one in wanted) for size in range(order + 1)), seed


@pytest.mark.parametrize("negating", [False, True])
def test_probabilities_are_those_that_trying_gives(negating: bool) -> None:  # noqa: FBT001
    for seed in range(150):
        tree = grown(seed, negating=negating)
        truth = likelihood(tree)
        told = answer(tree, 3, 5)
        assert told.exact
        assert told.least is not None
        assert isclose(told.least, truth, rel_tol=1e-9, abs_tol=1e-15), seed
        low, high = bounds(tree, tree.likely)
        assert low <= truth + 1e-12, seed
        assert truth <= high + 1e-12, seed


def test_the_likeliest_come_first() -> None:
    for seed in range(80):
        tree = grown(seed)
        shown = answer(tree, 7, 4).sets
        every = sorted((prod(tree.likely[name] for name in one) for one in minimal(tree)), reverse=True)
        assert [one.probability for one in shown] == pytest.approx(every[:4]), seed


def test_too_many_nodes_are_refused() -> None:
    parts = tuple(f"p{number}" for number in range(12))
    gates = {name: Gate("or", tuple(f"{name}-{number}" for number in range(8))) for name in parts}
    with pytest.raises(TooLarge):
        cut_sets(Tree("top", {"top": Gate("and", parts), **gates}), 12, most=50)


def test_all_cut_sets_are_counted() -> None:
    for seed in range(150):
        tree = grown(seed)
        assert answer(tree, 0, 0).total == len(minimal(tree)), seed


@pytest.mark.parametrize("negating", [False, True])
def test_parts_that_stand_apart_change_nothing(negating: bool) -> None:  # noqa: FBT001
    for seed in range(150):
        tree = grown(seed, negating=negating)
        plain = apart(tree)
        for number in range(seed % 13, 1 << len(EVENTS), 13):
            failed = frozenset(name for place, name in enumerate(EVENTS) if number >> place & 1)
            assert happens(plain, failed) == happens(tree, failed), seed


def test_modules_share_no_event_with_the_rest() -> None:
    for seed in range(150):
        tree = apart(grown(seed))
        for name in modules(tree)[:-1]:
            inside = set(Tree(name, tree.gates).events())
            without = {**tree.gates, name: Gate("constant", ())}
            assert inside.isdisjoint(Tree(tree.top, without).events()), (seed, name)
