"""Random small estates to what stops by one loss or by two, reckoned a second time from the inventory itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from random import Random
from typing import Any

import pytest

from audit.analysis.aftermath import aftermath
from audit.analysis.faults.falling import weaknesses
from audit.model.graph import Graph
from audit.model.hazards import happening
from tests.checks.judging import scene

SUPPLIERS = ("p0", "p1")
FEEDS = ("f0", "f1")


def drawn(dice: Random) -> dict[str, Any]:
    """Sites with rooms, cooling, feeds, generators, operators; systems with nested needs, places, failovers."""
    sites, rooms = [], []
    for number in range(dice.randint(1, 2)):
        own: list[dict[str, Any]] = [{"id": f"r{place}", "kind": "it"} for place in range(dice.randint(1, 3))]
        for room in own:
            rooms.append(f"s{number}/{room['id']}")
            room |= {"compartment": f"c{dice.randint(0, 1)}"} if dice.random() < 0.6 else {}
            room |= {"overheats": "20m"} if dice.random() < 0.4 else {}
        site: dict[str, Any] = {"id": f"s{number}", "kind": "data-centre", "rooms": own}
        names = [room["id"] for room in own]
        site |= {"power": list(FEEDS)} if number == 0 else {"power": [dice.choice(FEEDS)]}
        site |= {"operator": dice.choice(SUPPLIERS)} if dice.random() < 0.4 else {}
        if dice.random() < 0.5:
            site["cooling"] = [
                {
                    "id": f"u{unit}",
                    "room": dice.choice(names),
                    "serves": dice.sample(names, dice.randint(1, len(names))),
                }
                for unit in range(dice.randint(1, 2))
            ]
        site |= {"generators": [{"id": "g", "autonomy": "8h"}]} if dice.random() < 0.3 else {}
        sites.append(site)
    names = [f"x{number}" for number in range(dice.randint(2, 5))]
    systems = []
    for name in names:
        others = [*(f"i/{one}" for one in names if one != name), *SUPPLIERS]
        system: dict[str, Any] = {"id": name, "grade": dice.randint(1, 4)}
        system["at"] = dice.sample(rooms, min(len(rooms), dice.choice([1, 1, 2])))
        system["needs"] = [need(dice, others, 2)] if dice.random() < 0.8 else []
        if dice.random() < 0.4:
            way = {"id": "f", "kind": "declared", "to": dice.choice(rooms)}
            way |= {"mode": dice.choice(["hot", "warm", "active-active", "cold"])}
            real = [{"on": "2026-05-01", "realism": dice.choice(["real-switch", "tabletop"])}]
            system["failover"] = [way | ({"drills": real} if dice.random() < 0.5 else {})]
        systems.append(system)
    suppliers = [{"id": one} for one in SUPPLIERS]
    return {"sites": sites, "suppliers": suppliers, "institutions": [{"id": "i", "systems": systems}]}


def need(dice: Random, names: list[str], depth: int) -> Any:
    sort = dice.random()
    if depth == 0 or sort < 0.5:
        return dice.choice(names)
    if sort > 0.92:
        return {"on": dice.choice(names), "grace": "4h"}
    some = {json.dumps(one): one for one in (need(dice, names, depth - 1) for _ in range(dice.randint(1, 3)))}
    several = list(some.values())
    if sort < 0.65:
        return {"all": several}
    return {"any": several} if sort < 0.8 else {"k": dice.randint(1, len(several)), "of": several}


def leans(sheet: dict[str, Any], view: str) -> dict[str, list[Any]]:
    """Each node to what it needs, read off the sheet."""
    found: dict[str, list[Any]] = {}
    for site in sheet["sites"]:
        ref = site["id"]
        found[ref] = [*([site["operator"]] if "operator" in site else []), {"any": site["power"]}]
        for room in site["rooms"]:
            units = [f"{ref}/{unit['id']}" for unit in site.get("cooling", []) if room["id"] in unit["serves"]]
            around = [f"{ref}#{room['compartment']}"] if "compartment" in room else []
            found[f"{ref}/{room['id']}"] = [ref, *around, *([{"any": units}] if units else [])]
        for unit in site.get("cooling", []):
            found[f"{ref}/{unit['id']}"] = [f"{ref}/{unit['room']}"]
        for engine in site.get("generators", []):
            found[f"{ref}/{engine['id']}"] = [ref]
    for system in sheet["institutions"][0]["systems"]:
        places = list(system["at"])
        for way in system.get("failover", []):
            real = any(drill["realism"] == "real-switch" for drill in way.get("drills", []))
            if way["mode"] in ("hot", "active-active") and (real or view == "optimistic"):
                places.append(way["to"])
        found[f"i/{system['id']}"] = [*system["needs"], {"any": places}]
    return found


def met(one: Any, down: set[str]) -> bool:
    if isinstance(one, str):
        return one not in down
    if "on" in one:
        return one["on"] not in down
    up = [met(part, down) for part in one.get("all") or one.get("any") or one["of"]]
    return all(up) if "all" in one else any(up) if "any" in one else sum(up) >= one["k"]


def stopped(found: dict[str, list[Any]], lost: tuple[str, ...]) -> frozenset[str]:
    """The systems that are down beside what is lost itself: round and round until nothing more falls."""
    down, before = set(lost), -1
    while before < len(down):
        before = len(down)
        down |= {ref for ref, needs in found.items() if not all(met(one, down) for one in needs)}
    return frozenset(ref for ref in down if ref.startswith("i/"))


def burnt(sheet: dict[str, Any], name: str) -> tuple[str, ...]:
    """A fire takes the compartment around a room."""
    site, _, room = name.partition("/")
    for one in sheet["sites"]:
        walls = {each["id"]: each.get("compartment") for each in one["rooms"]}
        if one["id"] == site and walls.get(room):
            return tuple(f"{site}/{other}" for other, wall in walls.items() if wall == walls[room])
    return (name,)


def compartments(sheet: dict[str, Any]) -> Iterator[str]:
    """Those of several rooms: one of a single room is that room."""
    for site in sheet["sites"]:
        walls = [room.get("compartment") for room in site["rooms"]]
        yield from (f"{site['id']}#{wall}" for wall in set(walls) if wall and walls.count(wall) > 1)


@pytest.mark.parametrize("seed", range(25))
def test_what_stops_is_what_the_inventory_says(seed: int) -> None:
    sheet = drawn(Random(seed))
    graph = Graph(scene(json.dumps(sheet)).estate)
    sure, unsure = leans(sheet, "optimistic"), leans(sheet, "pessimistic")
    names = sorted({*sure, *FEEDS[: 1 + (sheet["sites"][0]["power"] == list(FEEDS))], *SUPPLIERS})
    for name in names:
        told = aftermath(graph, [happening(graph, name)])
        lost = burnt(sheet, name)
        assert {one.ref for one in told.stops if one.surely} == stopped(sure, lost), name
        assert {one.ref for one in told.stops} == stopped(unsure, lost), name
    every = sorted({*names, *compartments(sheet)})
    for order in (1, 2):
        expected = {}
        for lost in combinations(every, order):
            both = [minimal(found, lost) for found in (sure, unsure)]
            if any(both):
                expected[lost] = (both[0], both[0] | both[1])
        found, _ = weaknesses(graph, order)
        assert {
            tuple(sorted(one.losses)): (frozenset(one.surely), frozenset((*one.surely, *one.maybe)))
            for one in found
            if len(one.losses) == order
        } == expected


def minimal(found: dict[str, list[Any]], lost: tuple[str, ...]) -> frozenset[str]:
    """The systems that stop by all of it and by no part of it."""
    parts = [stopped(found, (one,)) for one in lost] if len(lost) > 1 else []
    return stopped(found, lost).difference(*parts, lost)
