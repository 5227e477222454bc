"""Permits for dangerous work in; what they lack, what the work could take out."""

from datetime import UTC, datetime

import pytest

from audit.model.endangered import burnt, endangered, grade_of, systems_in_danger
from audit.model.graph import Graph
from audit.model.permit import PHOTOGRAPHED, STEPS, missing
from audit.model.subject import subjects
from tests.checks.judging import catalogue
from tests.model.estates import estate_of, graph_of

AT = datetime(2026, 9, 1, tzinfo=UTC)
PHOTO = ", photo: p.jpg, sha256: " + "0" * 64
PLACES = """
suppliers: [{id: movers}]
sites:
  - id: d
    power: [west, east]
    rooms:
      - {id: hall, kind: it, compartment: c1, feeds: [west]}
      - {id: cells, compartment: c1}
      - {id: apart, kind: it, compartment: c2, feeds: [west, east]}
    batteries: [{id: string, room: cells}]
    equipment: [{id: switch, room: apart}, {id: roof}]
    generators: [{id: engine, room: cells}]
    cooling: [{id: unit, serves: [hall], feed: west}]
    carriers: [{id: line, entry: north}]
  - {id: b, rooms: [{id: hall}]}
institutions:
  - id: k
    systems:
      - {id: burns, grade: 2, at: [d/hall]}
      - {id: stops, grade: 1, at: [d/apart]}
      - {id: leans, grade: 3, at: [b/hall], needs: [switch]}
      - {id: stands, grade: 1, at: [b/hall]}
"""


def work(kind: str = "hot-work", on: str = "string", rest: str = "") -> str:
    return (
        PLACES + f"permits: [{{id: job, kind: {kind}, on: [{on}], from: '2026-09-01T00:00+00:00', "
        f"to: '2026-09-02T00:00+00:00'{rest}}}]\n"
    )


def whole(kind: str = "battery", **changed: str) -> str:
    """The rest of a permit in which nothing is missing, or one step is written differently."""
    steps = {
        name: f"{{step: {name}, done: '2026-08-31T00:00+00:00', by: Kim{PHOTO if name in PHOTOGRAPHED else ''}}}"
        for name in STEPS[kind]
    } | {name.replace("_", "-"): text for name, text in changed.items()}
    listed = ", ".join(text for text in steps.values() if text)
    return (
        f", contractor: movers, licence: L, supervisor: {{name: Kim}}, approved-by: Lee, charge: 30, steps: [{listed}]"
    )


def lacks(text: str) -> list[str]:
    return [str(one) for one in missing(estate_of(text).permits[0], 30, AT)]


@pytest.mark.parametrize("kind", STEPS)
def test_a_whole_permit_lacks_nothing(kind: str) -> None:
    assert lacks(work(kind, rest=whole(kind))) == []


@pytest.mark.parametrize("kind", STEPS)
def test_an_empty_permit_lacks_each_step(kind: str) -> None:
    said = " ".join(lacks(work(kind)))
    assert all(f"{step} is not done" in said for step in STEPS[kind])
    assert all(word in said for word in ("contractor", "licence", "supervisor", "approved"))
    assert ("charge" in said) == (kind == "battery")


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        (whole().replace("charge: 30", "charge: 30.5"), "the batteries are charged to 30.5 %; 30 % are allowed"),
        (whole(lock_out=""), "lock-out is not done"),
        (whole(lock_out="{step: lock-out, by: Kim" + PHOTO + "}"), "lock-out is not done"),
        (whole(tag_out="{step: tag-out, done: '2026-08-31T00:00+00:00'" + PHOTO + "}"), "nobody stands for tag-out"),
        (
            whole(insulation="{step: insulation, done: '2026-08-31T00:00+00:00', by: Kim, photo: p.jpg}"),
            "there is no photograph of insulation with its checksum",
        ),
        (
            whole(extinguisher="{step: extinguisher, done: '2026-09-01T00:01+00:00', by: Kim}"),
            "extinguisher is said to be done on 2026-09-01T00:01:00+00:00, in the future",
        ),
        (whole() + ", subcontractors: [{name: Son}]", "the licence of the subcontractor Son is not written"),
        (whole().replace("approved-by: Lee, ", ""), "nobody has approved it"),
    ],
)
def test_each_gap_is_named(rest: str, says: str) -> None:
    assert lacks(work("battery", rest=rest)) == [says]


def test_a_fire_takes_the_compartment_a_cut_the_building() -> None:
    hot, cells = graph_of(work()), graph_of(work("battery"))
    permit, moved = hot.estate.permits[0], cells.estate.permits[0]
    assert [one.id for one in systems_in_danger(permit, hot)] == ["burns"]
    assert {"d/hall", "d/cells", "d/string", "d/engine"} <= burnt(permit, hot)
    assert "d/apart" not in endangered(permit, hot)
    assert [one.id for one in systems_in_danger(moved, cells)] == ["burns", "stops", "leans"]
    assert "d/apart" not in burnt(moved, cells)


@pytest.mark.parametrize(
    ("on", "down"),
    [
        ("switch", ["stops", "leans"]),
        ("engine", ["burns"]),
        ("unit", ["burns", "stops", "leans"]),
        ("west", ["burns"]),
        ("line", []),
        ("k/stands", ["stands"]),
        ("apart", ["stops", "leans"]),
    ],
)
def test_what_is_worked_on_decides_what_is_in_danger(on: str, down: list[str]) -> None:
    """A cooling unit of which no room is written may stand anywhere in its site."""
    graph = graph_of(work("other", on))
    assert [one.id for one in systems_in_danger(graph.estate.permits[0], graph)] == down


def test_equipment_is_a_node_like_any_other() -> None:
    graph = graph_of(PLACES)
    assert graph.needs["d/switch"] == ("d/apart",)
    assert graph.needs["d/roof"] == ("d",)
    assert graph.needs["d/unit"] == ("d", "west")
    assert "k/leans" in graph.lost_with("d/apart")
    assert graph.grades()["d/switch"] == 3


def test_a_room_on_one_feed_falls_with_it() -> None:
    graph = graph_of(PLACES)
    assert {"d/hall", "k/burns"} <= graph.falls({"west"})
    assert not {"d/apart", "k/stops"} & graph.falls({"west"})
    assert "d/apart" in graph.falls({"west", "east"})


def test_a_permit_has_the_grade_of_the_worst_that_it_endangers() -> None:
    for kind, grade in (("hot-work", 2), ("battery", 1)):
        estate = estate_of(work(kind))
        graph = Graph(estate)
        assert grade_of(estate.permits[0], graph, estate) == grade
        found = {one.ref: one for one in subjects(estate, graph, catalogue().policy(estate))}
        assert found["job"].grade == grade
        assert {"d/switch", "d/engine", "d/unit", "d/line"} <= set(found)
