"""A small estate with hazards to the sets that stop a system, with limits of how likely that is."""

from __future__ import annotations

from itertools import product
from math import exp, prod
from random import Random

import pytest

from audit.analysis.faults.bounds import several_of
from audit.analysis.faults.system_cuts import Cut, SystemCuts, cuts_of
from audit.model.graph import Graph
from audit.model.hazards import hazards
from audit.model.net import falls, net
from tests.checks.judging import scene

ESTATE = """
sites:
  - {id: p, rooms: [{id: a, compartment: c}, {id: b, compartment: c}, {id: d}]}
  - {id: q, rooms: [{id: e}]}
institutions:
  - id: k
    systems:
      - {id: main, grade: 1, at: [p/a, q/e], needs: [{any: [one, two]}], applicants: 8760/y}
      - {id: one, grade: 2, at: [p/d]}
      - {id: two, grade: 2, at: [q/e]}
hazards:
  - {id: quake, hits: [p, q], a-year: 0.01}
  - {id: flood, hits: [p/a, p/d], a-year: 0.1}
  - {id: strike, hits: [q/e], mode: outage, a-year: 0.5}
"""


def found(by: str = "hazard", order: int = 3) -> SystemCuts:
    return cuts_of(Graph(scene(ESTATE).estate), "k/main", order, 99, "hazard" if by == "hazard" else "component")


def cut(told: SystemCuts, *losses: str) -> Cut:
    return next(one for one in told.cuts if set(one.losses) == set(losses))


def test_a_hazard_is_one_event() -> None:
    told = found()
    assert cut(told, "quake").a_year == pytest.approx(1 - exp(-0.01))
    assert cut(told, "flood", "strike").a_year == pytest.approx((1 - exp(-0.1)) * (1 - exp(-0.5)))
    assert cut(told, "p", "q").a_year is None
    assert told.cuts[0].losses == ("flood", "strike")


def test_what_has_no_figure_leaves_the_upper_limit_open() -> None:
    told = found()
    assert told.a_year.least > 0.04
    assert told.a_year.most is None
    assert told.silent > 0


def test_components_are_not_hazards() -> None:
    told = found("component")
    assert {name for one in told.cuts for name in one.losses}.isdisjoint({"quake", "flood", "strike"})
    assert cut(told, "k/one", "k/two").systems == 3


def test_the_smallest_come_first_where_nothing_is_known() -> None:
    sizes = [len(one.losses) for one in found("component").cuts]
    assert sizes == sorted(sizes)


def test_limits_hold_what_a_simulation_gives() -> None:
    """The truth by trying all, a seeded simulation beside it."""
    rates = {"p": 0.2, "q": 0.1, "p/d": 0.4, "q/e": 0.05}
    known = ", ".join(
        f"{{id: h{number}, hits: ['{ref}'], a-year: {rate}}}" for number, (ref, rate) in enumerate(rates.items())
    )
    graph = Graph(scene(ESTATE.split("hazards:")[0] + f"hazards: [{known}]\n").estate)
    likely = {one.ref: 1 - exp(-one.a_year) for one in hazards(graph) if one.a_year is not None}
    told = cuts_of(graph, "k/main", 2, 99, "hazard")
    numbered = net(graph, "optimistic", hazards(graph))

    def stops(some: tuple[str, ...]) -> bool:
        return numbered.number["k/main"] in falls(numbered, [numbered.number[one] for one in some])

    truth = 0.0
    for states in product((False, True), repeat=len(likely)):
        happened = tuple(name for name, state in zip(likely, states, strict=True) if state)
        if stops(happened):
            truth += prod(likely[name] if name in happened else 1 - likely[name] for name in likely)
    random = Random(7)
    trials = 4_000
    hits = sum(stops(tuple(name for name in likely if random.random() < likely[name])) for _ in range(trials))
    assert abs(hits / trials - truth) < 4 * (truth * (1 - truth) / trials) ** 0.5
    assert told.a_year.least <= truth + 1e-12
    assert told.a_year.least > truth / 2


def test_several_of() -> None:
    likely = [0.1, 0.3, 0.7, 0.2]
    for least in range(6):
        truth = sum(
            prod(share if state else 1 - share for share, state in zip(likely, states, strict=True))
            for states in product((False, True), repeat=4)
            if sum(states) >= least
        )
        assert several_of(likely, least) == pytest.approx(truth)
