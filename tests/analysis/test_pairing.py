"""Pairs of losses looked for group by group, against the diagram of all sets of at most two."""

from __future__ import annotations

from random import Random

from audit.analysis.faults.falling import By, weaknesses
from audit.analysis.pairing import pairs
from audit.cli.fallen import weak_json, weak_text
from audit.model.graph import Graph
from reports.translate import Translator
from tests.model.estates import graph_of

WAYS: tuple[By, ...] = ("component", "hazard", "site", "supplier")


def estate(dice: Random) -> Graph:
    """A few sites with systems that lean on each other in circles, on groups, on sums."""
    sites, count = dice.randrange(1, 4), dice.randrange(2, 8)
    lines = ["sites:"]
    for site in range(sites):
        feeds = ", ".join(sorted({f"f{dice.randrange(3)}" for _ in range(2)}))
        shared = ", compartment: c" if dice.random() < 0.5 else ""
        rooms = f"[{{id: a, compartment: c}}, {{id: b{shared}}}]"
        lines.append(f"  - {{id: s{site}, power: [{feeds}], operator: o{dice.randrange(2)}, rooms: {rooms}}}")
    lines += ["suppliers: [{id: o0}, {id: o1}, {id: p}]", "institutions:", "  - id: i", "    systems:"]
    for system in range(count):
        others = [*(f"i/x{other}" for other in range(count) if other != system), "p"]
        at = ", ".join(sorted({f"s{dice.randrange(sites)}/{dice.choice('ab')}" for _ in range(dice.randrange(1, 3))}))
        needs = []
        for _ in range(dice.randrange(3)):
            some = dice.sample(others, min(len(others), dice.randrange(1, 4)))
            listed = ", ".join(some)
            shapes = [some[0], f"{{any: [{listed}]}}", f"{{any: [{listed}]}}",
                      f"{{sum: capacity, at-least: {dice.randrange(1, 5)}, of: [{listed}]}}"]  # fmt: skip
            needs.append(f"{{k: 2, of: [{listed}]}}" if len(some) > 2 and dice.random() < 0.3 else dice.choice(shapes))
        drill = ", drills: [{on: 2026-05-01, realism: real-switch, took: 5m}]" if dice.random() < 0.5 else ""
        away = f", failover: [{{id: f, kind: declared, to: s{dice.randrange(sites)}/a, mode: hot{drill}}}]"
        rest = f"{away if dice.random() < 0.4 else ''}, applicants: {dice.randrange(1, 99_999)}/y"
        lines.append(
            f"      - {{id: x{system}, grade: {dice.randrange(1, 5)}, capacity: {dice.randrange(1, 4)}, at: [{at}], "
            f"needs: [{', '.join(needs)}]{rest}}}"
        )
    return graph_of("\n".join(lines) + "\n")


def test_they_are_those_of_the_diagram() -> None:
    told = 0
    for seed in range(30):
        graph = estate(Random(seed))
        for by in WAYS:
            every = [one for one in weaknesses(graph, 2, "", by)[0] if len(one.losses) == 2]
            found = pairs(graph, by, top=10_000)
            assert (found.worst, found.count) == (tuple(every), len(every))
            assert pairs(graph, by, top=3).worst == tuple(every[:3])
            told += len(every)
    assert told > 500


def test_what_is_too_much_is_left_out_by_name_the_least_of_it_first() -> None:
    text = (
        "sites: [{id: s, rooms: [{id: a}, {id: b}]}]\ninstitutions: [{id: i, systems: ["
        "{id: one, grade: 1, at: [s/a, s/b]}, {id: two, grade: 1, needs: [i/one]}, "
        "{id: last, grade: 4, needs: [{any: [i/one, i/two]}, {any: [i/x, i/y]}]}, {id: x, grade: 4}, {id: y, grade: 4}"
        "]}]\n"
    )
    graph = graph_of(text)
    whole = pairs(graph)
    assert (whole.count, whole.left_out) == (2, ())
    some = pairs(graph, most=1)
    assert (some.count, some.left_out) == (1, ("i/last",))
    assert some.worst[0].losses == ("s/a", "s/b")
    none = pairs(graph, most=0)
    assert (none.count, none.left_out) == (0, ("i/one", "i/last"))
    told = "\n".join(weak_text(some.worst, 2, 2, 20, Translator("en"), count=some.count, left_out=some.left_out))
    assert "left out (1): i/last" in told
    written = "".join(weak_json(graph, some.worst, 2, 2, 20, count=some.count, left_out=some.left_out))
    assert '"left-out-count": 1' in written
