"""Random nodes with circles, choices, weights, graces, standbys to when each falls, held against a clock that ticks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf
from random import Random
from types import MappingProxyType

import pytest

from audit.model.course import Course, course, waiting
from audit.model.numbered import Net
from audit.model.waits import Blow, Waits, waits_of

END = 60


def grown(random: Random) -> tuple[Waits, Blow]:
    """Up to nine nodes that need each other at random."""
    count, late = random.randint(1, 7), random.randint(0, 2)
    everybody = range(count + late)
    net = Net(
        names=tuple(f"n{node}" if node < count else "" for node in everybody),
        number={f"n{node}": node for node in range(count)},
        hard=[()] * len(everybody),
        soft=[()] * len(everybody),
        owner=[],
        spare=[],
        delay={node: float(random.randint(1, 6)) for node in everybody if node >= count},
    )
    waits = waits_of(
        net, [random.choice([0.0, 0.0, 1.0, 2.0, 3.0, inf]) if node < count else 0.0 for node in everybody]
    )
    soft: list[list[tuple[int, float]]] = [[] for _ in everybody]
    waits.soft = soft
    for node in range(count):
        if random.random() < 0.25:
            waits.way(node, random.choice([0, 1, 3]), random.choice([0, 1, 4]))
        if random.random() < 0.1:
            waits.warm.setdefault(node, []).append(random.randrange(count))
    for node in everybody:
        shared = [node, *waits.others.get(node, ())]
        for ways in [[one] for one in shared] if random.random() < 0.3 else [shared]:
            for _ in range(random.choice([0, 0, 1, 1, 2])):
                other = random.choice(everybody)
                if other != node:
                    for one in ways:
                        waits.blocked_by(other, one)
            if random.random() < 0.5:
                some = [(random.choice(everybody), float(random.randint(1, 3))) for _ in range(random.randint(2, 4))]
                for member, weight in some:
                    soft[member].append((len(waits.spare), weight))
                waits.spare.append(random.randint(0, int(sum(weight for _, weight in some))))
                waits.blocks.append(ways)
            if random.random() < 0.2 and node < count:
                waits.back.setdefault(random.choice(everybody), []).extend(ways)
    hits = random.sample(range(count), random.randint(1, min(3, count)))
    until = {node: random.choice([0, 0, 1, 4, 9, inf]) for node in hits}
    work = {node: float(random.randint(0, 9)) for node in hits if random.random() < 0.4}
    also = {
        node: [tuple(dict.fromkeys(random.randrange(count) for _ in range(random.randint(1, 2))))]
        for node in hits
        if random.random() < 0.2
    }
    return waits, Blow(until, work, also)


class Clock:
    """Every hour everything is looked at anew: what stands, what begins, what is done; slow, without bookkeeping."""

    def __init__(self, waits: Waits, blow: Blow) -> None:
        self.waits, self.blow = waits, blow
        self.down = set(blow.until)
        self.active = list(range(len(waits.names)))
        self.falls = dict.fromkeys(self.down, 0.0)
        self.back: dict[int, float] = {}
        self.last = dict.fromkeys(self.down, 0.0)
        self.begun: dict[int, float] = {}
        self.since: dict[int, float] = {}

    def unmet(self, way: int, *, running: bool) -> bool:
        waits = self.waits
        if any(way in waits.hard[node] for node in self.down):
            return True
        for group, ways in enumerate(waits.blocks):
            lost = sum(weight for node in self.down for one, weight in waits.soft[node] if one == group)
            if way in ways and lost > waits.spare[group]:
                return True
        node = waits.node[way]
        if running:
            return False
        if way == node and any(set(some) <= self.down for some in self.blow.also.get(node, ())):
            return True
        return any(way in waits.back.get(other, ()) for other in self.down)

    def rising(self, now: float) -> bool:
        waits, done = self.waits, []
        for way, node in enumerate(waits.node):
            free = node in self.down and not self.unmet(way, running=False)
            ready = now >= max(self.blow.until.get(node, 0), self.last.get(node, 0) + waits.before.get(way, 0))
            if not free or not ready:
                self.begun.pop(way, None)
                continue
            begun = self.begun.setdefault(way, now)
            work = self.blow.work.get(node, waits.work[way]) if way == node else waits.work[way]
            if begun + work <= now:
                done.append(way)
        for way in done[:1]:
            node = waits.node[way]
            self.down.discard(node)
            self.active[node] = way
            self.back[node] = now
            for own in (node, *waits.others.get(node, ())):
                self.begun.pop(own, None)
        return bool(done)

    def falling(self, now: float) -> bool:
        """What falls at once; else one whose grace has run out."""
        waits = self.waits
        late = []
        for node in range(len(waits.names)):
            if node in self.down or not self.unmet(self.active[node], running=True):
                self.since.pop(node, None)
                continue
            since = self.since.setdefault(node, now)
            if node not in waits.delay:
                self.fell(node, now)
                return True
            if now - since >= waits.delay[node]:
                late.append(node)
        for node in late[:1]:
            self.fell(node, now)
        return bool(late)

    def fell(self, node: int, now: float) -> None:
        if node in self.down:
            return
        self.down.add(node)
        self.falls.setdefault(node, now)
        self.last[node] = now
        self.since.pop(node, None)
        for other in self.waits.warm.get(node, ()):
            self.fell(other, now)

    def graceless(self, now: float) -> bool:
        for node in range(len(self.waits.names)):
            if node not in self.waits.delay and node not in self.down and self.unmet(self.active[node], running=True):
                self.fell(node, now)
                return True
        return False

    def run(self) -> tuple[dict[int, float], dict[int, float]]:
        for node in list(self.down):
            for other in self.waits.warm.get(node, ()):
                self.fell(other, 0)
        for now in range(END):
            for _ in range(2000):
                if self.graceless(now) or self.rising(now) or self.falling(now):
                    continue
                break
            else:
                return {}, {}
        return self.falls, {node: self.back.get(node, inf) if node not in self.down else inf for node in self.falls}


def differs(waits: Waits, blow: Blow, found: Course) -> bool | None:
    """Whether the engine says something else; None where nothing settles down within the time."""
    falls, back = Clock(waits, blow).run()
    if not falls or any(END - 12 < hours < inf for hours in (*falls.values(), *back.values())):
        return None
    told = {node: found.falls[node] for node in found.fallen}
    return told != falls or {node: found.back[node] for node in found.fallen} != back


def test_it_tells_what_a_clock_shows_that_ticks() -> None:
    settled = 0
    for seed in range(2500):
        waits, blow = grown(Random(seed))
        found = differs(waits, blow, course(waits, blow))
        assert not found, seed
        settled += found is False
    assert settled > 2000


def copied(waits: Waits, **changes: object) -> Waits:
    return replace(waits, hard=list(waits.hard), **changes)  # type: ignore[arg-type]


BROKEN: Mapping[str, Callable[[Waits, Blow], Course]] = MappingProxyType(
    {
        "forgets what only recovery needs": lambda w, b: course(copied(w, back={}), b),
        "lets a group lose one more": lambda w, b: course(copied(w, spare=[one + 1 for one in w.spare]), b),
        "lets a group lose one less": lambda w, b: course(copied(w, spare=[max(0, one - 1) for one in w.spare]), b),
        "forgets every grace": lambda w, b: course(copied(w, delay={}), b),
        "counts a grace twice": lambda w, b: course(copied(w, delay={n: 2 * h for n, h in w.delay.items()}), b),
        "forgets the standby": lambda w, b: course(copied(w, others={}), b),
        "switches before anybody decides": lambda w, b: course(copied(w, before=dict.fromkeys(w.before, 0.0)), b),
        "starts at once": lambda w, b: course(copied(w, work=[0.0] * len(w.work)), b),
        "does not hold down": lambda w, b: course(w, replace(b, until=dict.fromkeys(b.until, 0.0))),
        "builds nothing anew": lambda w, b: course(w, replace(b, work={})),
        "needs no copy": lambda w, b: course(w, replace(b, also={})),
        "lets stand what only falls along": lambda w, b: course(copied(w, warm={}), b),
    }
)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_engine_is_caught(name: str) -> None:
    for seed in range(400):
        waits, blow = grown(Random(seed))
        if differs(waits, blow, BROKEN[name](waits, blow)):
            return
    pytest.fail("nothing showed it")


def chain(count: int) -> Waits:
    names = tuple(f"n{node}" for node in range(count))
    hard = [(node + 1,) if node + 1 < count else () for node in range(count)]
    net = Net(names, {name: node for node, name in enumerate(names)}, hard, [()] * count, [], [])
    return waits_of(net, [1.0] * count)


def test_a_long_chain_comes_back_link_by_link() -> None:
    found = course(chain(4_000), Blow({0: 2.0}))
    assert (found.falls[3_999], found.back[3_999]) == (0.0, 4_002.0)


def test_nothing_is_nothing() -> None:
    assert not course(chain(0), Blow({})).fallen


def test_who_waits_for_whom() -> None:
    waits = chain(3)
    waits.blocked_by(2, 1)
    found = course(waits, Blow({0: 0.0}))
    assert list(found.back) == [1.0, inf, inf]
    assert waiting(waits, found) == {1: (2,), 2: (1,)}
