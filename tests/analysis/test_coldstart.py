"""Estates in which some wait for each other to what can never be started again, with the smallest way out."""

from __future__ import annotations

from itertools import combinations
from random import Random

from audit.analysis.coldstart import cold_start, cold_start_of
from audit.model.graph import Graph
from audit.model.numbered import Net
from tests.checks.judging import scene


def around(*systems: str) -> Graph:
    text = "institutions: [{id: k, systems: [" + ", ".join(systems) + "]}]\n"
    return Graph(scene(text).estate)


def test_two_that_need_each_other_to_come_back() -> None:
    graph = around(
        "{id: dns, grade: 1, recovers-with: [login]}",
        "{id: login, grade: 1, needs: [dns]}",
        "{id: mail, grade: 2, needs: [login]}",
        "{id: board, grade: 3}",
    )
    found = cold_start(graph)
    assert found.waiting == {"k/dns": ("k/login",), "k/login": ("k/dns",), "k/mail": ("k/login",)}
    assert (len(found.by_hand), found.smallest) == (1, True)


def test_nothing_waits_where_there_is_no_circle() -> None:
    found = cold_start(around("{id: a, grade: 1, needs: [b]}", "{id: b, grade: 1}"))
    assert (found.waiting, found.by_hand, found.smallest) == ({}, (), True)


def test_a_choice_breaks_a_circle() -> None:
    graph = around(
        "{id: a, grade: 1, recovers-with: [b]}", "{id: b, grade: 1, needs: [{any: [a, c]}]}", "{id: c, grade: 1}"
    )
    assert cold_start(graph).waiting == {}


def grown(seed: int) -> Graph:
    random = Random(seed)
    names = [f"s{number}" for number in range(7)]
    written = []
    for name in names:
        others = [other for other in names if other != name]
        needs = ", ".join(random.sample(others, random.randint(0, 1)))
        back = ", ".join(random.sample(others, random.randint(0, 2)))
        written.append(f"{{id: {name}, grade: 2, needs: [{needs}], recovers-with: [{back}]}}")
    return around(*written)


def starts(graph: Graph, by_hand: tuple[str, ...]) -> set[str]:
    """What is up in the end, step by step, as a person would start it."""
    up = set(by_hand)
    while True:
        more = {
            system.ref
            for _, system in graph.estate.systems()
            if system.ref not in up and all(need in up for need in (*system.needs, *system.recovers_with))
        }
        if not more:
            return up
        up |= more


def test_the_way_out_is_the_smallest_that_trying_finds() -> None:
    stuck = 0
    for seed in range(150):
        graph = grown(seed)
        every = [system.ref for _, system in graph.estate.systems()]
        found = cold_start(graph)
        assert set(found.waiting) == set(every) - starts(graph, ()), seed
        assert starts(graph, found.by_hand) == set(every), seed
        least = next(
            size for size in range(8) for some in combinations(every, size) if starts(graph, some) == set(every)
        )
        assert (len(found.by_hand), found.smallest) == (least, True), seed
        stuck += bool(found.waiting)
    assert stuck > 50


def planted(count: int, pairs: int, random: Random) -> tuple[Net, set[int]]:
    """Nodes that need some of those before them; so many pairs of them need each other. With all that then waits."""
    hard: list[list[int]] = [[] for _ in range(count)]
    soft: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    owner: list[int] = []
    spare: list[float] = []
    below: list[list[int]] = [[] for _ in range(count)]
    choices: list[list[int]] = [[] for _ in range(count)]
    for node in range(50, count):
        for other in random.sample(range(max(0, node - 400), node), random.choice((0, 0, 1))):
            hard[other].append(node)
            below[node].append(other)
        members = random.sample(range(max(0, node - 400), node), 3)
        for other in members:
            soft[other].append((len(owner), 1.0))
        choices[node] = members
        owner.append(node)
        spare.append(2.0)
    for one in random.sample(range(count // 2, count - 1), pairs):
        other = one + 1
        hard[one].append(other)
        hard[other].append(one)
        below[one].append(other)
        below[other].append(one)
    up: set[int] = set()
    grown = True
    while grown:
        grown = False
        for node in range(count):
            free = set(below[node]) <= up and (not choices[node] or not up.isdisjoint(choices[node]))
            if node not in up and free:
                up.add(node)
                grown = True
    names = tuple(f"n{node}" for node in range(count))
    return Net(names, {}, hard, soft, owner, spare), set(range(count)) - up


def test_twenty_pairs_among_ten_thousand_nodes() -> None:
    net, never = planted(10_000, 20, Random(5))
    found = cold_start_of(net)
    assert {f"n{node}" for node in never} == set(found.waiting)
    assert len(never) >= 40
    assert (found.smallest, len(found.by_hand)) == (True, found.least)
    assert 10 <= len(found.circles) <= 20


def test_pairs_that_do_not_touch_take_one_each() -> None:
    text = ", ".join(
        f"{{id: a{n}, grade: 1, needs: [b{n}]}}, {{id: b{n}, grade: 1, recovers-with: [a{n}]}}" for n in range(9)
    )
    found = cold_start(around(text))
    assert (len(found.by_hand), found.smallest, found.least, len(found.circles)) == (9, True, 9, 9)


def test_a_large_circle_is_broken_with_the_gap_told() -> None:
    """Sixty that each need all others: all but one have to be started by hand, which trying cannot prove."""
    names = [f"s{number}" for number in range(60)]
    written = [f"{{id: {one}, grade: 1, needs: [{', '.join(set(names) - {one})}]}}" for one in names]
    found = cold_start(around(*written))
    assert len(found.by_hand) == 59
    assert not found.smallest
    assert 2 <= found.least < 59
