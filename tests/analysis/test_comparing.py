"""Two estates: what is new, gone, promised, and what stops systems now."""

from __future__ import annotations

from datetime import timedelta

from audit.analysis.comparing import difference
from audit.analysis.faults.falling import weaknesses
from tests.analysis import chance
from tests.model.estates import graph_of

OLD = """
sites:
  - {id: daejeon, power: [west, east], rooms: [{id: hall}]}
  - {id: busan}
institutions:
  - id: kibo
    systems:
      - {id: loans, grade: 1, rto: 2h, at: [daejeon/hall, busan]}
      - {id: board, grade: 3, at: [daejeon/hall]}
"""


def test_the_same_estate_has_no_difference() -> None:
    found = difference(graph_of(OLD), graph_of(OLD))
    assert not found.worse
    assert not any((found.new, found.gone, found.promises, found.new_singles, found.gone_singles, found.surer_singles))
    assert not any((found.raised_singles, found.new_pairs, found.gone_pairs))


def test_a_lost_second_place_is_a_new_single_point() -> None:
    found = difference(graph_of(OLD), graph_of(OLD.replace("[daejeon/hall, busan]", "[daejeon/hall]")))
    assert found.worse
    assert {(one.losses, one.system, one.surely) for one in found.new_singles} == {
        (("daejeon",), "kibo/loans", True),
        (("daejeon/hall",), "kibo/loans", True),
    }
    assert (("daejeon", "busan") in {one.losses for one in found.gone_pairs}) != (
        ("busan", "daejeon") in {one.losses for one in found.gone_pairs}
    )
    assert {one.losses for one in found.new_pairs} == {("east", "west")}
    back = difference(graph_of(OLD.replace("[daejeon/hall, busan]", "[daejeon/hall]")), graph_of(OLD))
    assert not back.worse
    assert len(back.gone_singles) == 2


def test_a_raised_system_brings_its_single_points_along() -> None:
    found = difference(graph_of(OLD), graph_of(OLD.replace("grade: 3", "grade: 1")))
    assert found.worse
    assert found.new_singles == ()
    assert {one.losses[0] for one in found.raised_singles} == {"daejeon", "daejeon/hall"}
    assert {(one.what, one.direction) for one in found.promises} == {
        ("grade", "tighter"), ("rto", "tighter"), ("rpo", "tighter"),
    }  # fmt: skip


def test_a_new_system_of_a_lower_grade_is_told_but_worse_is_only_grade_one() -> None:
    more = OLD + "      - {id: news, grade: 4, at: [busan]}\n"
    found = difference(graph_of(OLD), graph_of(more))
    assert [(one.kind, one.ref, one.grade) for one in found.new] == [("system", "kibo/news", 4)]
    assert {(one.losses, one.system) for one in found.new_singles} == {(("busan",), "kibo/news")}
    assert not found.worse
    assert difference(graph_of(OLD), graph_of(more.replace("grade: 4", "grade: 1"))).worse


def test_promises_and_feeds() -> None:
    new = OLD.replace("rto: 2h", "rto: 9h").replace("west, east", "west, north")
    found = difference(graph_of(OLD), graph_of(new), 1)
    assert [(one.system, one.what, one.old, one.new, one.direction) for one in found.promises] == [
        ("kibo/loans", "rto", timedelta(hours=2), timedelta(hours=9), "looser")
    ]
    assert ([one.ref for one in found.new], [one.ref for one in found.gone]) == (["north"], ["east"])
    assert found.order == 1


def test_a_failover_that_no_longer_helps_makes_a_single_point_surer() -> None:
    hot = OLD.replace("at: [daejeon/hall]}", "at: [daejeon/hall], failover: [{id: away, kind: declared, to: busan, "
                      "mode: hot}]}")  # fmt: skip
    found = difference(graph_of(hot), graph_of(hot.replace("mode: hot", "mode: cold")))
    assert found.new_singles == ()
    assert {one.losses[0] for one in found.surer_singles} == {"daejeon", "daejeon/hall"}


def test_every_pair_of_losses_is_compared() -> None:
    compared = 0
    for seed in range(20):
        graph = graph_of(chance.estate(seed))
        found = difference(graph_of("institutions: []\n"), graph)
        rows = [row for row in weaknesses(graph, 2)[0] if len(row.losses) == 2]
        told = {(row.losses, ref): ref in row.surely for row in rows for ref in (*row.surely, *row.maybe)}
        assert {(one.losses, one.system): one.surely for one in found.new_pairs} == told
        compared += len(told)
    assert compared > 100
