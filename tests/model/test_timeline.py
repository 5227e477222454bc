"""Small estates with something lost to when each system stops, when it is back, what it waited for."""

from __future__ import annotations

from math import inf

import pytest

from audit.model.graph import Graph
from audit.model.hazards import happening, hazards
from audit.model.net import falls, net
from audit.model.nirs import area, mean
from audit.model.timeline import Both, Clockwork
from tests.analysis.faults.test_ways import grown
from tests.checks.judging import scene

ESTATE = """
suppliers: [{id: host, rto: 6h}]
sites:
  - {id: daejeon, power: [feed-a], rebuild: 40d,
     rooms: [{id: hall, rebuild: 10d, restart: 2h}, {id: other, restart: 1h, rebuild: 3d}],
     generators: [{id: engine, autonomy: 30h}]}
  - {id: busan, power: [feed-b], rebuild: 9d, rooms: [{id: hall, restart: 1h, rebuild: 5d}]}
institutions:
  - id: kibo
    systems:
      - {id: login, grade: 1, at: [daejeon/other], restart: 30m, rebuild: 1d}
      - {id: vault, grade: 1, at: [daejeon/hall], restart: 15m, rebuild: 2d}
      - id: loans
        grade: 1
        at: [daejeon/hall]
        needs: [login, {on: host, grace: 4h}]
        recovers-with: [vault]
        restart: 1h
        rebuild: 3d
        data: [{id: book, size: 360 GB, copies: [{id: far, kind: files, at: busan/hall, path: '/x/*', every: 1h,
          restore-rate: 100 MB/s}]}]
      - id: pay
        grade: 1
        at: [daejeon/hall]
        rebuild: 20d
        restart: 1h
        failover: [{id: over, kind: declared, to: busan, mode: warm, STEPS}]
      - {id: board, grade: 3, at: [daejeon/hall]}
"""
STEPS = "steps: {detect: 5m, decide: 25m, switch: 30m, verify: 1h}"
PROVEN = STEPS + ", drills: [{on: 2026-05-01, realism: real-switch, took: 2h}]"


def after(*lost: str, steps: str = PROVEN, text: str = ESTATE) -> Both:
    graph = Graph(scene(text.replace("STEPS", steps)).estate)
    return Clockwork(graph).after(*(happening(graph, one) for one in lost))


def test_a_fire_is_built_anew_step_by_step() -> None:
    both = after("daejeon/hall")
    assert both.least.back("daejeon/hall") == 240
    assert both.least.back("kibo/vault") == 240 + 48
    # It waits for the vault, is set up, gets its data: one hour at the declared rate, two at half of it.
    assert both.least.back("kibo/loans") == pytest.approx(288 + 72 + 1)
    assert both.most.back("kibo/loans") == pytest.approx(288 + 72 + 2)
    assert both.least.path("kibo/loans") == ("kibo/loans", "kibo/vault", "daejeon/hall")
    assert both.least.falls("kibo/login") == inf


def test_a_standby_takes_over_before_anything_is_built() -> None:
    assert after("daejeon/hall").least.back("kibo/pay") == 2.0
    assert after("daejeon/hall").most.back("kibo/pay") == 2.0
    never_switched = after("daejeon/hall", steps=STEPS)
    assert (never_switched.least.back("kibo/pay"), never_switched.most.back("kibo/pay")) == (2.0, 240 + 480)
    assert after("daejeon/hall", "busan").least.back("kibo/pay") > 200


def test_what_tells_no_time_is_nothing_to_the_one_and_endless_to_the_other() -> None:
    both = after("daejeon/hall")
    assert (both.least.back("kibo/board"), both.most.back("kibo/board")) == (240, inf)
    assert both.most.bounds("kibo/board") == ("kibo/board",)
    assert "kibo/board" in {both.least.name(node) for node in both.least.untold}


def test_a_grace_is_borne_or_not() -> None:
    both = after("host")
    assert both.least.falls("kibo/loans") == 4.0
    assert both.least.back("kibo/loans") == 7.0
    short = after("host", text=ESTATE.replace("rto: 6h", "rto: 4h"))
    assert short.most.falls("kibo/loans") == inf


