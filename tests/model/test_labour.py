"""Random estates with everything that can happen to them: hours alone against the hours of the steps in words."""

from __future__ import annotations

from random import Random

import pytest

from audit.model.graph import Graph
from audit.model.hazards import hazards
from audit.model.labour import hours_of, steps, summed, total
from audit.model.standbys import View
from audit.model.struck import struck
from audit.model.timeline import Clockwork
from tests.checks.judging import scene
from tests.model.estates import graph_of
from tests.model.test_timeline import ESTATE, PROVEN

VIEWS: tuple[View, ...] = ("optimistic", "pessimistic")


def built(number: int) -> Graph:
    """Rooms with machines, systems with data in them, of which some tell how long they take."""
    dice = Random(number)

    def told(key: str) -> str:
        return f", {key}: {dice.randrange(1, 90)}h" if dice.random() < 0.6 else ""

    rooms = ["a/r", "a/q", "b/r"]
    lines = ["estate: {id: all, timezone: Asia/Seoul}", "suppliers: [{id: host" + told("rto") + "}]", "sites:"]
    for site, inside in (("a", ("r", "q")), ("b", ("r",))):
        each = ", ".join(f"{{id: {room}{told('restart')}{told('rebuild')}}}" for room in inside)
        unit = f"{{id: unit, room: {inside[0]}, serves: [{inside[0]}]{told('lead-time')}}}"
        lines.append(f"  - {{id: {site}, operator: host{told('rebuild')}, rooms: [{each}], cooling: [{unit}],")
        lines.append(f"     generators: [{{id: engine{told('lead-time')}}}]}}")
    lines += ["institutions:", "  - id: i", "    systems:"]
    for one in range(6):
        data = []
        for book in range(dice.randrange(3)):
            size = f", size: {dice.randrange(1, 900)} GB" if dice.random() < 0.8 else ""
            copies = [f"{{id: c{at}, kind: files, path: '/x/*', every: 1h, at: {dice.choice(rooms)}"
                      + (f", restore-rate: {dice.randrange(1, 300)} MB/s" if dice.random() < 0.7 else "") + "}"
                      for at in range(dice.randrange(3))]  # fmt: skip
            data.append(f"{{id: d{book}{size}, copies: [{', '.join(copies)}]}}")
        lines.append(f"      - {{id: s{one}, grade: 1, at: [{dice.choice(rooms)}], data: [{', '.join(data)}]"
                     f"{told('restart')}{told('rebuild')}}}")  # fmt: skip
    return graph_of("\n".join(lines) + "\n")


@pytest.mark.parametrize("number", range(40))
def test_hours_are_those_of_the_steps(number: int) -> None:
    graph = built(number)
    for event in hazards(graph):
        for view in VIEWS:
            blow = struck(graph, (event,), view)
            for ref in sorted({*blow.nodes, *graph.estate.index}):
                own = steps(graph, ref, blow, view)
                assert hours_of(graph, ref, blow, view) == tuple(one.hours for one in own), (event.ref, view, ref)
                assert summed([one.hours for one in own], view) == total(own, view)


@pytest.mark.parametrize("number", range(20))
def test_what_hopes_is_what_was_built_with_hope(number: int) -> None:
    graph = built(number) if number % 2 else Graph(scene(ESTATE.replace("STEPS", PROVEN)).estate)
    otherwise = {system.ref: 1.0 + place for place, (_, system) in enumerate(graph.estate.systems())}
    own, other = Clockwork(graph, otherwise), Clockwork(graph).hoping(otherwise)
    for one in hazards(graph):
        left, right = own.after(one), other.after(one)
        assert (left.least.course, left.most.course) == (right.least.course, right.most.course)
