"""Steps of work that wait for each other to the order in which a few teams do them, for the fewest user-hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import inf
from typing import Final

EXACT: Final = 8
"""So many steps are tried in every order."""
ANEW: Final = 200
"""Beyond so many steps their rank is reckoned once, not again after each of them."""


@dataclass(frozen=True, slots=True)
class Job:
    """One node on its way back."""

    ref: str
    work: float
    """Hours."""
    weight: float = 0.0
    """Users who wait until it is back."""
    after: tuple[int, ...] = ()
    """The jobs, by place in the list, that have to be done before."""
    alone: bool = False
    """Whether it goes on by itself, without a team."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When each job is done, in the order of the jobs; hours."""

    begin: tuple[float, ...]
    end: tuple[float, ...]
    team: tuple[int, ...]
    """From 1; 0 for what needs none."""
    cost: float
    """Users times hours until their system is back."""

    def order(self) -> list[int]:
        """The jobs as they begin."""
        return sorted(range(len(self.begin)), key=lambda job: (self.begin[job], self.end[job], job))


def schedule(jobs: Sequence[Job], teams: int, rank: Callable[[int, frozenset[int] | set[int]], float]) -> Schedule:
    """Each free team takes the ready job of the highest rank; `rank` gets a job with those that are begun.

    No team waits for a better job. `jobs` must hold no circle. Time: jobs * teams * log, with ranks once.
    """
    count = len(jobs)
    above: list[list[int]] = [[] for _ in jobs]
    left = [len(job.after) for job in jobs]
    for number, job in enumerate(jobs):
        for before in job.after:
            above[before].append(number)
    begin, end, team = [0.0] * count, [inf] * count, [0] * count
    free = list(range(1, teams + 1))
    heapify(free)
    begun: set[int] = set()
    ready: list[tuple[float, int]] = []
    running: list[tuple[float, int]] = []
    fixed = count > ANEW

    def release(number: int, now: float) -> None:
        if jobs[number].alone or not jobs[number].work:
            begin[number], end[number] = now, now + jobs[number].work
            begun.add(number)
            heappush(running, (end[number], number))
        else:
            heappush(ready, (-rank(number, begun), number))

    for number in range(count):
        if not left[number]:
            release(number, 0.0)
    now = 0.0
    while ready or running:
        if ready and free and (not running or running[0][0] > now):
            if not fixed:
                ready = [(-rank(number, begun), number) for _, number in ready]
                heapify(ready)
            _, number = heappop(ready)
            team[number] = heappop(free)
            begin[number], end[number] = now, now + jobs[number].work
            begun.add(number)
            heappush(running, (end[number], number))
            continue
        now, number = heappop(running)
        if team[number]:
            heappush(free, team[number])
        for other in above[number]:
            left[other] -= 1
            if not left[other]:
                release(other, now)
    return Schedule(tuple(begin), tuple(end), tuple(team), cost(jobs, end))


def cost(jobs: Sequence[Job], end: Sequence[float]) -> float:
    """Users times hours."""
    return sum(job.weight * hours for job, hours in zip(jobs, end, strict=True) if job.weight)


def first_come(jobs: Sequence[Job]) -> Callable[[int, object], float]:
    """As they stand in the inventory."""
    return lambda number, begun: -float(number)


def longest_path(jobs: Sequence[Job]) -> Callable[[int, object], float]:
    """What the longest way to the end leads through comes first: the critical path."""
    tail = [job.work for job in jobs]
    for number in reversed(topological(jobs)):
        for before in jobs[number].after:
            tail[before] = max(tail[before], jobs[before].work + tail[number])
    return lambda number, begun: tail[number]


def best_dependent(jobs: Sequence[Job]) -> Callable[[int, frozenset[int] | set[int]], float]:
    """What leads to the most users an hour of work: of all that is still to be done before one of its dependants is."""
    if len(jobs) > ANEW:
        return _best_chain(jobs)
    closure = _closures(jobs)
    through: list[list[int]] = [[] for _ in jobs]
    for number, inside in enumerate(closure):
        for member in inside if jobs[number].weight else ():
            through[member].append(number)

    def worth(number: int, begun: frozenset[int] | set[int]) -> float:
        inside = closure[number] - begun
        work = sum(jobs[one].work for one in inside if not jobs[one].alone)
        return sum(jobs[one].weight for one in inside) / work if work else inf

    return lambda number, begun: max((worth(one, begun) for one in through[number]), default=0.0)


def _best_chain(jobs: Sequence[Job]) -> Callable[[int, object], float]:
    """The same along one chain of dependants, for many jobs."""
    best = [(0.0, 0.0)] * len(jobs)
    worth = [0.0] * len(jobs)
    for number in reversed(topological(jobs)):
        job = jobs[number]
        weight, work = best[number]
        work += 0.0 if job.alone else job.work
        weight += job.weight
        worth[number] = weight / work if work else inf if weight else 0.0
        for before in job.after:
            other = best[before]
            if other == (0.0, 0.0) or weight * other[1] > other[0] * work:
                best[before] = (weight, work)
    return lambda number, begun: worth[number]


