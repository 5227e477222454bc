"""A hundred thousand nodes that all fell in, the time until each is known to be back out, a naive way beside."""

from __future__ import annotations

import time
from math import inf
from random import Random

import pytest

from audit.model.course import course
from audit.model.net import Net
from audit.model.waits import Blow, Waits, waits_of

pytestmark = pytest.mark.bench


def layered(count: int, seed: int = 1) -> Waits:
    """Nodes that each need about two things and one of several, all numbered below them; some two of three."""
    random = Random(seed)
    hard: list[list[int]] = [[] for _ in range(count)]
    soft: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    owner: list[int] = []
    spare: list[float] = []
    for node in range(count // 10, count):
        low = max(0, node - 2000)
        for _ in range(random.choice((0, 1, 1, 2))):
            hard[random.randrange(low, node)].append(node)
        for _ in range(random.choice((1, 1, 2))):
            size = random.choice((2, 2, 3))
            for member in random.sample(range(low, node), size):
                soft[member].append((len(owner), 1.0))
            owner.append(node)
            spare.append(1.0 if size == 3 and random.random() < 0.5 else size - 1.0)
    names = tuple(f"n{node}" for node in range(count))
    net = Net(names, {name: node for node, name in enumerate(names)}, hard, soft, owner, spare)
    return waits_of(net, [random.choice((0.5, 1.0, 4.0, 24.0)) for _ in range(count)])


def naive(waits: Waits) -> list[float]:
    """When each is back, going round over all nodes until nothing changes; everything fell at once."""
    count = len(waits.names)
    below: list[list[int]] = [[] for _ in range(count)]
    members: list[list[tuple[int, float]]] = [[] for _ in waits.spare]
    groups: list[list[int]] = [[] for _ in range(count)]
    for node in range(count):
        for above in waits.hard[node]:
            below[above].append(node)
        for group, weight in waits.soft[node]:
            members[group].append((node, weight))
    for group, ways in enumerate(waits.blocks):
        groups[ways[0]].append(group)
    back = [inf] * count
    changed = True
    while changed:
        changed = False
        for node in range(count):
            begin = max((back[one] for one in below[node]), default=0.0)
            for group in groups[node]:
                lost = sum(weight for _, weight in members[group])
                for hours, weight in sorted((back[one], weight) for one, weight in members[group]):
                    if lost <= waits.spare[group]:
                        break
                    begin, lost = max(begin, hours), lost - weight
            if begin + waits.work[node] < back[node]:
                back[node], changed = begin + waits.work[node], True
    return back


def test_the_recovery_of_everything() -> None:
    small = layered(1_000)
    lost = Blow(dict.fromkeys(range(1_000), 0.0))
    began = time.perf_counter()
    plain = naive(small)
    slow = time.perf_counter() - began
    began = time.perf_counter()
    found = course(small, lost)
    quick = time.perf_counter() - began
    assert list(found.back) == plain
    print(f"\n1,000 nodes: {quick * 1000:.1f} ms, the naive way {slow / quick:.1f} times that")
    for count in (10_000, 100_000):
        waits = layered(count)
        edges = sum(map(len, waits.hard)) + sum(map(len, waits.soft))
        everything = Blow(dict.fromkeys(range(count), 0.0))
        best = used = inf
        for _ in range(3):
            began, spent = time.perf_counter(), time.process_time()
            found = course(waits, everything)
            best, used = min(best, time.perf_counter() - began), min(used, time.process_time() - spent)
        assert max(found.back) < inf
        last = f"all back after {max(found.back):,.0f} h"
        print(f"{count:,} nodes, {edges:,} edges, all lost: {best:.2f} s, {used:.2f} s of the processor; {last}")
