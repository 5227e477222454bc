"""Generated nets and fat trees to the time in which every node is lost in its turn, beside a walk with sets."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable, Iterable
from random import Random
from time import process_time

import pytest

from audit.model.numbered import Net, Weaver, falls
from audit.model.turns import losses_in_turn

pytestmark = pytest.mark.bench


def wide(count: int, near: int = 1000, seed: int = 1) -> Net:
    """Nodes with 0.55 hard needs and 1.5 groups each (any of two, two of three), 4 edges a node, mean blast some 5."""
    luck = Random(seed)
    weaver = Weaver(lambda ref, what: 1.0)
    for number in range(count):
        weaver.inner(f"n{number}")
    draw, pick = luck.random, luck.randrange
    for node in range(1, count):
        low = max(0, node - near)
        if draw() < 0.55:
            weaver.falls_with(node, pick(low, node))
        for _ in range(1 if draw() < 0.5 else 2):
            several = 2 if draw() < 0.67 else 3
            weaver.group(node, dict.fromkeys((pick(low, node) for _ in range(several)), 1.0), 1)
    return weaver.done()


def fat_tree(ports: int) -> tuple[Net, int]:
    """A fat tree of so many ports a switch: 5k²/4 switches, k³/4 hosts, one service on hosts of two pods."""
    half = ports // 2
    weaver = Weaver(lambda ref, what: 1.0)
    cores = [weaver.inner(f"core{number}") for number in range(half * half)]
    hosts: list[list[int]] = []
    for pod in range(ports):
        own = []
        upper = [weaver.inner(f"upper{pod}.{number}") for number in range(half)]
        for number, switch in enumerate(upper):
            weaver.group(switch, dict.fromkeys(cores[number * half : (number + 1) * half], 1.0), half - 1)
        for number in range(half):
            edge = weaver.inner(f"edge{pod}.{number}")
            weaver.group(edge, dict.fromkeys(upper, 1.0), half - 1)
            for place in range(half):
                host = weaver.inner(f"host{pod}.{number}.{place}")
                weaver.falls_with(host, edge)
                own.append(host)
        hosts.append(own)
    service = weaver.inner("service")
    weaver.group(service, {hosts[0][0]: 1.0, hosts[1][0]: 1.0}, 1)
    net = weaver.done()
    return net, len(net.names) - 1


def best(times: int, work: Callable[[], float]) -> tuple[float, float]:
    """Seconds of this process in the quickest of several runs, with what it gave."""
    took, given = [], 0.0
    for _ in range(times):
        start = process_time()
        given = work()
        took.append(process_time() - start)
    return min(took), given


def in_turn(net: Net) -> int:
    return sum(len(down) for _, down in losses_in_turn(net, range(len(net.names))))


def each(net: Net, hits: Iterable[int]) -> int:
    return sum(len(falls(net, (hit,))) for hit in hits)


def memory() -> float:
    """Megabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def told(what: str, net: Net, times: int) -> None:
    count = len(net.names)
    edges = sum(map(len, net.hard)) + sum(map(len, net.soft))
    woven = memory()
    seconds, mean = best(times, lambda: in_turn(net) / count)
    held = memory()
    some = range(0, count, max(1, count // 5_000))
    slow, _ = best(1, lambda: each(net, some) * count / len(some))
    ratio = slow * count / len(some) / seconds
    print(
        f"\n{what}: {count:,} nodes, {edges:,} edges, mean blast {mean:.1f}: {seconds:.2f} s, a walk with sets "
        f"for each hit {ratio:.1f} times that; at most {held:,.0f} MB, of which {woven:,.0f} MB to weave the net"
    )


def told_of(count: int, times: int) -> None:
    told("local layout", wide(count), times)


@pytest.mark.parametrize(("count", "times"), [(100_000, 5), (1_000_000, 1)])
def test_every_node(count: int, times: int) -> None:
    """In a process of its own, of which the memory can be told."""
    alone = multiprocessing.get_context("spawn").Process(target=told_of, args=(count, times))
    alone.start()
    alone.join(300)
    assert alone.exitcode == 0


@pytest.mark.parametrize("ports", [48, 64])
def test_every_device_of_a_fat_tree(ports: int) -> None:
    net, devices = fat_tree(ports)
    assert devices == 5 * ports**2 // 4 + ports**3 // 4
    told(f"fat tree of {ports} ports", net, 5)


def test_a_chain() -> None:
    """The worst case: every loss takes half of all."""
    weaver = Weaver(lambda ref, what: 1.0)
    for number in range(4_001):
        weaver.inner(f"n{number}")
        if number:
            weaver.falls_with(number, number - 1)
    told("chain", weaver.done(), 3)
