"""Systems on floors to the shares that are told beside the ruling on one room."""

from __future__ import annotations

import pytest

from tests.checks.judging import catalogue, scene

TEXT = (
    "sites: [{id: a, rooms: [{id: r0%s}, {id: r1, floor: '5'}, {id: r2, floor: '2'}]}, {id: b}]\n"
    "institutions: [{id: k, systems: [{id: s0, grade: 1, at: [a/r0]}, {id: s1, grade: 2, at: [a/r1]}, "
    "{id: s2, grade: 1, at: [a/r2]}, {id: s3, grade: 1, at: [b]}]}]\n"
)


@pytest.mark.parametrize(
    ("floor", "told"),
    [
        (", floor: '5'", "25% in the room, 50% on the floor, 75% in the building"),
        ("", "25% in the room, 75% in the building; which floor is not told"),
    ],
)
def test_floor_and_building_stand_beside_the_room(floor: str, told: str) -> None:
    finding = scene(TEXT % floor).judge(catalogue().checks["facility.concentration"], "a/r0", {})
    assert str(finding.measured) == told
