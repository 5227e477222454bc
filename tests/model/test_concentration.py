"""How much leans on each member of a layer, by name and in truth."""

from __future__ import annotations

import pytest

from audit.model.concentration import Concentration, concentrations, effective, index, stakes
from audit.model.graph import Graph
from tests.model.estates import graph_of

ESTATE = """
sites:
  - {id: daejeon, operator: host-a, power: [west], rooms: [{id: hall}], carriers: [{id: line, supplier: telecom}]}
  - {id: busan, operator: host-b, power: [south], rooms: [{id: hall}]}
suppliers: [{id: host-a}, {id: host-b}, {id: telecom, kind: network}, {id: maps, aliases: [Maps-Ltd]}, {id: Maps-Ltd}]
institutions:
  - id: kibo
    systems:
      - {id: login, grade: 1, at: [daejeon/hall]}
      - {id: loans, grade: 1, at: [busan/hall], needs: [login]}
      - {id: board, grade: 4, at: [busan/hall, daejeon], needs: [Maps-Ltd]}
      - {id: cloudy, grade: 2, at: [loans], failover: [{id: away, kind: declared, to: daejeon, mode: hot}]}
      - {id: lost, grade: 4}
"""


def layer(graph: Graph, name: str) -> Concentration:
    return next(one for one in concentrations(graph) if one.layer == name)


def test_what_a_system_names_is_less_than_what_takes_it() -> None:
    site = layer(graph_of(ESTATE), "site")
    total = 8 + 8 + 1 + 4 + 1
    assert site.stakes.basis == "grade"
    assert dict(site.shares.direct) == pytest.approx({"daejeon": 9 / total, "busan": 9 / total})
    # Login stands in Daejeon; loans need it; what stands on loans falls with them, unless its failover works.
    assert dict(site.shares.hidden) == pytest.approx({"daejeon": 20 / total, "busan": 12 / total})
    assert dict(site.optimistic) == pytest.approx({"daejeon": 20 / total, "busan": 8 / total})
    assert site.shares.unplaced == pytest.approx(1 / total)
    assert site.top(1) == pytest.approx((9 / total, 20 / total))


def test_a_feed_an_operator_and_a_carrier_take_their_site() -> None:
    graph = graph_of(ESTATE)
    hidden = dict(layer(graph, "site").shares.hidden)["daejeon"]
    for name, member in (("feed", "west"), ("operator", "host-a"), ("network", "telecom")):
        assert dict(layer(graph, name).shares.hidden)[member] == hidden, name


def test_a_supplier_under_two_names_is_one() -> None:
    supplier = layer(graph_of(ESTATE), "supplier")
    assert {name for name, _ in supplier.shares.direct} == {"host-a", "host-b", "telecom", "maps"}
    assert dict(supplier.shares.direct)["maps"] == dict(supplier.shares.hidden)["maps"] > 0


def test_people_are_counted_where_every_system_declares_them() -> None:
    text = ESTATE.replace("grade: 1,", "grade: 1, users: 100,").replace("grade: 2,", "grade: 2, users: 10,")
    some = graph_of(text)
    assert layer(some, "site").stakes.basis == "grade"
    asked = next(one for one in concentrations(some, ("site",), "users"))
    assert (asked.stakes.basis, asked.stakes.silent) == ("users", ("kibo/board", "kibo/lost"))
    assert dict(asked.shares.hidden)["daejeon"] == pytest.approx(1.0)
    every = graph_of(text.replace("grade: 4", "grade: 4, users: 1"))
    assert layer(every, "site").stakes.basis == "users"


def test_contributors_take_the_programmes_that_fall_without_them() -> None:
    text = """
programmes:
  - {id: small, guarantees: 10e9 KRW, needs: [{sum: contribution, at-least: 2, of: [a, b, c]}]}
  - {id: large, guarantees: 30e9 KRW, needs: [{sum: contribution, at-least: 3, of: [a, b, c]}]}
contributors:
  - {id: a, contribution: 2 KRW, commitment: paid}
  - {id: b, contribution: 1 KRW, commitment: paid}
  - {id: c, contribution: 1 KRW, commitment: paid}
"""
    found = layer(graph_of(text), "contributor")
    assert found.stakes.basis == "guarantees"
    assert dict(found.shares.hidden) == {"a": 0.75, "b": 0.0, "c": 0.0}
    assert dict(found.shares.direct) == {"a": 1.0, "b": 1.0, "c": 1.0}
    assert effective(found.shares.direct_index) == pytest.approx(3)
    assert effective(found.shares.hidden_index) == 1


def test_the_index_is_one_over_as_many_as_are_alike() -> None:
    assert index([]) == effective(0.0) == 0.0
    for count in range(1, 9):
        assert effective(index([(str(number), 0.3) for number in range(count)])) == pytest.approx(count)
    assert index([("a", 0.5), ("b", 0.0)]) == 1.0


def test_an_empty_estate_has_no_layer() -> None:
    assert concentrations(graph_of("institutions: []\n")) == ()
    assert stakes(()).total == 0.0
