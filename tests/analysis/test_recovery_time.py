"""Small estates to how long each system is away, how much work is lost, each beside its promise."""

from __future__ import annotations

from dataclasses import replace

from audit.analysis.recovery_point import points
from audit.analysis.recovery_time import achievable, inversions, single_losses
from audit.model.graph import Graph
from audit.model.hazards import happening
from audit.model.subject import Looks
from audit.model.timeline import Clockwork
from tests.checks.judging import catalogue, scene
from tests.model.test_timeline import ESTATE, PROVEN

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
    assert [replace(one, after="", path=(), step=None, of="", untold=()) for one in whole[2:]] == list(few[2:])


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
