"""A small estate in, what a report tells of its losses out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.analysis.meaning import COLUMNS, EVENTS, ROWS, meaning
from audit.catalogue import discover
from audit.inventory.load import load_sources
from audit.model.graph import Graph
from audit.model.meaning import Meaning, Span

AT = datetime(2026, 9, 1, tzinfo=UTC)
TWO_ROOMS = """
suppliers: [{id: host, rto: 4h}]
sites:
- {id: daejeon, operator: host, power: [feed-a], rooms: [{id: r1}, {id: r2}]}
- {id: gwangju, rooms: [{id: r1}]}
institutions:
- id: kibo
  systems:
  - {id: ledger, grade: 1, users: 1100000, at: [daejeon/r1], rebuild: 10h}
  - {id: portal, grade: 2, users: 5000, at: [daejeon/r2], restart: 30m, needs: [kibo/ledger]}
  - {id: pages, grade: 3, at: [gwangju/r1], restart: 1h, degraded-without: [{on: kibo/ledger, to: 0.5}]}
  - id: pair
    grade: 1
    users: 1000
    at: [daejeon/r2]
    rebuild: 2h
    failover: [{id: spare, kind: declared, to: gwangju/r1, mode: hot}]
"""


def graph(text: str) -> Graph:
    loaded = load_sources({"estate.yaml": text.encode()}, discover(), Path())
    assert loaded.estate is not None, loaded.lines()
    return Graph(loaded.estate)


@pytest.fixture(scope="module")
def found() -> Meaning:
    return meaning(graph(TWO_ROOMS), AT)


def bar(found: Meaning, ref: str) -> tuple[Span, Span]:
    one = next(one for one in found.pareto if one.ref == ref)
    return one.systems, one.exposure


def test_the_losses_are_ranked_with_what_they_stop(found: Meaning) -> None:
    assert {found.pareto[0].ref, found.pareto[1].ref} <= {"daejeon", "host", "feed-a"}
    systems, exposure = bar(found, "daejeon/r1")
    assert systems == Span(2, 2)
    assert exposure.least == pytest.approx(1_100_000 * 10 + 5000 * 10.5)
    assert bar(found, "gwangju/r1")[0] == Span(1, 1)


def test_a_failover_that_never_switched_may_fail(found: Meaning) -> None:
    assert bar(found, "feed-a")[0] == Span(2, 3)
    assert found.matrix is not None
    row = dict(found.matrix.rows)["kibo/pair"]
    states = dict(zip(found.matrix.hazards, (state for state, _ in row), strict=True))
    assert states["feed-a"] == "unknown"
    assert states["daejeon/r1"] == "up"


def test_the_matrix_tells_the_hours(found: Meaning) -> None:
    assert found.matrix is not None
    assert next(ref for ref, _ in found.matrix.rows) in ("kibo/ledger", "kibo/pair")
    cells = dict(zip(found.matrix.hazards, dict(found.matrix.rows)["kibo/ledger"], strict=True))
    state, away = cells["daejeon/r1"]
    assert state == "down"
    assert away is not None
    assert away.least == pytest.approx(10)
    assert cells["gwangju/r1"] == ("up", None)
    pages = dict(zip(found.matrix.hazards, dict(found.matrix.rows)["kibo/pages"], strict=True))
    assert pages["daejeon/r1"] == ("degraded", None)
    assert pages["gwangju/r1"][0] == "down"


def test_the_worst_place_spreads_step_by_step(found: Meaning) -> None:
    assert found.worst is not None
    assert found.worst.hit == ("daejeon",)
    took = {ref: (by, surely, step) for step, layer in enumerate(found.worst.layers, 1) for ref, by, surely in layer}
    assert took["daejeon/r1"] == ("daejeon", True, 1)
    assert took["kibo/ledger"] == ("daejeon/r1", True, 2)
    assert "gwangju" not in took
    steps = {ref: step for ref, (_, _, step) in took.items()}
    assert all(steps.get(by, 0) == step - 1 for by, _, step in took.values())


def test_the_recovery_is_that_of_the_worst_place(found: Meaning) -> None:
    assert found.recovery is not None
    assert found.recovery.hit == ("daejeon",)
    assert {task.ref for task in found.recovery.tasks if task.critical} >= {"kibo/ledger"}
    assert found.recovery.curve[-1][1] == 1.0


def test_shares_of_sites_are_there(found: Meaning) -> None:
    layers = {one.layer: one for one in found.shares}
    assert dict(layers["site"].direct)["daejeon"] > 0.5


def test_an_estate_of_nothing_means_nothing() -> None:
    empty = meaning(graph("estate: {id: empty}"), AT)
    assert (empty.pareto, empty.matrix, empty.worst, empty.recovery) == ((), None, None, None)


def test_a_circle_and_a_long_chain_end() -> None:
    chain = "".join(f"  - {{id: s{n}, grade: 4, needs: [a/s{(n + 1) % 1500}]}}\n" for n in range(1500))
    first = "  - {id: z, grade: 1, at: [x/r], needs: [a/s0]}\n"
    text = "sites: [{id: x, rooms: [{id: r}]}]\ninstitutions:\n- id: a\n  systems:\n"
    found = meaning(graph(text + first + chain), AT)
    assert [one.ref for one in found.pareto[:1]] == ["x"]


def test_what_a_page_cannot_bear_is_counted() -> None:
    rooms = ", ".join(f"{{id: r{n}}}" for n in range(60))
    systems = "".join(f"  - {{id: s{n}, grade: {n % 4 + 1}, at: [x/r{n}]}}\n" for n in range(60))
    found = meaning(graph(f"sites: [{{id: x, rooms: [{rooms}]}}]\ninstitutions:\n- id: a\n  systems:\n{systems}"), AT)
    assert len(found.pareto) == EVENTS
    assert found.matrix is not None
    assert (len(found.matrix.hazards), len(found.matrix.rows), found.matrix.more) == (COLUMNS, ROWS, 20)
    assert found.worst is not None
    told = sum(map(len, found.worst.layers)) + found.worst.more
    assert told == 120
