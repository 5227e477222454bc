"""Estates in which some wait for each other to what can never be started again, with the smallest way out."""

from __future__ import annotations

from itertools import combinations
from random import Random

from audit.analysis.coldstart import cold_start
from audit.model.graph import Graph
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
