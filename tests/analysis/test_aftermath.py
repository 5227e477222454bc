"""A centre with one cooled hall next to the one that burns, against what its fire takes along."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from audit.analysis.aftermath import Aftermath, aftermath, in_view, outage
from audit.model.graph import Graph
from audit.model.hazards import happening
from tests.model.estates import graph_of

TEXT = """
sites:
  - id: centre
    operator: host
    power: [feed-a, feed-b]
    generators: [{id: engine, autonomy: 30h}]
    rooms: [{id: burning, compartment: c7}, {id: cells, kind: battery, compartment: c7}, {id: beside, overheats: 15m}]
    cooling: [{id: unit, room: burning, serves: [burning, beside], feed: feed-a}]
  - {id: away}
suppliers: [{id: host, rto: 10h}]
institutions:
  - id: gov
    systems:
      - {id: keys, grade: 1, at: [centre/burning], data: [{id: secrets, size: 1 GB, copies: []}]}
      - {id: mail, grade: 2, at: [centre/beside], recovers-with: [keys], applicants: 24/d}
      - {id: post, grade: 2, at: [away], needs: [keys]}
      - {id: free, grade: 3, at: [away], recovers-with: [keys], degraded-without: [{on: mail, to: 0.5}]}
      - {id: twice, grade: 1, at: [centre/burning], failover: [{id: f, kind: declared, to: away, mode: hot}],
         data: [{id: kept, copies: [{id: c, kind: files, at: away, path: /x}]},
                {id: somewhere, copies: [{id: c, kind: files, at: adrift, path: /x}]}]}
      - {id: adrift, grade: 4}
      - {id: patient, grade: 3, at: [away], needs: [{on: host, grace: 12h}]}
programmes: [{id: aid, served-by: [gov/post]}]
"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(TEXT)


def after(graph: Graph, *names: str, hours: float | None = None) -> Aftermath:
    events = [happening(graph, name) for name in names]
    return aftermath(graph, events if hours is None else [outage(one, hours) for one in events])


def refs(found: Sequence[object]) -> set[str]:
    return {str(getattr(one, "ref", one)) for one in found}


def test_a_fire(graph: Graph) -> None:
    found = after(graph, "centre/burning")
    how = {one.ref: (one.how, one.surely) for one in found.stops}
    assert how == {
        "gov/keys": ("destroyed", True),
        "gov/mail": ("switched-off", True),
        "gov/post": ("cut-off", True),
        "gov/twice": ("destroyed", False),
    }
    assert {one.ref: one.after for one in found.stops}["gov/mail"] == 0.25
    assert {one.ref: one.through for one in found.stops}["gov/post"] == ("gov/keys",)
    assert set(found.burnt) == {"centre/burning", "centre/cells", "centre/unit"}
    assert [(ref, why.template, sure) for ref, why, sure in found.places] == [
        ("centre/beside", "for want of cooling ({what})", True)
    ]
    assert found.degraded == (("gov/free", 0.5, True),)
    assert found.stranded == {"gov/mail": ("gov/keys",), "gov/post": ("gov/keys",), "gov/free": ("gov/keys",)}
    assert refs(found.programmes) == {"aid"}
    assert refs(found.data) == {"gov/keys/secrets"}
    assert refs(found.data_perhaps) == {"gov/twice/somewhere"}
    assert found.applicants == (1.0, 1.0)


def test_views(graph: Graph) -> None:
    found = after(graph, "centre/burning")
    assert "gov/twice" not in refs(in_view(found, "optimistic").stops)
    worst = in_view(found, "pessimistic")
    assert "gov/twice" in {one.ref for one in worst.stops if one.surely}
    assert refs(worst.data) == {"gov/keys/secrets", "gov/twice/somewhere"}
    assert in_view(found, "both") is found


def test_an_outage_is_borne_for_a_while(graph: Graph) -> None:
    feeds = ("feed-a", "feed-b")
    assert after(graph, *feeds, hours=30).stops == ()
    longer = after(graph, *feeds, hours=30.1)
    assert {"gov/keys", "gov/mail", "gov/post"} == {one.ref for one in longer.stops if one.surely}
    assert longer.stranded == {}
    assert longer.data == ()
    # One feed drives the only cooling unit: the engine carries that as well, then the hall gets too hot.
    assert {one.ref: one.after for one in after(graph, "feed-a").stops}["gov/mail"] == 30.25


def test_a_supplier_is_back_as_it_promises(graph: Graph) -> None:
    found = after(graph, "host")
    assert found.lasts == 10
    assert "gov/patient" not in refs(found.stops)
    assert "gov/patient" in refs(after(graph, "host", hours=13).stops)


def test_nothing_at_all() -> None:
    assert aftermath(graph_of("{}"), ()).stops == ()


def test_a_fire_with_an_outage_is_no_less_than_the_fire(graph: Graph) -> None:
    both = after(graph, "centre/burning", "host")
    assert refs(after(graph, "centre/burning").stops) <= refs(both.stops)
    assert "gov/patient" in refs(both.stops)
