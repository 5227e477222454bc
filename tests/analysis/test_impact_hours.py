"""An outage of some hours to when everything is back: against a slow way of reckoning it, round after round."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import inf

import pytest

from audit.analysis.impact import impact
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hazards import Happening, happening, hazards
from audit.model.meaning import Span
from audit.model.needs import All, AnyOf, Grace, KOf, Need
from audit.model.standbys import AT_ONCE, View
from audit.model.waits import switching
from tests.analysis.chance import estate
from tests.model.estates import graph_of

AT = datetime(2026, 9, 1, tzinfo=UTC)
HOURS = 6.0
Back = Mapping[str, float]


def met_at(need: Need, back: Back) -> float:
    """When a need is met again."""
    if isinstance(need, str):
        return back.get(need, 0.0)
    if isinstance(need, Grace):
        return met_at(need.on, back)
    if isinstance(need, All):
        return max(met_at(one, back) for one in need.all)
    if isinstance(need, AnyOf):
        return min(met_at(one, back) for one in need.any)
    assert isinstance(need, KOf)
    return sorted(met_at(one, back) for one in need.of)[need.k - 1]


def standbys(system: System, view: View) -> tuple[list[str], list[tuple[str, float, float]]]:
    """The places where it runs at once, then where it runs after some hours."""
    places, late = list(system.at), []
    for one in system.failover if system.at else ():
        counted = switching(one, view, {})
        if counted is None:
            continue
        told = one.steps is not None and any(
            getattr(one.steps, name) is not None for name in ("detect", "decide", "switch", "verify")
        )
        silent = sum(counted) == 0 or (sum(counted) == inf and not told)
        if one.mode == "active-active" or (one.mode in AT_ONCE and silent):
            places.append(one.to)
        else:
            late.append((one.to, *counted))
    return places, late


def backs(graph: Graph, event: Happening, view: View) -> Back:
    """Everything that stops to when it is back; whatever waits for itself is back when all is over."""
    hit = set(event.struck(view))
    systems = {one.ref: one for _, one in graph.estate.systems()}
    ways = {ref: standbys(one, view) for ref, one in systems.items()}
    around = {room.ref: f"{site.ref}#{room.compartment}" for site in graph.estate.sites for room in site.rooms}
    needs: dict[str, tuple[Need, ...]] = {
        ref: (*(systems[ref].needs if ref in systems else own), *((around[ref],) if ref in around else ()))
        for ref, own in graph.needs.items()
    }

    def at(ref: str, back: Back) -> tuple[float, float]:
        rest = max((met_at(one, back) for one in needs[ref]), default=0.0)
        return rest, min((back.get(place, 0.0) for place in ways[ref][0]), default=0.0) if ref in ways else 0.0

    found = dict.fromkeys(hit, HOURS)
    for _ in needs:
        found |= {ref: HOURS for ref in needs if max(at(ref, found)) > 0}
    for _ in range(len(needs)):
        for ref in found.keys() - hit:
            rest, place = at(ref, found)
            if ref in systems:
                rest = max((rest, *(met_at(one, found) for one in systems[ref].recovers_with)))
            late = ways[ref][1] if ref in ways else ()
            switched = (max(before, rest, found.get(to, 0.0)) + work for to, before, work in late)
            found[ref] = min(HOURS, max(rest, place), *switched)
    return found


def test_against_rounds_of_looking_at_everything() -> None:
    compared = 0
    for seed in range(25):
        graph = graph_of(estate(seed, patient=False))
        refs = {one.ref for _, one in graph.estate.systems()}
        for event in hazards(graph):
            sure, maybe = backs(graph, event, "optimistic"), backs(graph, event, "pessimistic")
            found = {one.system.ref: one.stop for one in impact(graph, [event], AT, HOURS).costs if one.stop.to == 1}
            assert found.keys() == refs & (sure.keys() | maybe.keys()), (seed, event.ref)
            for ref, stop in found.items():
                ends = sorted((sure.get(ref, 0.0), maybe.get(ref, 0.0)))
                assert stop.surely == (ref in sure)
                assert stop.back is not None
                assert (stop.back.least, stop.back.most) == pytest.approx(ends), (seed, event.ref, ref)
                compared += 1
    assert compared > 300


LEANING = """
sites: [{id: here}, {id: there}]
institutions:
  - id: k
    systems:
      - id: ledger
        grade: 1
        users: 10
        restart: 5h
        at: [here]
        failover: [{id: f, kind: declared, to: there, mode: warm,
                    drills: [{on: 2026-05-01, realism: real-switch, took: 30m}]}]
      - {id: portal, grade: 1, users: 1000, restart: 5h, at: [there], needs: [ledger]}
      - {id: mail, grade: 1, users: 1, restart: 5h, at: [here]}
"""


def test_what_leans_on_a_system_runs_again_with_its_standby() -> None:
    graph = graph_of(LEANING)
    found = impact(graph, [happening(graph, "here")], AT, 10.0)
    back = {one.system.ref: one.stop.back for one in found.costs}
    assert back == {"k/ledger": Span(0.5, 0.5), "k/portal": Span(0.5, 0.5), "k/mail": Span(10, 10)}
    assert found.whole.exposure == Span(515, 515)
