"""Jobs that wait for each other to the order of a few teams, held against trying everything."""

from __future__ import annotations

from itertools import pairwise, permutations
from math import inf
from random import Random

import pytest

from audit.analysis.aftermath import aftermath
from audit.analysis.recovery import curve, recovery, stops
from audit.analysis.recovery_order import planned
from audit.analysis.teams import Job, best_dependent, bound, exact, first_come, longest_path, schedule
from audit.model.graph import Graph
from audit.model.hazards import happening, hazards
from audit.model.timeline import Clockwork
from tests.checks.judging import scene
from tests.model.test_timeline import ESTATE, PROVEN


def grown(seed: int, count: int) -> list[Job]:
    random = Random(seed)
    return [
        Job(
            f"j{number}",
            float(random.randint(1, 9)),
            float(random.choice([0, 1, 10, 100])),
            tuple(other for other in range(number) if random.random() < 0.25),
            alone=random.random() < 0.15,
        )
        for number in range(count)
    ]


def tried(jobs: list[Job], teams: int) -> float:
    """The least cost of giving the jobs to teams in any order."""
    best = float("inf")
    for order in permutations(range(len(jobs))):
        end: dict[int, float] = {}
        free = [0.0] * teams
        for number in order:
            if any(before not in end for before in jobs[number].after):
                break
            ready = max((end[before] for before in jobs[number].after), default=0.0)
            if jobs[number].alone:
                end[number] = ready + jobs[number].work
                continue
            who = min(range(teams), key=free.__getitem__)
            end[number] = free[who] = max(ready, free[who]) + jobs[number].work
        else:
            best = min(best, sum(job.weight * end[number] for number, job in enumerate(jobs)))
    return best


@pytest.mark.parametrize("teams", [1, 2, 3])
def test_few_jobs_are_ordered_as_well_as_can_be(teams: int) -> None:
    for seed in range(25):
        jobs = grown(seed, 6)
        found = exact(jobs, teams)
        assert found.cost == pytest.approx(tried(jobs, teams)), seed
        assert bound(jobs, teams) <= found.cost + 1e-9, seed
        for rank in (best_dependent, first_come, longest_path):
            assert schedule(jobs, teams, rank(jobs)).cost >= found.cost - 1e-9


def test_a_schedule_keeps_to_what_waits_and_to_its_teams() -> None:
    for seed, count in [*((seed, 30) for seed in range(30)), (1, 260)]:
        jobs = grown(seed, count)
        found = schedule(jobs, 3, best_dependent(jobs))
        for number, job in enumerate(jobs):
            assert all(found.end[before] <= found.begin[number] for before in job.after)
            assert found.end[number] == found.begin[number] + job.work
            assert (found.team[number] == 0) == job.alone
        for team in (1, 2, 3):
            spans = sorted((found.begin[n], found.end[n]) for n in range(count) if found.team[n] == team)
            assert all(first[1] <= second[0] for first, second in pairwise(spans))
        assert bound(jobs, 3) <= found.cost


def test_most_users_an_hour_come_before_the_longest_way() -> None:
    jobs = [Job("long", 100.0, 1.0), Job("key", 1.0, 0.0), Job("many", 1.0, 1000.0, (1,))]
    assert schedule(jobs, 1, best_dependent(jobs)).cost == 2 * 1000 + 102
    assert schedule(jobs, 1, longest_path(jobs)).cost > 100_000


def test_a_circle_is_refused() -> None:
    with pytest.raises(ValueError, match="wait for themselves"):
        longest_path([Job("a", 1.0, 1.0, (1,)), Job("b", 1.0, 1.0, (0,))])


def text() -> str:
    order = "id: kibo\n    recovery-order: [loans, vault]"
    return ESTATE.replace("STEPS", PROVEN).replace("id: kibo", order, 1)


def test_the_order_of_an_estate() -> None:
    graph = Graph(scene(text()).estate)
    both = Clockwork(graph).after(happening(graph, "daejeon/hall"))
    plan = planned(both.least, 1)
    assert [plan.jobs[job].ref for job in plan.systems] == ["kibo/vault", "kibo/board", "kibo/loans"]
    assert {plan.jobs[job].ref for job in plan.untold} == {"kibo/board"}
    assert plan.proven
    assert plan.best.cost == plan.bound <= plan.critical_path
    assert [(one.system, one.before) for one in plan.contradictions] == [("kibo/loans", "kibo/vault")]
    assert plan.never == ()


def test_the_rows_and_the_curve() -> None:
    graph = Graph(scene(text()).estate)
    both = Clockwork(graph).after(happening(graph, "daejeon/hall"))
    rows = {one.ref: one for one in stops(both)}
    assert set(rows) == {"kibo/loans", "kibo/vault", "kibo/pay", "kibo/board"}
    assert all(one.surely for one in rows.values())
    loans = rows["kibo/loans"]
    assert loans.back is not None
    assert (loans.back.least, loans.back.most) == (361.0, 362.0)
    assert (loans.through, str(loans.work)) == ("kibo/vault", "set up kibo/loans anew")
    assert rows["kibo/board"].back is not None
    assert rows["kibo/board"].back.most is None
    whole = recovery(both)
    assert whole.curve[-1] == (361.0, 1.0)
    assert {one.ref for one in whole.tasks if one.critical} == {"kibo/loans", "kibo/vault", "daejeon/hall"}
    assert whole.untold == ("kibo/board",)