def test_an_outage_that_the_fuel_outlasts_stops_nothing() -> None:
    graph = Graph(scene(ESTATE.replace("STEPS", PROVEN)).estate)
    clock = Clockwork(graph)
    assert clock.after(happening(graph, "feed-a"), lasts=29.0).most.falls("kibo/login") == inf
    long = clock.after(happening(graph, "feed-a"), lasts=50.0)
    assert (long.least.falls("kibo/login"), long.least.back("kibo/login")) == (30.0, 51.5)
    assert long.most.back("kibo/login") == 51.5


def test_what_falls_is_what_the_net_says_falls() -> None:
    compared = 0
    for seed in range(120):
        graph = Graph(scene(grown(seed)).estate)
        clock = Clockwork(graph)
        for event in hazards(graph):
            both = clock.after(event, lasts=1e5)
            for view, told in (("optimistic", both.least), ("pessimistic", both.most)):
                numbers = net(graph, view)  # type: ignore[arg-type]
                down = falls(numbers, (numbers.number[ref] for ref in event.struck(told.view)))
                systems = {ref for ref in numbers.named(down) if ref.startswith("k")}
                stopped = {ref for ref in told.stopped() if ref.startswith("k") and not ref.count("/") > 1}
                assert {ref for ref in systems if not ref.count("/") > 1} == stopped, (seed, event.ref, view)
                compared += 1
    assert compared > 500


def test_the_least_is_never_more_than_the_most() -> None:
    for seed in range(120):
        graph = Graph(scene(grown(seed)).estate)
        clock = Clockwork(graph)
        for event in hazards(graph):
            both = clock.after(event)
            for _, system in graph.estate.systems():
                assert both.least.back(system.ref) <= both.most.back(system.ref)
                assert both.least.falls(system.ref) >= both.most.falls(system.ref)


def test_the_reference_curve_is_that_of_the_press() -> None:
    assert area() == pytest.approx(386_000, rel=0.002)
    assert mean() == pytest.approx(545, rel=0.002)


@pytest.mark.parametrize(("lead", "least", "most"), [("", 24 + 1 + 1, inf), (", lead-time: 10d", 266, 266)])
def test_a_burnt_cooling_unit_is_not_back_at_once(lead: str, least: float, most: float) -> None:
    text = (
        "sites: [{id: daejeon, rooms: [{id: hall, restart: 1h}, {id: plant, rebuild: 1d}], "
        f"cooling: [{{id: unit, room: plant, serves: [hall]{lead}}}]}}]\n"
        "institutions: [{id: kibo, systems: [{id: board, grade: 1, at: [daejeon/hall], restart: 1h}]}]\n"
    )
    graph = Graph(scene(text).estate)
    both = Clockwork(graph).after(happening(graph, "daejeon/plant"))
    assert (both.least.back("kibo/board"), both.most.back("kibo/board")) == (least, most)


COOLED = """
sites:
  - {id: s, %s rooms: [{id: a, rebuild: 10d, overheats: 20m, restart: 1h}, {id: b, overheats: 20m, restart: 1h}],
     cooling: [{id: plant, room: a, serves: [b]%s}]}
institutions: [{id: i, systems: [{id: x, grade: 1, at: [s/b], restart: 2h}]}]
"""


@pytest.mark.parametrize(
    ("lost", "site", "lead", "falls", "back"),
    [
        ("s/plant", "", "", 1 / 3, 1 / 3 + 3),  # untold: not before the room is too hot
        ("s/plant", "", ", lead-time: 10m", inf, 0.0),  # told: a spare one stands ready
        ("s", "rebuild: 30d,", "", 0.0, 720.0),  # another place has cooling of its own
    ],
)
def test_nobody_replaces_a_burnt_unit_before_the_room_is_hot(
    lost: str, site: str, lead: str, falls: float, back: float
) -> None:
    graph = Graph(scene(COOLED % (site, lead)).estate)
    least = Clockwork(graph).after(happening(graph, lost)).least
    assert least.falls("i/x") == pytest.approx(falls, rel=1e-6)
    assert least.back("i/x") == pytest.approx(back, rel=1e-6)
