"""Estates with machines, makers, suppliers under several names against what can happen to them."""

from __future__ import annotations

import pytest

from audit.model.alias import plain_name, same_suppliers, shared_aliases
from audit.model.graph import Graph
from audit.model.hazards import Happening, happening, hazards
from audit.model.net import falls, net
from audit.model.ruins import ruins
from tests.model.estates import estate_of, graph_of

TEXT = """
sites:
  - id: daejeon
    operator: host
    power: [west, east]
    rooms: [{id: hall, compartment: c5}, {id: cells, kind: battery, compartment: c5}, {id: vault, compartment: c6}]
    batteries:
      - {id: old, room: cells, vendor: "Cells Inc.", model: B1, installed: 2014-05-01, maintained-by: mender}
      - {id: new, room: vault, vendor: CELLS, model: b-1, maintained-by: mender}
    equipment: [{id: switch, room: hall, vendor: Nets, model: S, maintained-by: mender-two}]
suppliers:
  - {id: host, rto: 4h}
  - {id: mender, name: "(주)Mender"}
  - {id: mender-two, name: "MENDER Co., Ltd."}
  - {id: idle}
institutions:
  - id: k
    systems:
      - {id: a, grade: 1, at: [daejeon/hall], data: [{id: d, at: daejeon/hall, copies: [
          {id: one, kind: files, at: daejeon/vault, path: /x}]}, {id: e, at: a, copies: []}]}
      - {id: b, grade: 2, needs: [mender-two]}
hazards:
  - {id: recall, match: {vendor: cells, installed-before: 2015-01-01}, a-year: 0.02, source: the maker}
  - {id: storm, hits: [west, east], mode: outage, lasts: 6h}
  - {id: nothing, match: {}, mode: outage}
"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(TEXT)


@pytest.fixture(scope="module")
def known(graph: Graph) -> dict[str, Happening]:
    return {one.ref: one for one in hazards(graph)}


def test_everything_that_can_happen(known: dict[str, Happening]) -> None:
    assert list(known) == [
        "daejeon", "daejeon#c5", "daejeon/vault", "west", "east", "host", "mender",
        "contractor:mender", "maker:Cells Inc. B1", "recall", "storm", "nothing",
    ]  # fmt: skip
    assert known["daejeon#c5"].burns == ("daejeon/hall", "daejeon/cells")
    assert (known["west"].mode, known["west"].burns) == ("outage", ())
    assert known["host"].lasts == 4
    assert known["storm"].lasts == 6
    assert known["recall"].a_year == 0.02
    assert known["nothing"].hits == ()


def test_two_names_of_one_contractor_are_one(known: dict[str, Happening], graph: Graph) -> None:
    assert known["contractor:mender"].hits == ("daejeon/old", "daejeon/new", "daejeon/switch")
    assert {"mender", "mender-two", "k/b"} <= graph.falls({"mender"})
    found = net(graph, "pessimistic")
    assert found.number["mender"] == found.number["mender-two"]


def test_what_is_not_known_is_hit_perhaps(known: dict[str, Happening]) -> None:
    recall = known["recall"]
    assert recall.struck("optimistic") == ("daejeon/old", "daejeon/cells", "daejeon/hall")
    assert set(recall.struck("pessimistic")) - set(recall.hits) == {"daejeon/new", "daejeon/vault"}


def test_hazards_are_nodes_of_the_net(graph: Graph) -> None:
    happenings = hazards(graph)
    for view in ("optimistic", "pessimistic"):
        found = net(graph, view, happenings)
        for one in happenings:
            alone = set(falls(found, [found.number[one.ref]])) | {found.number[one.ref]}
            direct = set(falls(found, [found.number[ref] for ref in one.struck(view)]))
            assert direct <= alone
            assert alone - direct <= {found.number[one.ref]}


def test_a_name_to_what_is_meant(graph: Graph) -> None:
    assert happening(graph, "daejeon/hall").ref == "daejeon#c5"
    assert happening(graph, "daejeon#c6").ref == "daejeon/vault"
    assert happening(graph, "mender-two").ref == "mender"
    assert happening(graph, "recall").kind == "declared"
    assert (happening(graph, "k/a").mode, happening(graph, "daejeon/switch").mode) == ("outage", "destroy")
    with pytest.raises(LookupError):
        happening(graph, "nowhere")


def test_what_is_destroyed(graph: Graph) -> None:
    ruined, gone = ruins(graph, "optimistic").of(("daejeon/hall",))
    assert {"daejeon/switch", "k/a", "k/a/d", "k/a/e"} <= ruined
    assert not {"daejeon/cells", "k/a/d/one", "daejeon"} & ruined
    assert gone == ("k/a/e",)
    assert set(ruins(graph, "optimistic").of(("daejeon",))[1]) == {"k/a/d", "k/a/e"}
    assert ruins(graph, "pessimistic").of(("west",))[1] == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(주)Example Networks", "EXAMPLE networks Co., Ltd."),
        ("Example Inc", "주식회사 example"),
        ("Ｅｘａｍｐｌｅ", "example"),
        ("example-networks", "Example Networks"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize(("one", "other"), [("Costa", "Sta"), ("Inc.", "Ltd."), ("Cosco", "Sco"), ("Example A", "B")])
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert plain_name(one) != plain_name(other)


def test_aliases_join_suppliers_unless_it_is_not_clear_whom() -> None:
    estate = estate_of(
        "suppliers: [{id: one, aliases: [Two]}, {id: two}, {id: three, aliases: [Tele]}, {id: four, aliases: [TELE]}]"
    )
    assert same_suppliers(estate) == {"two": "one"}
    assert shared_aliases(estate) == {"tele": ("three", "four")}
    assert same_suppliers(estate_of("{}")) == {}
    assert hazards(graph_of("{}")) == ()
