"""Jobs that wait for each other to the order of a few teams, held against trying everything."""

from __future__ import annotations

from itertools import pairwise, permutations
from random import Random

import pytest

from audit.analysis.recovery import curve, recovery, stops
from audit.analysis.recovery_order import planned
from audit.analysis.teams import Job, best_dependent, bound, exact, first_come, longest_path, schedule
from audit.model.graph import Graph
from audit.model.hazards import happening
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
    assert [plan.jobs[job].ref for job in plan.systems] == ["kibo/vault", "kibo/loans"]
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
