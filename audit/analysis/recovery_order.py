"""What stops after an event to the order in which a few teams bring it back, held against orders people follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import inf
from typing import Final

from audit.analysis.teams import (
    EXACT,
    Job,
    Schedule,
    best_dependent,
    bound,
    exact,
    first_come,
    longest_path,
    schedule,
    topological,
)
from audit.model.estate import System
from audit.model.labour import total
from audit.model.policy import GRADE_WEIGHT
from audit.model.timeline import Timeline

TRIED: Final = 400
"""Beyond so many nodes no exact answer is looked for."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A published order that puts something before what it waits for."""

    institution: str
    system: str
    before: str
    """What it waits for, which comes later in the order."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The order with what it costs, in user-hours of the optimistic view."""

    jobs: tuple[Job, ...]
    best: Schedule
    proven: bool
    """Whether no order is cheaper."""
    bound: float
    """No order costs less."""
    first_come: float
    critical_path: float
    contradictions: tuple[Contradiction, ...]
    never: tuple[str, ...]
    """Systems that are never back, whatever the order."""
    mute: tuple[str, ...]
    """Systems of which nobody says how many use them: they count by their grade."""
    untold: frozenset[int]
    """The jobs of systems of which nobody says how long they take: they take no team here, yet have their place."""

    @property
    def systems(self) -> list[int]:
        """The jobs that a team does, as they begin; what nobody says the hours of after all that it waits for."""
        return [one for one in _lined_up(self.jobs, self.best) if self.best.team[one] or one in self.untold]


def planned(view: Timeline, teams: int) -> Plan:
    """The order for so many teams, each of which works at one system at a time; buildings and suppliers need none."""
    jobs = jobs_of(view)
    found = schedule(jobs, teams, best_dependent(jobs))
    critical = schedule(jobs, teams, longest_path(jobs))
    came = schedule(jobs, teams, first_come(jobs))
    own = sum(1 for job in jobs if not job.alone and job.work)
    proven = own <= EXACT and len(jobs) <= TRIED
    best = exact(jobs, teams) if proven else min((found, critical, came), key=lambda one: one.cost)
    least = bound(jobs, teams)
    index = view.graph.estate.index
    stopped = [ref for ref in view.stopped() if isinstance(index.get(ref), System)]
    untold = {name for node in view.untold if isinstance(index.get(name := view.name(node)), System)}
    return Plan(
        jobs=jobs,
        best=best,
        proven=proven or best.cost <= least * (1 + 1e-9),
        bound=best.cost if proven else least,
        first_come=came.cost,
        critical_path=critical.cost,
        contradictions=contradictions(view, jobs),
        never=tuple(sorted(ref for ref in stopped if view.back(ref) == inf)),
        mute=tuple(sorted(ref for ref in stopped if _users(view, ref) is None)),
        untold=frozenset(number for number, job in enumerate(jobs) if job.ref in untold),
    )


def _lined_up(jobs: Sequence[Job], best: Schedule) -> list[int]:
    """Every job after those that it waits for, as they begin; at the same hour what most wait for comes first."""
    above: list[list[int]] = [[] for _ in jobs]
    wanted = [job.weight for job in jobs]
    order = topological(jobs)
    for number in reversed(order):
        for before in jobs[number].after:
            above[before].append(number)
            wanted[before] = max(wanted[before], wanted[number])
    left = [len(job.after) for job in jobs]

    def key(number: int) -> tuple[float, float, int]:
        return best.begin[number], -wanted[number], number

    ready = [key(number) for number, count in enumerate(left) if not count]
    heapify(ready)
    found: list[int] = []
    while ready:
        number = heappop(ready)[-1]
        found.append(number)
        for other in above[number]:
            left[other] -= 1
            if not left[other]:
                heappush(ready, key(other))
    return found