def topological(jobs: Sequence[Job]) -> list[int]:
    """The jobs, each after those before it; ValueError where there is a circle."""
    left = [len(job.after) for job in jobs]
    above: list[list[int]] = [[] for _ in jobs]
    for number, job in enumerate(jobs):
        for before in job.after:
            above[before].append(number)
    found = [number for number, count in enumerate(left) if not count]
    for number in found:
        for other in above[number]:
            left[other] -= 1
            if not left[other]:
                found.append(other)
    if len(found) < len(jobs):
        raise ValueError("jobs that wait for themselves")
    return found


def _closures(jobs: Sequence[Job]) -> list[set[int]]:
    """Each job with all that has to be done before it."""
    found: list[set[int]] = [set() for _ in jobs]
    for number in topological(jobs):
        own = {number}
        for before in jobs[number].after:
            own |= found[before]
        found[number] = own
    return found


def ancestors(jobs: Sequence[Job]) -> Mapping[int, frozenset[int]]:
    """Each job to all that has to be done before it."""
    return {number: frozenset(one - {number}) for number, one in enumerate(_closures(jobs))}


def bound(jobs: Sequence[Job], teams: int) -> float:
    """No schedule costs less: neither with a team for everybody, nor with nothing that waits for anything else.

    The second is the bound of Eastman, Even and Isaacs: of one team as fast as all of them together.
    """
    endless = schedule(jobs, len(jobs) + 1, first_come(jobs)).cost
    own = [job for job in jobs if not job.alone]
    alone, now = 0.0, 0.0
    for job in sorted(own, key=lambda job: job.work / job.weight if job.weight else inf):
        now += job.work
        alone += job.weight * now
    single = sum(job.weight * job.work for job in own)
    return max(endless, alone / teams + single * (teams - 1) / (2 * teams))


def exact(jobs: Sequence[Job], teams: int) -> Schedule:
    """The cheapest schedule, by trying every order of the jobs that need a team."""
    own = [number for number, job in enumerate(jobs) if not job.alone and job.work]
    if len(own) > EXACT:
        raise ValueError("too many jobs to try every order")
    best = schedule(jobs, teams, best_dependent(jobs))
    before = ancestors(jobs)
    for order in _orders(own, before):
        found = _in_order(jobs, teams, order)
        if found.cost < best.cost * (1 - 1e-12):
            best = found
    return best


def _orders(own: Sequence[int], before: Mapping[int, frozenset[int]]) -> Iterator[list[int]]:
    """Every order in which nothing stands before what it waits for."""
    inside = set(own)

    def more(order: list[int], rest: set[int]) -> Iterator[list[int]]:
        if not rest:
            yield list(order)
        for one in sorted(rest):
            if not (before[one] & inside) - set(order):
                yield from more([*order, one], rest - {one})

    yield from more([], inside)


def _in_order(jobs: Sequence[Job], teams: int, order: Sequence[int]) -> Schedule:
    """The jobs in exactly this order, each as soon as a team is free and all before it is done."""
    begin, end, team = [0.0] * len(jobs), [0.0] * len(jobs), [0] * len(jobs)
    free = [(0.0, number) for number in range(1, teams + 1)]
    own = iter(order)
    done: set[int] = set()

    def settle(number: int) -> float:
        """When all that a job waits for is done; what needs no team is done on the way."""
        for one in sorted(_missing(jobs, number, done), key=place.__getitem__):
            begin[one] = max((end[other] for other in jobs[one].after), default=0.0)
            end[one] = begin[one] + jobs[one].work
            done.add(one)
        return max((end[other] for other in jobs[number].after), default=0.0)

    place = {number: at for at, number in enumerate(topological(jobs))}
    for number in own:
        ready = settle(number)
        hours, who = heappop(free)
        begin[number] = max(ready, hours)
        end[number], team[number] = begin[number] + jobs[number].work, who
        heappush(free, (end[number], who))
        done.add(number)
    for number in sorted(place, key=place.__getitem__):
        if number not in done:
            settle(number)
            begin[number] = max((end[other] for other in jobs[number].after), default=0.0)
            end[number] = begin[number] + jobs[number].work
            done.add(number)
    return Schedule(tuple(begin), tuple(end), tuple(team), cost(jobs, end))


def _missing(jobs: Sequence[Job], number: int, done: set[int]) -> set[int]:
    found: set[int] = set()
    queue = [one for one in jobs[number].after if one not in done]
    for one in queue:
        if one not in found:
            found.add(one)
            queue += [other for other in jobs[one].after if other not in done]
    return found
