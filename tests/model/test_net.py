"""Random needs with circles, nested groups, sums, graces against what falls by asking every need again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

import pytest

from audit.model.lanes import lanes
from audit.model.numbered import Net, falls
from audit.model.turns import losses_in_turn
from tests.model.slowly import Needs, fallen, random_needs, woven

Engine = Callable[[Net, Iterable[int]], Iterable[int]]


def wrong(engine: Engine, cases: int, change: Callable[[Net], Net] = lambda net: net) -> int:
    """In how many random cases an engine does not tell what falls."""
    found = 0
    for seed in range(cases):
        luck = Random(seed)
        needs = random_needs(luck)
        hits = luck.sample(sorted(needs), luck.randint(0, min(3, len(needs))))
        net = woven(needs)
        told = set(net.named(engine(change(net), [net.number[hit] for hit in hits])))
        found += told != fallen(needs, hits)
    return found


def test_what_falls_is_what_the_needs_say() -> None:
    assert wrong(falls, 4000) == 0


def once(net: Net, hits: Iterable[int]) -> Iterable[int]:
    """Only what leans on the hits themselves."""
    down = set(hits)
    for node in tuple(down):
        down |= set(net.hard[node])
        down |= {net.owner[group] for group, weight in net.soft[node] if weight > net.spare[group]}
    return down


def hard_alone(net: Net, hits: Iterable[int]) -> Iterable[int]:
    return falls(replace(net, soft=[()] * len(net.names)), hits)


def without_hits(net: Net, hits: Iterable[int]) -> Iterable[int]:
    given = set(hits)
    return [node for node in falls(net, given) if node not in given]


def counted_by_head(net: Net) -> Net:
    return replace(net, soft=[tuple((group, 1.0) for group, _ in counts) for counts in net.soft])


BROKEN: dict[str, tuple[Engine, Callable[[Net], Net]]] = {
    "no second step": (once, lambda net: net),
    "groups forgotten": (hard_alone, lambda net: net),
    "hits forgotten": (without_hits, lambda net: net),
    "one more can be spared": (falls, lambda net: replace(net, spare=[spare + 1 for spare in net.spare])),
    "one less can be spared": (falls, lambda net: replace(net, spare=[spare - 1 for spare in net.spare])),
    "a hair less can be spared": (falls, lambda net: replace(net, spare=[spare - 0.1 for spare in net.spare])),
    "weights forgotten": (falls, counted_by_head),
    "needs turned round": (
        falls,
        lambda net: replace(
            net, hard=[[low for low, highs in enumerate(net.hard) if node in highs] for node in range(len(net.names))]
        ),
    ),
    "the last need forgotten": (falls, lambda net: replace(net, hard=[tuple(one)[:-1] for one in net.hard])),
    "the last group forgotten": (falls, lambda net: replace(net, soft=[tuple(one)[:-1] for one in net.soft])),
    "groups of another": (falls, lambda net: replace(net, owner=[*net.owner[1:], *net.owner[:1]])),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_engine_is_caught(name: str) -> None:
    engine, change = BROKEN[name]
    assert wrong(engine, 400, change) > 0


def test_each_hit_alone_and_all_at_once_say_the_same() -> None:
    for seed in range(1000):
        needs = random_needs(Random(seed))
        net = woven(needs)
        every = range(len(net.names))
        bits = lanes(net, every)
        told = {hit: set(down) for hit, down in losses_in_turn(net, every)}
        for node in every:
            assert told[node] == set(falls(net, (node,)))
            assert told[node] == {one for one in every if bits[one] >> node & 1}
            if net.names[node]:
                assert set(net.named(told[node])) == fallen(needs, (net.names[node],))


def test_more_hits_never_save_anything() -> None:
    for seed in range(300):
        luck = Random(seed)
        needs = random_needs(luck, 12)
        net = woven(needs)
        some = luck.sample(sorted(needs), min(2, len(needs)))
        more = [*some, luck.choice(sorted(needs))]
        of = [[net.number[name] for name in one] for one in (some, more)]
        assert set(falls(net, of[0])) <= set(falls(net, of[1]))


def chain(length: int) -> Net:
    needs: Needs = {f"n{number}": (f"n{number + 1}",) for number in range(length)}
    return woven(needs)


def test_a_long_chain_is_turned_by_many_bits_at_once() -> None:
    net = chain(4000)
    last = net.number["n4000"]
    assert len(falls(net, (last,))) == 4001
    sizes = {hit: len(down) for hit, down in losses_in_turn(net, range(4001))}
    assert sizes[last] == 4001
    assert all(sizes[net.number[f"n{number}"]] == number + 1 for number in range(0, 4001, 97))


def test_nothing_at_all() -> None:
    net = woven({})
    assert list(losses_in_turn(net, ())) == []
    assert falls(net, ()) == []


def test_the_rows_of_many_hits_are_those_of_each() -> None:
    """As many nodes as it takes for the table, most of which fall with most."""
    luck = Random(5)
    names = [f"n{number}" for number in range(1200)]
    needs: Needs = {
        name: tuple(luck.sample(names[max(0, place - 3) : place], 1)) if place else ()
        for place, name in enumerate(names)
    }
    net = woven(needs)
    for hit, down in losses_in_turn(net, range(len(names))):
        assert set(down) == set(falls(net, (hit,)))
