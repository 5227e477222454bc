"""Estates, with circles and without, to the sets of losses that stop their systems, held against trying all."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from audit.analysis.faults.ways import Ways, systems_taken
from audit.analysis.faults.ways import ways as ways_of
from audit.model.graph import Graph
from audit.model.net import net
from audit.model.standbys import View
from tests.checks.judging import scene

PAIR = """
sites:
  - {id: daejeon, power: [feed-a], rooms: [{id: hall, compartment: c5}, {id: batteries, compartment: c5}]}
  - {id: busan, power: [feed-b]}
institutions:
  - id: kibo
    systems:
      - {id: login, grade: 1, at: [daejeon/hall, busan]}
      - {id: loans, grade: 1, at: [daejeon/hall], needs: [login],
         failover: [{id: over, kind: declared, to: busan, mode: hot}]}
      - {id: board, grade: 3, at: [daejeon/hall]}
"""


def around(text: str) -> Graph:
    return Graph(scene(text).estate)


def ways(graph: Graph, order: int, view: View) -> Ways:
    return ways_of(net(graph, view), order)


class TestPair:
    def test_one_place_is_many_single_losses(self) -> None:
        found = ways(around(PAIR), 2, "optimistic")
        assert found.sets("kibo/board", 9) == [("daejeon",), ("daejeon#c5",), ("daejeon/hall",), ("feed-a",)]

    def test_two_places_take_two_losses(self) -> None:
        found = ways(around(PAIR), 2, "optimistic")
        assert found.orders("kibo/loans")[:2] == (0, 1)
        assert ("kibo/login",) in found.sets("kibo/loans", 99)
        assert ("busan", "daejeon/hall") in found.sets("kibo/loans", 99)

    def test_a_failover_that_never_switched_is_none_for_the_pessimist(self) -> None:
        found = ways(around(PAIR), 2, "pessimistic")
        assert ("daejeon/hall",) in found.sets("kibo/loans", 99)
        drilled = PAIR.replace("mode: hot}", "mode: hot, drills: [{on: 2026-06-01, realism: real-switch}]}")
        assert ("daejeon/hall",) not in ways(around(drilled), 2, "pessimistic").sets("kibo/loans", 99)

    def test_what_if(self) -> None:
        graph = around(PAIR)
        assert [one.ref for one in systems_taken(graph, ["daejeon#c5"], "optimistic")] == ["kibo/board"]
        assert [one.ref for one in systems_taken(graph, ["feed-a"], "pessimistic")] == ["kibo/loans", "kibo/board"]


def grown(seed: int) -> str:
    """Six systems in two rooms that need each other at random, in circles too, some with a failover, some by weight."""
    random = Random(seed)
    names = [f"s{number}" for number in range(6)]

    def need(name: str) -> str:
        kind = random.choice(("one", "one", "any", "all", "k", "sum"))
        others = random.sample([other for other in names if other != name], 3)
        some = ", ".join(others[: random.randint(2, 3)])
        if kind == "one":
            return others[0]
        match kind:
            case "any":
                return "{any: [" + some + "]}"
            case "all":
                return "{all: [" + some + "]}"
            case "k":
                return "{k: 2, of: [" + some + "]}"
            case _:
                return f"{{sum: capacity, at-least: {random.choice((10, 25, 40))}, of: [{', '.join(others)}]}}"

    written = []
    for number, name in enumerate(names):
        needs = ", ".join(dict.fromkeys(need(name) for _ in range(random.randint(0, 2))))
        place = random.choice(("p/a", "p/b", "p/a, q"))
        over = ", failover: [{id: f, kind: declared, to: q, mode: hot}]" if random.random() < 0.3 else ""
        written.append(f"{{id: {name}, grade: 2, capacity: {10 + 5 * number}, at: [{place}], needs: [{needs}]{over}}}")
    return (
        "sites: [{id: p, rooms: [{id: a, compartment: c}, {id: b, compartment: c}]}, {id: q}]\n"
        "institutions: [{id: k, systems: [" + ", ".join(written) + "]}]\n"
    )


@pytest.mark.parametrize("view", ["optimistic", "pessimistic"])
def test_sets_are_those_that_trying_finds(view: View) -> None:
    for seed in range(60):
        graph = around(grown(seed))
        found = ways(graph, 3, view)
        losable = ["p", "q", "p/a", "p/b", "p#c", *(f"k/s{number}" for number in range(6))]
        for system in (f"k/s{number}" for number in range(6)):
            minimal: list[frozenset[str]] = []
            for size in (1, 2, 3):
                for some in combinations([one for one in losable if one != system], size):
                    one = frozenset(some)
                    if any(known <= one for known in minimal):
                        continue
                    if system in {down.ref for down in systems_taken(graph, sorted(one), view)}:
                        minimal.append(one)
            told = {frozenset(one) for one in found.sets(system, 10_000)}
            assert told == set(minimal), (seed, system)
