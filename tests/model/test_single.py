"""Random needs to what leaves them unmet alone, held against trying each loss; two names of one supplier."""

from __future__ import annotations

from random import Random

from audit.model.needs import Need
from audit.model.single import lost_alone
from tests.model.estates import graph_of
from tests.model.slowly import fallen, random_needs, woven


def test_single_points_are_what_falls_alone() -> None:
    for seed in range(600):
        needs = random_needs(Random(seed))
        told = lost_alone(woven, needs, needs)
        for name in needs:
            tried = {hit for hit in needs if hit != name and name in fallen(needs, (hit,))}
            assert told[name] - {name} == tried, (seed, name)


def test_a_long_chain_is_no_trouble() -> None:
    needs: dict[str, tuple[Need, ...]] = {f"n{number}": (f"n{number + 1}",) for number in range(3000)}
    assert len(lost_alone(woven, needs, {"n0": needs["n0"]})["n0"]) == 3000


def test_what_is_wanted_may_differ_from_what_is_needed() -> None:
    needs: dict[str, tuple[Need, ...]] = {"n1": ("n2",), "n3": ("n1",)}
    assert lost_alone(woven, needs, {"n1": ()}) == {"n1": frozenset()}
    assert lost_alone(woven, needs, {"n1": ("n3",)}) == {"n1": {"n1", "n2", "n3"}}


def test_two_names_of_one_supplier_are_no_choice() -> None:
    graph = graph_of("""
suppliers: [{id: line-a, name: Example Lines}, {id: line-b, name: Example Lines Ltd.}, {id: other}]
institutions:
  - id: kibo
    systems:
      - {id: one, grade: 1, needs: [{any: [line-a, line-b]}]}
      - {id: two, grade: 1, needs: [{any: [line-a, other]}]}
""")
    points = {system.id: graph.single_points(system) for _, system in graph.estate.systems()}
    assert points == {"one": {"line-a"}, "two": frozenset()}


def test_a_fire_compartment_is_no_point_unless_it_is_named() -> None:
    graph = graph_of("""
sites: [{id: dc, rooms: [{id: a, compartment: c1}, {id: b, compartment: c1}, {id: c, compartment: c1}]}]
institutions:
  - id: kibo
    systems:
      - {id: one, grade: 1, at: [dc/a, dc/b]}
""")
    (points,) = (graph.single_points(system) for _, system in graph.estate.systems())
    assert points == {"dc"}
