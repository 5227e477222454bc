"""What happens to an estate to what it costs, by system."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from audit.analysis.impact import Impact, impact
from audit.model.graph import Graph
from audit.model.hazards import happening
from audit.model.meaning import Span
from tests.checks.judging import scene

AT = datetime(2026, 9, 1, tzinfo=UTC)
ESTATE = """
sites: [{id: daejeon, rebuild: 10h, rooms: [{id: hall, rebuild: 10h}, {id: vault, rebuild: 10h}]}, {id: busan}]
suppliers: [{id: mail, rto: 6h}, {id: maps}]
institutions:
  - id: k
    systems:
      - {id: loans, grade: 1, users: 1000, applicants: 10/h, restart: 1h, rebuild: 5h, at: [daejeon/hall]}
      - {id: board, grade: 3, users: 5000, restart: 1h, rebuild: 5h, at: [busan], needs: [loans]}
      - {id: quiet, grade: 4, restart: 1h, rebuild: 5h, at: [daejeon/hall]}
      - {id: letters, grade: 2, users: 100, at: [busan], degraded-without: [{on: mail, to: 0.4}, {on: maps, to: 0.9}],
         deadlines: [{id: end, at: '2026-09-01T03:00+00:00', people: 50, extends: section 7}]}
      - {id: patient, grade: 2, users: 7, at: [busan], needs: [{on: mail, grace: 4h}]}
programmes: [{id: fund, served-by: [k/loans]}]
calendar: [{id: autumn, from: 2026-08-30, to: 2026-09-03, demand: 2}]
"""


def cost(*lost: str, hours: float | None = None, text: str = ESTATE) -> Impact:
    graph = Graph(scene(text).estate)
    return impact(graph, tuple(happening(graph, one) for one in lost), AT, hours)


def test_a_fire_costs_what_the_rebuilding_takes() -> None:
    found = cost("daejeon/hall")
    assert [one.system.ref for one in found.costs] == ["k/board", "k/loans", "k/quiet"]
    loans = found.costs[1]
    assert loans.stop.back == Span(15, 15)
    assert loans.harm.exposure == Span(15_000, 15_000)
    assert loans.harm.waiting == Span(10 * 2 * 15 * 15 / 2, 10 * 2 * 15 * 15 / 2), "it is a busy day"
    board = found.costs[0]
    assert board.harm.exposure == Span(16 * 5000, 16 * 5000), "it starts again once the loans are back"
    assert found.whole.exposure == Span(95_000, 95_000)
    assert found.whole.silent == ("k/quiet",)
    assert found.programmes == ("fund",)
    assert found.surely == ("k/board", "k/loans", "k/quiet")
    assert found.season is not None
    assert found.season.id == "autumn"


def test_as_many_hours_as_asked_for() -> None:
    found = cost("daejeon/hall", hours=2)
    assert found.whole.exposure == Span(12_000, 12_000)
    assert cost("daejeon/hall", hours=0).costs == ()


def test_what_bears_the_time_does_not_stop() -> None:
    assert "k/patient" not in [one.system.ref for one in cost("mail", hours=3).costs]
    stopped = next(one for one in cost("mail", hours=5).costs if one.system.ref == "k/patient")
    assert stopped.harm.exposure == Span(7, 7)


def test_what_goes_on_at_less_counts_by_what_is_missing() -> None:
    found = cost("mail", "maps", hours=10)
    letters = next(one for one in found.costs if one.system.ref == "k/letters")
    assert letters.stop.to == 0.4
    assert letters.harm.exposure == Span(600, 600)
    assert found.extended == ("k/letters/end",)
    assert "k/letters" not in found.surely
    declared = next(one for one in cost("mail").costs if one.system.ref == "k/letters")
    assert declared.harm.exposure.least == 100 * 0.6 * 6, "as long as its contract says"
    endless = next(one for one in cost("maps").costs if one.system.ref == "k/letters")
    assert endless.harm.exposure.most is None


def test_what_was_never_tried_is_both() -> None:
    steps = "steps: {detect: 0, decide: 0, switch: 30m, verify: 0}"
    away = f"failover: [{{id: away, kind: declared, to: busan, mode: hot, {steps}}}],"
    text = ESTATE.replace("id: loans,", f"id: loans, {away}")
    found = next(one for one in cost("daejeon/hall", hours=3, text=text).costs if one.system.ref == "k/loans")
    assert found.harm.exposure == Span(500, 3000), "the standby serves after half an hour, or never"


def test_nothing_stops_and_nothing_is() -> None:
    assert cost("daejeon/vault", hours=5).costs == ()
    empty = Graph(scene("sites: [{id: here}]\n").estate)
    assert impact(empty, (happening(empty, "here"),), AT).costs == ()


def test_more_hours_and_more_losses_never_cost_less() -> None:
    chance = random.Random(3)
    names = ("daejeon/hall", "busan", "mail", "maps", "daejeon", "k/loans", "daejeon/vault")
    for _ in range(60):
        some = chance.sample(names, chance.randint(1, 3))
        more = [*some, chance.choice(names)]
        hours = chance.uniform(0, 50)
        less, longer, both = cost(*some, hours=hours), cost(*some, hours=hours + 5), cost(*more, hours=hours)
        for wider in (longer, both):
            assert wider.whole.exposure.least >= less.whole.exposure.least - 1e-6
            assert (wider.whole.exposure.most or 0) >= (less.whole.exposure.most or 0) - 1e-6
