"""Small estates with what is down in them become causes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.analysis.causes import Cause, causes
from audit.model.graph import Graph
from tests.model.estates import graph_of

TEXT = """
sites:
  - {id: north, operator: host, power: [grid-a], rooms: [{id: hall}, {id: attic}]}
  - {id: south, power: [grid-b], rooms: [{id: cellar}]}
suppliers: [{id: host}, {id: telecom}]
institutions:
  - id: a
    systems:
      - {id: login, grade: 1, at: [south/cellar], endpoints: [E(web), E(name)]}
      - {id: portal, grade: 2, at: [north/hall], needs: [login], endpoints: [E(web)]}
      - {id: bus, grade: 2, needs: [login]}
      - {id: payments, grade: 1, needs: [bus], endpoints: [E(web)]}
      - {id: either, grade: 3, needs: [{any: [login, other]}], endpoints: [E(web)]}
      - {id: other, grade: 3, at: [north/attic], needs: [telecom], endpoints: [E(web)]}
      - {id: ring-a, grade: 3, needs: [ring-b], endpoints: [E(web)]}
      - {id: ring-b, grade: 2, needs: [ring-a], endpoints: [E(web)]}
      - {id: hot, grade: 1, at: [north/hall], endpoints: [E(web)],
         failover: [{id: f, kind: declared, to: south/cellar, mode: hot}]}
      - {id: wide, grade: 2, needs: [telecom], endpoints: [E(web)]}
"""


def small(text: str = TEXT) -> Graph:
    for name in ("web", "name"):
        text = text.replace(f"E({name})", f'{{id: {name}, kind: http, url: "http://127.0.0.1/{name}"}}')
    return graph_of(text)


GRAPH = small()
EVERYTHING = tuple(one.ref for _, system in GRAPH.estate.systems() for one in system.endpoints)


def found(*down: str) -> dict[str, tuple[str, ...]]:
    return {cause.root: cause.fallen for cause in causes([f"a/{ref}" for ref in down], GRAPH)}


def test_nothing() -> None:
    assert causes((), GRAPH) == ()


def test_one() -> None:
    assert causes(["a/login/web"], GRAPH) == (Cause("a/login/web", ()),)


def test_several_endpoints_of_one_system() -> None:
    assert found("login/web", "login/name") == {"a/login": ("a/login/name", "a/login/web")}


def test_a_need_explains_what_needs_it() -> None:
    assert found("login/web", "portal/web") == {"a/login/web": ("a/portal/web",)}


def test_through_a_system_that_nobody_watches() -> None:
    assert found("login/web", "payments/web") == {"a/login/web": ("a/payments/web",)}


def test_never_through_one_that_stands() -> None:
    graph = graph_of(
        """
        institutions:
          - id: a
            systems:
              - {id: s, grade: 1, endpoints: [{id: w, kind: tcp, host: 127.0.0.1, port: 1}]}
              - {id: m, grade: 1, needs: [s], endpoints: [{id: w, kind: tcp, host: 127.0.0.1, port: 2}]}
              - {id: t, grade: 1, needs: [m], endpoints: [{id: w, kind: tcp, host: 127.0.0.1, port: 3}]}
        """
    )
    assert len(causes(["a/s/w", "a/t/w"], graph)) == 2
    assert len(causes(["a/s/w", "a/m/w", "a/t/w"], graph)) == 1


def test_a_group_that_is_still_met_explains_nothing() -> None:
    assert len(found("login/web", "either/web")) == 2
    assert found("login/web", "other/web", "either/web") == {"a/login/web": ("a/either/web",), "a/other/web": ()}


def test_a_circle_has_one_root() -> None:
    assert found("ring-a/web", "ring-b/web") == {"a/ring-b/web": ("a/ring-a/web",)}


def test_all_of_a_supplier_at_once() -> None:
    (cause,) = causes(["a/other/web", "a/wide/web"], GRAPH)
    assert (cause.root, cause.shared, cause.fallen) == ("telecom", True, ("a/wide/web", "a/other/web"))


def test_a_site_whose_every_system_is_down_unless_something_took_over() -> None:
    (cause,) = causes(["a/portal/web", "a/other/web"], GRAPH)
    assert (cause.root, cause.shared) == ("north", True)
    (cause,) = causes(["a/portal/web", "a/hot/web"], GRAPH)
    assert (cause.root, cause.shared) == ("north/hall", True)


def test_one_that_answers_there_acquits_the_place() -> None:
    graph = small(TEXT.replace("mode: hot", "mode: warm"))
    assert {cause.root for cause in causes(["a/portal/web", "a/other/web"], graph)} == {"a/portal/web", "a/other/web"}


def test_what_the_estate_does_not_have() -> None:
    assert causes(["gone/s/web"], GRAPH) == (Cause("gone/s/web", ()),)


@settings(max_examples=150, deadline=None)
@given(st.sets(st.sampled_from(EVERYTHING)))
def test_each_subject_is_in_exactly_one_cause(down: set[str]) -> None:
    told = causes(down, GRAPH)
    named = [one for cause in told for one in cause.subjects if one in down]
    assert sorted(named) == sorted(down)
    assert causes(sorted(down, reverse=True), GRAPH) == told
    assert len(told) <= len(down)