def test_a_curve_never_reaches_one_where_something_never_comes_back() -> None:
    assert curve([1.0, 1.0, 3.0], 4) == ((0.0, 0.0), (1.0, 0.5), (3.0, 0.75))


MUTE = """
sites: [{id: a, rooms: [{id: r1}, {id: r2}]}]
institutions:
  - id: k
    systems:
      - {id: board, grade: 4, at: [a/r2]}
      - {id: far, grade: 3, needs: [web]}
      - {id: web, grade: 1, at: [a/r2], needs: [db, {on: login, grace: 2h}]}
      - {id: db, grade: 2, at: [a/r1], recovers-with: [login]}
      - {id: login, grade: 1, at: [a/r1]}
"""


def test_where_nobody_tells_hours_the_order_is_told_all_the_same() -> None:
    graph = Graph(scene(MUTE).estate)
    plan = planned(Clockwork(graph, patient=True).after(happening(graph, "a")).least, 2)
    refs = [plan.jobs[job].ref for job in plan.systems]
    # The web bears the loss of the sign-in for two hours; nobody says that it is back by then.
    assert refs == ["k/login", "k/db", "k/board", "k/web", "k/far"]
    assert plan.untold == frozenset(plan.systems)
    assert plan.best.cost == (8 + 2) * 2
    told = MUTE.replace("id: login, grade: 1", "id: login, rebuild: 3h, grade: 1").replace(
        "{id: r1}", "{id: r1, rebuild: 1h}"
    )
    graph = Graph(scene(told).estate)
    plan = planned(Clockwork(graph, patient=True).after(happening(graph, "a/r1")).least, 2)
    rows = [(plan.jobs[job].ref, plan.best.begin[job], job in plan.untold) for job in plan.systems]
    # The place takes an hour, the sign-in three more; that its loss is borne for two delays nothing that is told.
    assert rows == [("k/login", 1.0, False), ("k/db", 4.0, True), ("k/web", 4.0, True), ("k/far", 4.0, True)]


def unrebuilt(seed: int) -> str:
    """Six systems, in circles too, of which nobody says how long it takes to build them anew; restarts are told."""
    random = Random(seed)
    names = [f"s{number}" for number in range(6)]

    def need(name: str) -> str:
        others = [other for other in random.sample(names, 4) if other != name][:3]
        some = ", ".join(others)
        return random.choice(
            (others[0], others[0], f"{{any: [{some}]}}", f"{{all: [{some}]}}", f"{{k: 2, of: [{some}]}}",
             f"{{on: {others[0]}, grace: 2h}}")
        )  # fmt: skip

    rows = []
    for number, name in enumerate(names):
        needs = ", ".join(dict.fromkeys(need(name) for _ in range(random.randint(0, 2))))
        gates = ", ".join(random.sample([other for other in names if other != name], random.choice((0, 0, 1, 2))))
        place = random.choice(("p/a", "p/b", "p/b", "p/c", "p/a, q", "q"))
        over = "{id: f, kind: declared, to: q, mode: hot, drills: [{on: 2026-06-01, realism: real-switch}]}"
        rows.append(
            f"{{id: {name}, grade: 2, restart: {number + 1}0m, at: [{place}], needs: [{needs}], "
            f"recovers-with: [{gates}], failover: [{over if seed % 2 and random.random() < 0.3 else ''}]}}"
        )
    cooling = random.choice(("", ", cooling: [{id: u, lead-time: 1d, serves: [a, b]}]"))
    heat = random.choice(("", ", overheats: 20m"))
    return (
        f"sites: [{{id: p, power: [f1], rooms: [{{id: a, restart: 1h}}, {{id: b, restart: 1h{heat}}}, "
        f"{{id: c, restart: 1h}}]{cooling}}}, {{id: q, power: [f2]}}]\n"
        f"institutions: [{{id: k, systems: [{', '.join(rows)}]}}]\n"
    )


def test_what_falls_and_what_comes_back_are_those_of_the_aftermath() -> None:
    compared = 0
    for seed in range(60):
        graph = Graph(scene(unrebuilt(seed)).estate)
        clock = Clockwork(graph, patient=True)
        refs = {system.ref for _, system in graph.estate.systems()}
        for event in hazards(graph):
            found, both = aftermath(graph, [event]), clock.after(event)
            rows = {one.ref: one for one in stops(both)}
            assert {one.ref: one.surely for one in found.stops} == {ref: row.surely for ref, row in rows.items()}
            if event.mode == "destroy":
                gone = {one.ref for one in found.stops if one.how == "destroyed"} | found.stranded.keys()
                assert gone & rows.keys() == {ref for ref in refs if both.most.back(ref) == inf}, (seed, event.ref)
                # The order holds everything that stops, but for what waits for itself.
                plan = planned(both.least, 2)
                told = {plan.jobs[job].ref for job in plan.systems}
                assert told == {ref for ref in rows if rows[ref].surely and rows[ref].back is not None}, (
                    seed,
                    event.ref,
                )
                compared += len(rows)
    assert compared > 500
