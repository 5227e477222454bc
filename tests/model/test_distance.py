"""Pairs of places to the kilometres between them, or to nothing where one has no coordinates."""

from __future__ import annotations

import pytest

from audit.model.distance import KM_A_MILLISECOND, kilometres
from audit.model.graph import Graph
from tests.checks.judging import scene

TEXT = """
sites:
  - {id: daejeon, location: {latitude: 36.35, longitude: 127.38}, rooms: [{id: room-1}]}
  - {id: busan, location: {latitude: 35.18, longitude: 129.08}}
  - {id: unknown}
institutions: [{id: kibo, systems: [{id: cloud, grade: 2, at: [daejeon/room-1, busan]}, {id: lost, grade: 4}]}]
"""


def test_the_nearest_of_all_places_counts() -> None:
    graph = Graph(scene(TEXT).estate)
    assert kilometres(graph, "daejeon", "busan") == pytest.approx(201, abs=3)
    assert kilometres(graph, "busan", "daejeon/room-1") == pytest.approx(201, abs=3)
    assert kilometres(graph, "daejeon", "daejeon/room-1") == 0
    assert kilometres(graph, "daejeon", "kibo/cloud") == 0
    assert kilometres(graph, "daejeon", "unknown") is None
    assert kilometres(graph, "daejeon", "kibo/lost") is None


def test_light_in_glass_goes_so_far_and_back_in_a_millisecond() -> None:
    assert pytest.approx(299_792.458 / 1.468 / 2 / 1000, rel=0.01) == KM_A_MILLISECOND
