"""Small random nets, in circles and nested, to the sets that take their nodes, held against trying everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from audit.analysis.faults.families import NONE, Families
from audit.analysis.faults.inward import Inward, inward
from audit.analysis.faults.ways import Ways, largest, solved, ways
from audit.model.numbered import Net, Weaver
from tests.analysis.faults.nets import grown

ORDER = 3


def wrong(found: Ways, tried: dict[str, set[frozenset[str]]], order: int) -> bool:
    wanted = {name: {one for one in sets if len(one) <= order} for name, sets in tried.items()}
    return any(
        {frozenset(one) for one in found.sets(name, 100_000)} != wanted[name]
        or sum(found.orders(name)) != len(wanted[name])
        for name in wanted
    )


@pytest.mark.parametrize("part", range(10))
def test_sets_are_those_that_trying_finds(part: int) -> None:
    for seed in range(part * 200, part * 200 + 200):
        small = grown(seed, 6)
        tried = small.minimal(ORDER)
        for order in (1, 2, ORDER):
            assert not wrong(ways(small.net, order), tried, order), (seed, order)


class Unabsorbed(Families):
    def without(self, first: int, second: int) -> int:
        return first


class OneTooMany(Families):
    def at_least(self, least: int, families: Sequence[int]) -> int:
        return super().at_least(least + 1, families)


class OneTooFew(Families):
    def at_least(self, least: int, families: Sequence[int]) -> int:
        return super().at_least(max(1, least - 1), families)


class CutEarly(Families):
    def both(self, first: int, second: int, order: int | None = None) -> int:
        return super().both(first, second, (self.order if order is None else order) - 1)


class FirstOnly(Families):
    def either(self, first: int, second: int) -> int:
        return first if first != NONE else second


class NoUnion(Families):
    def both(self, first: int, second: int, order: int | None = None) -> int:
        return self.either(first, second)


class Weightless(Families):
    def heavier(self, spare: float, parts: object) -> int:
        return super().heavier(spare, [(one, 1.0) for one, _ in list(parts)])  # type: ignore[call-overload]


class AtEnough(Families):
    def heavier(self, spare: float, parts: object) -> int:
        return super().heavier(spare - 0.1, parts)  # type: ignore[arg-type]


def one_sweep(around: Inward) -> Inward:
    return replace(around, circles=[[node] for circle in around.circles for node in circle], turning=frozenset())


def no_groups(around: Inward) -> Inward:
    return replace(around, groups={})


def last_group(around: Inward) -> Inward:
    return replace(around, groups={node: some[-1:] for node, some in around.groups.items()})


def first_need(around: Inward) -> Inward:
    return replace(around, hard={node: some[:1] for node, some in around.hard.items()})


def lost_member(around: Inward) -> Inward:
    return replace(
        around,
        groups={node: [(spare, members[:-1]) for spare, members in some] for node, some in around.groups.items()},
    )


def same(around: Inward) -> Inward:
    return around


def caught(kind: type[Families], change: Callable[[Inward], Inward]) -> bool:
    for seed in range(150):
        small = grown(seed, 6)
        net = small.net
        named = {number for number, name in enumerate(net.names) if name}
        try:
            found = solved(net.names, change(inward(net, net.number.values())), kind(ORDER), net.number, named)
        except KeyError:
            return True
        if wrong(found, small.minimal(ORDER), ORDER):
            return True
    return False


@pytest.mark.parametrize(
    "kind",
    [Unabsorbed, OneTooMany, OneTooFew, CutEarly, FirstOnly, NoUnion, Weightless, AtEnough],
)
def test_broken_families_are_caught(kind: type[Families]) -> None:
    assert caught(kind, same)


@pytest.mark.parametrize("change", [one_sweep, no_groups, last_group, first_need, lost_member])
def test_a_net_turned_wrongly_is_caught(change: Callable[[Inward], Inward]) -> None:
    assert caught(Families, change)


def test_the_sound_one_is_not() -> None:
    assert not caught(Families, same)


class Forgetful(Families):
    def forget(self, kept: int = 0) -> None:
        super().forget(0)


def test_one_that_keeps_no_result_on_the_way_is_sound_too() -> None:
    assert not caught(Forgetful, same)


def chain(length: int) -> Net:
    weaver = Weaver(lambda name, what: 0.0)
    for number in range(length):
        weaver.falls_with(weaver.node(f"c{number}"), weaver.node(f"c{number + 1}"))
    return weaver.done()


def test_a_long_chain_is_no_matter_of_depth() -> None:
    found = ways(chain(4000), 2, ["c0"])
    assert found.orders("c0") == (0, 4000, 0)


def test_a_long_circle() -> None:
    weaver = Weaver(lambda name, what: 0.0)
    for number in range(600):
        weaver.falls_with(weaver.node(f"c{number}"), weaver.node(f"c{(number + 1) % 600}"))
    assert ways(weaver.done(), 2, ["c7"]).orders("c7") == (0, 599, 0)


def test_nothing() -> None:
    assert ways(Weaver(lambda name, what: 0.0).done(), 3).taken == {}


def test_only_what_is_asked_for_is_looked_at() -> None:
    net = chain(4000)
    assert len(ways(net, 3, ["c3990"]).families) < 100


def test_the_order_is_lowered_where_it_would_be_too_much() -> None:
    weaver = Weaver(lambda name, what: 0.0)
    for group in range(3):
        inner = weaver.node(f"g{group}")
        for number in range(40):
            weaver.falls_with(inner, weaver.node(f"m{group}-{number}"))
    weaver.group(weaver.node("top"), {weaver.node(f"g{group}"): 1.0 for group in range(3)}, 2.0)
    net = weaver.done()
    found, order = largest(net, 3, ["top"], most=300)
    assert order < 3
    assert len(found.orders("top")) == order + 1
    assert largest(net, 3, ["top"])[0].orders("top") == (0, 0, 0, 41**3)