def jobs_of(view: Timeline) -> tuple[Job, ...]:
    """Everything that comes back, in the order of the inventory, after what it waited for; holds no circle.

    Of a choice it waits for those members that are up first when every system has a team of its own.
    """
    course, waits = view.course, view.waits
    back = sorted(node for node in course.fallen if course.back[node] < inf)
    place = {node: number for number, node in enumerate(back)}
    after: dict[int, set[int]] = {node: set() for node in back}
    groups: dict[int, list[tuple[int, int, float]]] = {}
    for node in back:
        for way in (*waits.hard[node], *waits.back.get(node, ())):
            _wait(view, after, way, node)
        for group, weight in waits.soft[node]:
            groups.setdefault(group, []).append((course.turn[node], node, weight))
    lost = _never_back(view)
    for group, members in groups.items():
        left = lost.get(group, 0.0) + sum(weight for _, _, weight in members)
        for _, node, weight in sorted(members):
            if left <= waits.spare[group]:
                break
            left -= weight
            for way in waits.blocks[group]:
                _wait(view, after, way, node)
    for node, choices in view.blow.also.items():
        for some in choices if node in after else ():
            if all(one in place for one in some):
                _wait(view, after, node, min(some, key=lambda one: course.turn[one]))
    jobs: list[Job] = []
    late: list[Job] = []
    for node in back:
        before = [place[one] for one in after[node]]
        if begins := _held(view, node):
            before.append(len(back) + len(late))
            late.append(Job("", begins, alone=True))
        jobs.append(_job(view, node, tuple(sorted(before))))
    found = (*jobs, *late)
    topological(found)
    return found


def _wait(view: Timeline, after: Mapping[int, set[int]], way: int, node: int) -> None:
    owner = view.waits.node[way]
    if owner in after and view.course.by[owner] == way and view.course.turn[node] < view.course.turn[owner]:
        after[owner].add(node)


def _never_back(view: Timeline) -> Mapping[int, float]:
    """Each group to the weight in it that is never back."""
    found: dict[int, float] = {}
    for node in view.course.fallen:
        for group, weight in view.waits.soft[node] if view.course.back[node] == inf else ():
            found[group] = found.get(group, 0.0) + weight
    return found


def _held(view: Timeline, node: int) -> float:
    """Hours before which nothing can be done: an outage lasts, or somebody has yet to decide."""
    way = view.course.by[node]
    fell = view.course.falls[node]
    until = 0.0 if node in view.untold else view.blow.until.get(node, 0.0)
    return max(until, fell + view.waits.before.get(way, 0.0))


def _job(view: Timeline, node: int, after: tuple[int, ...]) -> Job:
    name = view.name(node)
    system = view.graph.estate.index.get(name) if name else None
    work = view.course.back[node] - view.course.begun[node]
    if node in view.untold:
        # However long it is held for others to stop meanwhile: nobody said how long it takes.
        work = total(view.own(name), "optimistic")
    if not isinstance(system, System):
        return Job(name, work, after=after, alone=True)
    users = _users(view, name)
    weight = float(users if users is not None else GRADE_WEIGHT[system.grade])
    return Job(name, work, weight, after, alone=view.course.by[node] != node)


def _users(view: Timeline, ref: str) -> int | None:
    system = view.graph.estate.index.get(ref)
    return system.users if isinstance(system, System) else None


def contradictions(view: Timeline, jobs: Sequence[Job]) -> tuple[Contradiction, ...]:
    """Where the published order of an institution puts a system before another one for which it waits here."""
    number = {job.ref: place for place, job in enumerate(jobs) if job.ref}
    found: list[Contradiction] = []
    for institution in view.graph.estate.institutions:
        later = {number[ref] for ref in institution.recovery_order if ref in number}
        for ref in institution.recovery_order:
            if ref not in number:
                continue
            later.discard(number[ref])
            seen, queue = set[int](), list(jobs[number[ref]].after) if later else []
            for one in queue:
                if one not in seen:
                    seen.add(one)
                    queue += jobs[one].after
            found += [Contradiction(institution.ref, ref, jobs[one].ref) for one in sorted(seen & later)]
    return tuple(found)
