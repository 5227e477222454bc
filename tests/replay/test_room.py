"""The estate of NIRS with room 7-1 lost in, the figures of the reports out."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest

from audit.app.replaying import folder
from audit.cli import main
from audit.model.estate import System
from audit.model.exit import Exit
from audit.model.graph import Graph
from tests.replay import mass
from tests.replay.known import judged

ROOM = "daejeon/room-7-1"
LOW = tuple(f"daejeon/room-{number}" for number in range(1, 7))


@cache
def graph(name: str) -> Graph:
    return Graph(judged(name).estate)


def systems(of: Graph, refs: frozenset[str]) -> list[System]:
    return [one for _, one in of.estate.systems() if one.ref in refs]


def standing(of: Graph, *rooms: str) -> frozenset[str]:
    return frozenset(one.ref for room in rooms for one in of.occupants.get(room, ()))


def test_it_destroys_96_and_stops_551_more_for_want_of_cooling() -> None:
    of = graph("nirs-2025")
    down = of.lost_with(ROOM)
    burnt = standing(of, ROOM)
    others = {f"daejeon/{room}" for room, _, _ in mass.ROOMS} - {ROOM}
    warm = standing(of, *others)
    assert (len(burnt), len(warm)) == (96, 551)
    assert burnt | warm <= down
    without = of.falls({"daejeon/plant"})
    assert warm <= without
    assert len({one.ref for one in systems(of, down)} - burnt - warm) == 1  # the intake that needs Government24


def test_what_was_never_placed_is_not_said_to_stop() -> None:
    of = graph("nirs-2025")
    vague = standing(of, "daejeon")
    assert len(vague) == mass.UNPLACED
    assert not vague & of.lost_with(ROOM)
    assert vague <= of.lost_with("daejeon")


def test_what_in_rooms_1_to_6_cannot_start_again_even_with_cooling() -> None:
    of = graph("nirs-2025")
    # Cooling and power are back, what stood in the room is not.
    still = of.falls(standing(of, ROOM)) & standing(of, *LOW)
    expected = {one.ref for one in systems(of, standing(of, *LOW)) if one.grade <= 2}
    assert still == expected
    assert len(still) == 45


def test_in_the_twin_the_fire_takes_the_room_and_nothing_else() -> None:
    of = graph("nirs-2025-repaired")
    down = of.lost_with(ROOM)
    stopped = {one.ref for one in systems(of, down)}
    assert stopped <= standing(of, ROOM)
    assert "nirs/sign-in" not in down
    assert len(stopped) == 95


def told(capsys: pytest.CaptureFixture[str], name: str, code: Exit) -> Any:
    assert main(["whatif", str(folder(name)), ROOM, "--format", "json", "--lang", "en"]) == code
    return json.loads(capsys.readouterr().out)


def test_the_command_names_what_burns_what_is_switched_off_what_cannot_start_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = told(capsys, "nirs-2025", Exit.FAILED)
    assert Counter(one["how"] for one in found["stops"]) == {"destroyed": 96, "switched-off": 551, "cut-off": 1}
    assert {one["place"] for one in found["switched-off"]} == {f"daejeon/{room}" for room, _, _ in mass.ROOMS} - {ROOM}
    assert all("cooling" in one["why"] for one in found["switched-off"])
    stuck = {one["system"]: one["waits-for"] for one in found["cannot-restart"]}
    low = standing(graph("nirs-2025"), *LOW)
    assert len(stuck) == 45
    assert set(stuck) <= low
    assert all(waits == ["nirs/sign-in"] for waits in stuck.values())
    assert "nirs/g-drive/files" in {one["data"] for one in found["data-destroyed"]}
    assert found["assumed"]


def test_in_the_twin_the_command_names_the_room_alone(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "nirs-2025-repaired", Exit.READY)
    stopped = [*found["stops"], *found["stops-perhaps"]]
    assert Counter(one["how"] for one in stopped) == {"destroyed": 95}
    assert found["switched-off"] == found["cannot-restart"] == found["data-destroyed"] == []
