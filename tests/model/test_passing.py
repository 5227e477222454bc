"""Random needs with graces, with something gone, against hours and starts found by asking again and again."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from audit.model.needs import AnyOf, Cooled, Grace, KOf, Need, SumOf, parts
from audit.model.numbered import falls
from audit.model.passing import falls_at, rises, starting
from tests.model.estates import graph_of
from tests.model.slowly import Needs, met, random_needs, weight, woven


def unmet_at(need: Need, fallen: dict[str, float]) -> float:
    """The hour at which a need is unmet, where every node falls at its own; infinite where it never is."""
    never = float("inf")
    if isinstance(need, str):
        return fallen.get(need, never)
    if isinstance(need, Grace):
        return unmet_at(need.on, fallen) + need.grace.total_seconds() / 3600
    if isinstance(need, SumOf):
        hours = sorted({fallen.get(ref, never) for ref in need.of})
        for hour in hours:
            left = sum(round(10 * weight(ref)) for ref in need.of if fallen.get(ref, never) > hour)
            if left < round(10 * need.at_least):
                return hour
        return never
    inner = [one for one in parts(need) if met(one, ())]
    hours = sorted(unmet_at(one, fallen) for one in inner)
    least = need.k if isinstance(need, KOf) else 1 if isinstance(need, AnyOf) else len(hours)
    return hours[len(hours) - least]


def hours_of(needs: Needs, hits: Iterable[str]) -> dict[str, float]:
    """Each node to the hour at which it falls: from the latest down, until nothing gets earlier."""
    found = dict.fromkeys(hits, 0.0)
    while True:
        early = dict(found)
        for name, own in needs.items():
            hour = min((unmet_at(one, found) for one in own if met(one, ())), default=float("inf"))
            if hour < early.get(name, float("inf")):
                early[name] = hour
        if early == found:
            return found
        found = early


def test_when_things_fall() -> None:
    for seed in range(2000):
        luck = Random(seed)
        needs = random_needs(luck)
        hits = luck.sample(sorted(needs), luck.randint(0, min(3, len(needs))))
        net = woven(needs)
        numbers = [net.number[hit] for hit in hits]
        at = falls_at(net, numbers)
        expected = hours_of(needs, hits)
        assert {net.names[node]: hour for node, (hour, _) in at.items() if net.names[node]} == expected
        assert set(at) == set(falls(net, numbers))
        assert all(at[by][0] <= hour for hour, by in at.values())
        lasts = luck.choice((0.5, 1.0, 2.0, 4.0))
        short = {net.names[node] for node in falls_at(net, numbers, lasts) if net.names[node]}
        assert short == {name for name, hour in expected.items() if hour < lasts or name in hits}


def test_what_starts_again() -> None:
    for seed in range(2000):
        luck = Random(seed)
        needs = random_needs(luck)
        gone = set(luck.sample(sorted(needs), luck.randint(0, min(2, len(needs)))))
        net = woven(needs)
        down = set(needs)
        while True:
            up = {name for name in down - gone if all(met(need, down) for need in needs[name] if met(need, ()))}
            if not up:
                break
            down -= up
        told = set(net.named(rises(net, [net.number[name] for name in gone])))
        assert told == set(needs) - down


def test_nothing_waits_for_the_cold() -> None:
    """A cooling unit in the room that it cools stops with the room, yet both start."""
    graph = graph_of("""
sites: [{id: d, rooms: [{id: hall, overheats: 15m}, {id: other}],
  cooling: [{id: unit, room: hall, serves: [hall, other]}]}]
institutions: [{id: k, systems: [{id: a, grade: 1, at: [d/hall]}, {id: b, grade: 1, at: [d/other]}]}]
""")
    assert any(isinstance(need, Cooled) for need in graph.needs["d/hall"])
    assert {"d/hall", "d/other", "k/a", "k/b"} <= graph.falls({"d/unit"})
    assert "k/b" in graph.falls({"d/hall"})
    assert not graph.stuck
    start = starting(graph, "optimistic")
    assert set(start.named(rises(start, ()))) >= {"d/hall", "d/unit", "k/a", "k/b"}
    assert not {"k/a", "d/hall"} & set(start.named(rises(start, (start.number["d/hall"],))))
