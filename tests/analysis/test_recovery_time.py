"""Small estates to how long each system is away, how much work is lost, each beside its promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from audit.analysis.meaning import meaning
from audit.analysis.recovery_point import points
from audit.analysis.recovery_time import Achievable, achievable, inversions, single_losses
from audit.model.drilling import RestoreState, drilled
from audit.model.evidence import Observation
from audit.model.graph import Graph
from audit.model.hazards import happening
from audit.model.meaning import Recovery
from audit.model.proven import Proven, proven
from audit.model.subject import Looks
from audit.model.switching import SwitchState, switched
from audit.model.timeline import Clockwork
from audit.model.verdict import Level
from tests.checks.judging import catalogue, scene
from tests.model.test_timeline import ESTATE, PROVEN, STEPS

TEXT = ESTATE.replace("STEPS", PROVEN)


def test_the_worst_loss_of_each_with_the_step_that_costs_most() -> None:
    graph = Graph(scene(TEXT).estate)
    events = [(one,) for one in single_losses(graph)]
    found = {one.system.id: one for one in achievable(Clockwork(graph), catalogue().policy(graph.estate), events)}
    loans = found["loans"]
    assert loans.away is not None
    # The whole site with its halls: forty days, then the vault, then itself with its data.
    assert (loans.away.least, loans.away.most) == (960 + 48 + 72 + 1, 960 + 48 + 72 + 2)
    assert (loans.after, loans.of, loans.kept) == ("daejeon", "daejeon", False)
    assert found["pay"].kept is True
    assert found["board"].away is not None
    assert found["board"].away.most is None
    assert "kibo/board" in found["board"].untold


def test_only_the_first_are_told_in_full() -> None:
    graph = Graph(scene(TEXT).estate)
    events = [(one,) for one in single_losses(graph)]
    policy = catalogue().policy(graph.estate)
    whole = achievable(Clockwork(graph), policy, events)
    few = achievable(Clockwork(graph), policy, events, top=2)
    assert few[:2] == whole[:2]
    assert [replace(one, after="", path=(), step=None, of="", untold=(), figures=()) for one in whole[2:]] == list(
        few[2:]
    )


def test_a_promise_that_leans_on_a_longer_one() -> None:
    graph = Graph(scene(TEXT.replace("id: vault, grade: 1", "id: vault, grade: 3")).estate)
    found = list(inversions(graph, catalogue().policy(graph.estate)))
    assert [(one.system, one.needs, one.hours, one.takes) for one in found] == [("kibo/loans", "kibo/vault", 2.0, 24.0)]


def test_declared_copies_say_how_much_is_lost() -> None:
    graph = Graph(scene(TEXT).estate)
    policy = catalogue().policy(graph.estate)
    (loans,) = points(graph, policy, None, (happening(graph, "daejeon"),))
    assert loans.lost is not None
    assert (loans.lost.least, loans.lost.most, loans.kept) == (1.0, 1.0, False)
    (both,) = points(graph, policy, None, (happening(graph, "daejeon"), happening(graph, "busan")))
    assert (both.lost, both.kept) == (None, False)
    (spared,) = points(graph, policy, None, (happening(graph, "busan"),))
    assert spared.kept is True


def test_a_copy_that_nobody_looked_at_has_no_age() -> None:
    graph = Graph(scene(TEXT).estate)
    (loans,) = points(graph, catalogue().policy(graph.estate), Looks(), (happening(graph, "daejeon"),))
    assert loans.lost is not None
    assert (loans.lost.least, loans.lost.most, loans.kept) == (0.0, None, None)


def test_data_sets_that_lie_apart() -> None:
    second = "far, kind: files, at: busan/hall, path: '/x/*', every: 1h,\n          restore-rate: 100 MB/s}]}"
    two = second + ", {id: list, copies: [{id: far, kind: files, at: busan/hall, path: '/y/*', every: 1d}]}"
    graph = Graph(scene(TEXT.replace(second, two)).estate)
    (loans,) = points(graph, catalogue().policy(graph.estate), None, (happening(graph, "daejeon"),))
    assert loans.lost is not None
    assert (loans.lost.most, loans.skew) == (24.0, 23.0)


AT = datetime(2026, 9, 1, tzinfo=UTC)
BOOK, OVER = "kibo/loans/book/far", "kibo/pay/over"


def measured(**more: Any) -> RestoreState:
    """A drill that brought back a tenth of what there is in one hour."""
    values: dict[str, Any] = {"share": 1.0, "ended": AT - timedelta(days=3), "expires": AT + timedelta(days=60)} | more
    return RestoreState(
        level=Level.DRILLED, id="d", copy_ref=BOOK, point="p", point_start=None, started=AT - timedelta(days=3),
        parts=(), bytes=36 * 10**9, files=None, integrity=4, checks=(), rto=timedelta(hours=1), **values,
    )  # fmt: skip


def switch(**more: Any) -> SwitchState:
    values: dict[str, Any] = {"kind": "active", "expires": AT + timedelta(days=60)} | more
    return SwitchState(
        level=Level.DRILLED, id="s", failover_ref=OVER, realism="real-switch", started=AT, ended=AT - timedelta(days=1),
        outage=timedelta(hours=3), **values,
    )  # fmt: skip


def known_of(graph: Graph, *states: RestoreState | SwitchState) -> Proven:
    looks = Looks(
        {
            name: Observation(subject=name, probe="drill.restore", at=AT, took=timedelta(0), seen=one, source="test")
            for one in states
            for name in [drilled(one.copy_ref) if isinstance(one, RestoreState) else switched(one.failover_ref)]
        }
    )
    return proven(graph.estate, looks, AT)


def times(text: str, *states: RestoreState | SwitchState) -> dict[str, Achievable]:
    graph = Graph(scene(text).estate)
    known = known_of(graph, *states)
    clock = Clockwork(graph, took=known.took, drills=known.restored)
    events = [(happening(graph, "daejeon/hall"),)]
    found = achievable(clock, catalogue().policy(graph.estate), events, known=known)
    return {one.system.id: one for one in found}


def test_what_a_drill_measured_goes_before_what_is_declared() -> None:
    loans = times(TEXT, measured())["loans"]
    # Ten times the hour of a tenth, in both views, where one or two hours are declared.
    assert (loans.away.least, loans.away.most) == (288 + 72 + 10, 288 + 72 + 10) if loans.away else False
    (restore,) = [one for one in loans.figures if one.measured]
    assert (restore.basis, restore.hours, restore.on) == ("estimated", 10.0, AT - timedelta(days=3))
    assert {one.basis for one in loans.figures if not one.measured} == {"declared"}
    declared = times(TEXT, measured(expires=AT - timedelta(days=1)))["loans"]
    assert declared == times(TEXT)["loans"]
    assert declared == times(TEXT, measured(trouble="it broke off"))["loans"]
    assert declared.away is not None
    assert declared.away.most == 288 + 72 + 2


def test_what_a_switch_measured_goes_before_what_is_declared() -> None:
    text = ESTATE.replace("STEPS", STEPS)
    bare = times(text)["pay"]
    # Nobody ever switched: the pessimist builds anew.
    assert bare.away is not None
    assert (bare.away.least, bare.away.most) == (2.0, 240 + 480)
    pay = times(text, switch())["pay"]
    assert pay.away is not None
    assert (pay.away.least, pay.away.most) == (0.5 + 3 + 1, 0.5 + 3 + 1)
    assert [(one.basis, one.hours) for one in pay.figures] == [("declared", 0.5), ("switched", 4.0)]
    assert (pay.of, pay.step.basis if pay.step else "") == (OVER, "switched")
    # Copies that were brought up are the switch of a warm one, not of a hot one.
    assert times(text, switch(kind="isolated"))["pay"] == times(text, switch())["pay"]
    hot = text.replace("mode: warm", "mode: hot")
    assert times(hot, switch(kind="isolated"))["pay"].away == times(hot)["pay"].away


def test_no_declared_step_undoes_a_longer_record() -> None:
    record = STEPS + ", drills: [{on: 2026-05-01, realism: real-switch, took: 9h}]"
    pay = times(ESTATE.replace("STEPS", record))["pay"]
    assert pay.away is not None
    assert (pay.away.least, pay.away.most) == (9.0, 9.0)
    assert [(one.basis, one.on) for one in pay.figures] == [("recorded", date(2026, 5, 1))]


def test_a_record_holds_the_steps_that_nobody_told() -> None:
    """A hot standby of which two steps of four are told is no second place that costs nothing."""
    text = """
sites: [{id: d, rooms: [{id: r}]}, {id: e, rooms: [{id: r}]}]
institutions: [{id: i, systems: [{id: a, grade: 1, rto: 2h, at: [d/r], failover: [
  {id: f, kind: declared, to: e/r, mode: hot, steps: {detect: 1m, switch: 1m}, drills: [
    {on: 2026-05-01, realism: real-switch, took: 3h}]}]}]}]
"""
    for told, most in ((text, 3.0), (text.replace(", took: 3h", ""), None)):
        graph = Graph(scene(told).estate)
        (found,) = achievable(Clockwork(graph), catalogue().policy(graph.estate), [(happening(graph, "d"),)])
        assert found.away is not None
        assert (found.away.least, found.away.most, found.kept) == (0.0, most, None)


def test_the_pictures_of_a_report_rest_on_what_was_measured() -> None:
    graph = Graph(scene(TEXT).estate)
    declared, drilled_too = meaning(graph, AT), meaning(graph, AT, known_of(graph, measured()))

    def took(recovery: Recovery | None) -> float:
        return next(one.end - one.start for one in recovery.tasks if one.ref == "kibo/loans") if recovery else 0.0

    assert took(drilled_too.recovery) - took(declared.recovery) == 10.0 - 1.0
