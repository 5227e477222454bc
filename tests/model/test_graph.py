"""Small estates with something that is hit in; what falls, burns, shares, comes back out."""

import pytest

from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.needs import SumOf
from tests.model.estates import graph_of

TEXT = """
sites:
  - id: daejeon
    operator: nirs
    power: [substation-a, substation-b]
    rooms:
      - {id: room-1, compartment: c1}
      - {id: room-2, compartment: c1}
      - {id: room-3, compartment: c3}
    batteries: [{id: ups-b, room: room-2}]
    power-protection: [{id: ups-1, kind: nut, host: 127.0.0.1, ups: u, room: room-2}]
  - {id: busan, power: [substation-b], capacity: 40, rooms: [{id: room-1, compartment: c1}]}
suppliers: [{id: nirs}]
institutions:
  - id: kibo
    systems:
      - {id: platform, grade: 3, at: [daejeon/room-1]}
      - {id: guarantee, grade: 1, at: [platform, busan/room-1], needs: [{k: 1, of: [login, spare]}],
         data: [{id: ledger, at: platform}, {id: loose}]}
      - {id: login, grade: 2, at: [daejeon/room-3]}
      - {id: spare, grade: 4, at: [busan/room-1]}
      - {id: alone, grade: 1, at: [daejeon/room-1], needs: [login],
         failover: [{id: to-busan, kind: declared, to: busan, mode: hot}]}
programmes:
  - {id: retail, served-by: [kibo/guarantee], needs: [{sum: contribution, at-least: 2e9 KRW, of: [bank-a, bank-b]}]}
contributors:
  - {id: bank-a, contribution: 1e9 KRW, commitment: signed}
  - {id: bank-b, contribution: 1e9 KRW, commitment: signed}
"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(TEXT)


def system(graph: Graph, ref: str) -> System:
    found = graph.estate.index[ref]
    assert isinstance(found, System)
    return found


def test_places(graph: Graph) -> None:
    assert graph.domains("daejeon/room-1") == {"daejeon", "daejeon/room-1", "daejeon#c1"}
    assert graph.final_places("kibo/guarantee") == {"daejeon/room-1", "busan/room-1"}
    assert graph.domains("kibo/platform") == {"kibo/platform", "daejeon", "daejeon/room-1", "daejeon#c1"}
    assert graph.sites("kibo/guarantee/ledger") == {"daejeon"}
    assert graph.final_places("kibo/guarantee/loose") == frozenset()
    assert graph.power("kibo/platform") == {"substation-a", "substation-b"}
    assert graph.domains("") == frozenset()
    assert {one.id for one in graph.occupants["busan/room-1"]} == {"guarantee", "spare"}
    assert not graph.placeless


def test_a_fire_takes_the_compartment(graph: Graph) -> None:
    assert graph.burns("daejeon/room-1") == {"daejeon/room-1", "daejeon/room-2"}
    assert graph.burns("daejeon/room-3") == {"daejeon/room-3"}
    assert graph.burns("daejeon") == {"daejeon"}
    assert graph.burns("nirs") == {"nirs"}
    down = graph.lost_with("daejeon/room-1")
    assert {"daejeon/ups-b", "daejeon/ups-1", "kibo/platform", "kibo/guarantee/ledger", "kibo/alone"} <= down
    assert "kibo/guarantee" not in down
    assert graph.lost_with("daejeon/room-1") is down


@pytest.mark.parametrize(
    ("hit", "falls", "stands"),
    [
        ({"substation-a"}, set(), {"daejeon"}),
        ({"substation-a", "substation-b"}, {"daejeon", "busan", "kibo/guarantee", "retail"}, {"nirs"}),
        ({"nirs"}, {"daejeon", "kibo/login", "kibo/alone"}, {"kibo/guarantee", "kibo/spare"}),
        ({"busan"}, {"kibo/spare"}, {"kibo/guarantee"}),
        ({"kibo/login", "kibo/spare"}, {"kibo/guarantee", "retail"}, {"kibo/platform"}),
        ({"bank-a"}, {"retail"}, {"kibo/guarantee"}),
        ({"nothing-of-ours"}, set(), {"daejeon"}),
    ],
)
def test_what_falls(graph: Graph, hit: set[str], falls: set[str], stands: set[str]) -> None:
    down = graph.falls(hit)
    assert hit <= down
    assert falls <= down
    assert not stands & down


def test_sums_and_counts(graph: Graph) -> None:
    assert graph.amount("bank-a", "contribution") == 1e9
    assert graph.amount("busan", "capacity") == 40
    assert graph.amount("nirs", "capacity") == 0
    need = SumOf.model_construct(sum="contribution", at_least=2e9, of=("bank-a", "bank-b"))
    assert graph.met(need, set())
    assert not graph.met(need, {"bank-b"})


def test_a_sum_that_was_never_reached_is_no_consequence() -> None:
    graph = graph_of("""
institutions: [{id: kibo, systems: [{id: a, grade: 1}, {id: b, grade: 1}]}]
programmes:
  - {id: short, served-by: [kibo/a, kibo/b], needs: [{sum: contribution, at-least: 5e9 KRW, of: [bank]}]}
contributors: [{id: bank, contribution: 1e9 KRW, commitment: signed}]
""")
    assert "short" not in graph.falls({"kibo/a"})
    assert "short" not in graph.falls({"bank"})
    assert "short" in graph.falls({"kibo/a", "kibo/b"})


def test_what_stops_a_system_alone(graph: Graph) -> None:
    assert graph.single_points(system(graph, "kibo/guarantee")) == frozenset()
    assert graph.single_points(system(graph, "kibo/login")) == {"daejeon/room-3", "daejeon", "nirs"}
    # The hot standby takes over for the place, but the login that both need stands in Daejeon.
    assert graph.single_points(system(graph, "kibo/alone")) == {"kibo/login", "daejeon/room-3", "daejeon", "nirs"}


def test_a_standby_helps_where_it_stands_and_has_what_it_needs(graph: Graph) -> None:
    alone = system(graph, "kibo/alone")
    assert graph.stands_by(alone, graph.lost_with("daejeon/room-1"))
    assert not graph.stands_by(alone, graph.lost_with("daejeon"))
    assert not graph.stands_by(system(graph, "kibo/login"), frozenset())


def test_the_grade_of_what_is_shared(graph: Graph) -> None:
    grades = graph.grades()
    assert grades["daejeon"] == grades["nirs"] == grades["daejeon/ups-b"] == grades["kibo/login"] == 1
    assert grades["kibo/spare"] == 1
    assert grades["retail"] == 1
    assert "bank-a" not in grades


def test_circles_never_come_back() -> None:
    graph = graph_of("""
sites: [{id: daejeon}]
institutions:
  - id: kibo
    systems:
      - {id: vault, grade: 1, at: [daejeon], recovers-with: [login]}
      - {id: login, grade: 1, needs: [vault]}
      - {id: after, grade: 1, needs: [login]}
      - {id: either, grade: 1, needs: [{any: [login, free]}]}
      - {id: free, grade: 1, recovers-with: [either-not, daejeon]}
      - {id: either-not, grade: 1}
""")
    assert set(graph.stuck) == {"kibo/vault", "kibo/login", "kibo/after"}
    assert graph.stuck["kibo/vault"] == ("kibo/login",)
