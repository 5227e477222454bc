"""Random estates to the figures that several commands and the report tell of one loss: they are the same everywhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.analysis.aftermath import aftermath, in_view, outage
from audit.analysis.impact import Impact, impact
from audit.analysis.loss import losses
from audit.analysis.meaning import meaning
from audit.analysis.recovery import recovery, soonest, stops, whole
from audit.analysis.recovery_order import planned
from audit.analysis.recovery_time import achievable
from audit.cli.costed import as_json
from audit.model.graph import Graph
from audit.model.hazards import hazards
from audit.model.meaning import Stop
from audit.model.timeline import Clockwork
from tests.analysis.chance import estate
from tests.model.estates import graph_of, vocabulary

AT = datetime(2026, 9, 20, tzinfo=UTC)
SEEDS = st.integers(0, 10**9)
FEW = settings(max_examples=12, deadline=None)


def away(found: Impact) -> dict[str, Stop]:
    """The systems that stop, without those that go on at less."""
    return {one.system.ref: one.stop for one in found.costs if one.stop.to == 1}


def grown(seed: int) -> Graph:
    return graph_of(estate(seed))


@FEW
@given(SEEDS)
def test_what_one_fire_takes_is_what_follows_from_it(seed: int) -> None:
    graph = grown(seed)
    told = {frozenset(one.takes): one for one in losses(graph)}
    fires = [one for one in hazards(graph) if one.kind in ("site", "fire")]
    assert len(fires) == len(told)
    for event in fires:
        loss, found = told[frozenset(event.hits)], aftermath(graph, [event])
        assert set(loss.systems) == {one.ref for one in found.stops}
        assert set(loss.perhaps) == {one.ref for one in found.stops if not one.surely}
        assert set(loss.data) == {one.ref for one in (*found.data, *found.data_perhaps)}
        assert set(loss.data_perhaps) == {one.ref for one in found.data_perhaps}
        least, most = found.applicants
        assert abs(loss.applicants_per_hour - most) < 1e-6
        assert abs(loss.applicants_per_hour - loss.applicants_perhaps - least) < 1e-6
        assert {one.ref for one in in_view(found, "optimistic").stops} == set(loss.systems) - set(loss.perhaps)


@FEW
@given(SEEDS)
def test_a_loss_costs_the_same_in_the_report(seed: int) -> None:
    graph = grown(seed)
    events = {one.ref: one for one in hazards(graph)}
    found = meaning(graph, AT)
    for bar in found.pareto:
        cost = impact(graph, [events[bar.ref]], AT)
        rows = away(cost)
        assert (bar.exposure, bar.waiting) == (cost.whole.exposure, cost.whole.waiting)
        assert (bar.systems.least, bar.systems.most) == (sum(one.surely for one in rows.values()), len(rows))
        document = json.loads("".join(as_json(graph, cost, 1000)))
        for key, span in (("applicant-hours-exposed", bar.exposure), ("hours-of-waiting", bar.waiting)):
            assert document["together"][key] == {"least": span.least, "most": span.most}
            every = [one[key] for one in document["systems"]]
            assert abs(sum(one["least"] for one in every) - span.least) < 1e-6 * (1 + span.least)
            assert (span.most is None) == any(one["most"] is None for one in every)
        if found.matrix is not None and bar.ref in found.matrix.hazards:
            column = found.matrix.hazards.index(bar.ref)
            states = {ref: cells[column][0] for ref, cells in found.matrix.rows}
            assert {ref for ref in rows if states[ref] in ("down", "unknown")} == rows.keys()
            assert {ref for ref, state in states.items() if state == "down"} == set(cost.surely)


@FEW
@given(SEEDS)
def test_how_long_something_is_away_is_the_same_in_every_command(seed: int) -> None:
    graph = grown(seed)
    clock, policy = Clockwork(graph), vocabulary().policy(graph.estate)
    for event in hazards(graph):
        both = clock.after(event)
        rows = {one.ref: one for one in stops(both)}
        cost = impact(graph, [event], AT)
        costs = away(cost)
        assert costs.keys() | set(cost.programmes) == rows.keys()
        for ref, stop in costs.items():
            assert (stop.surely, stop.falls, stop.back) == (rows[ref].surely, rows[ref].falls, rows[ref].back)
        for one in achievable(clock, policy, [(event,)]):
            row = costs.get(one.system.ref)
            if row is None:
                assert one.away is not None
                assert (one.away.least, one.away.most) == (0.0, 0.0)
            elif row.surely and row.back is not None and row.falls.most is not None:
                assert one.away is not None
                assert abs(one.away.least - (row.back.least - row.falls.most)) < 1e-9
                assert one.away.most is None or row.back.most is not None
        never = {ref for ref, row in costs.items() if row.back is None}
        assert set(recovery(both).never) == never


@FEW
@given(SEEDS, st.sampled_from([1, 3, 50]))
def test_an_order_brings_nothing_back_before_it_can_be(seed: int, teams: int) -> None:
    graph = grown(seed)
    clock = Clockwork(graph, patient=True)
    for event in hazards(graph):
        both, soon = clock.after(event), clock.hasty().after(event)
        rows = soonest(stops(both), soon)
        assert [one.ref for one in rows] == [one.ref for one in stops(both)]
        plan = planned(both.least, teams)
        end = {job.ref: plan.best.end[number] for number, job in enumerate(plan.jobs) if job.ref}
        for row in rows:
            if row.surely and row.back is not None and row.falls.most is not None:
                assert row.falls.most <= row.back.least <= end[row.ref] + 1e-9
                assert row.back.least <= soon.least.back(row.ref) or row.back.least == row.falls.most
        told = whole(both, soon, rows)
        assert told.never == tuple(sorted(one.ref for one in rows if one.back is None and one.ref != "aid"))
        assert all(hours <= max(end.values(), default=0.0) + 1e-9 for hours, _ in told.curve)


@FEW
@given(SEEDS, st.sampled_from([0.25, 1.0, 5.0]))
def test_an_outage_of_some_hours_stops_no_more_than_what_follows_from_it(seed: int, hours: float) -> None:
    graph = graph_of(estate(seed).replace("mode: hot", "mode: active-active"))
    for event in hazards(graph):
        found = aftermath(graph, [outage(event, hours)])
        costs = away(impact(graph, [event], AT, hours))
        told = {one.ref: one.surely for one in found.stops}
        assert costs.keys() <= told.keys()
        assert all(told[ref] for ref, stop in costs.items() if stop.surely)
        assert all(stop.back is not None and stop.back.most is not None for stop in costs.values())
        assert all(stop.back.most <= hours for stop in costs.values() if stop.back and stop.back.most is not None)
