"""Programmes with contributors to whom they cannot do without."""

from __future__ import annotations

from datetime import date
from itertools import combinations, product
from random import Random

import pytest

from audit.analysis.contributions import Contributions, Launch, contributions
from audit.model.estate import Programme
from audit.model.graph import Graph
from audit.model.paying import Reached
from tests.checks.judging import scene


def fund(threshold: str, guarantees: str, dropped: tuple[str, ...] = (), **payers: str) -> Contributions:
    """Payers as `name="10e9 signed"`."""
    written = ", ".join(
        f"{{id: {name}, contribution: {told.split()[0]} KRW, commitment: {told.split()[1]}}}"
        for name, told in payers.items()
    )
    text = (
        f"programmes: [{{id: fund, guarantees: {guarantees} KRW, "
        f"needs: [{{sum: contribution, at-least: {threshold} KRW, of: [{', '.join(payers)}]}}]}}]\n"
        f"contributors: [{written}]\n"
    )
    estate = scene(text).estate
    programme = estate.index["fund"]
    assert isinstance(programme, Programme)
    return contributions(Graph(estate), programme, dropped)


def test_cars_stand_on_both() -> None:
    found = fund("40e9", "630e9", maker="10e9 signed", bank="30e9 paid")
    assert found.leverage == 630 / 40
    assert found.pivotal == ("bank", "maker")
    assert found.asked.holds_surely


def test_steel_has_the_same_leverage_of_twenty() -> None:
    assert fund("20e9", "400e9", works="5e9 signed", bank="15e9 signed").leverage == 20


def test_the_retail_fund_fails_without_the_one_who_only_said_so() -> None:
    found = fund("2e9", "100e9", dropped=("shop",), shop="1e9 verbal", first="0.6e9 signed", second="0.5e9 signed")
    assert not found.asked.holds_perhaps
    assert not found.asked.holds_surely
    assert "shop" in found.pivotal
    whole = fund("2e9", "100e9", shop="1e9 verbal", first="0.6e9 signed", second="0.5e9 signed")
    assert whole.asked.holds_perhaps
    assert not whole.asked.holds_surely, "a word is no money"
    assert (whole.asked.least, whole.asked.most) == (1.1e9, 2.1e9)


def test_two_together_may_be_pivotal_where_none_is_alone() -> None:
    found = fund("2e9", "10e9", a="1e9 paid", b="1e9 paid", c="1e9 paid")
    assert found.pivotal == ()
    assert set(found.pivotal_pairs) == {("a", "b"), ("a", "c"), ("b", "c")}


def test_without_a_threshold_nobody_is_pivotal() -> None:
    text = "programmes: [{id: fund}]\n"
    estate = scene(text).estate
    programme = estate.index["fund"]
    assert isinstance(programme, Programme)
    found = contributions(Graph(estate), programme)
    assert (found.payers, found.threshold, found.pivotal, found.leverage) == ((), None, (), None)


def written(text: str, dropped: tuple[str, ...] = ()) -> Contributions:
    estate = scene(text).estate
    programme = estate.index["fund"]
    assert isinstance(programme, Programme)
    return contributions(Graph(estate), programme, dropped)


def test_cars_guarantee_nearly_sixteen_times_what_is_paid_in() -> None:
    found = fund("40e9", "630e9", maker="10e9 signed", bank="30e9 paid")
    assert found.leverage == 15.75
    assert {one.dropped: one.guaranteed_most for one in found.alone} == {
        ("bank",): 10e9 * 15.75,
        ("maker",): 30e9 * 15.75,
    }


RETAIL = (
    "programmes: [{id: fund, guarantees: 100e9 KRW, minimum: 100e9 KRW, launch: 2025-12-01, "
    "needs: [{sum: contribution, at-least: 1e9 KRW, of: [shop, bank-a, bank-b]}]}]\n"
    "contributors: [{id: shop, contribution: 1e9 KRW, commitment: verbal, expected: 2025-11-20}, "
    "{id: bank-a, contribution: 0.6e9 KRW, commitment: signed, expected: 2025-12-31}, "
    "{id: bank-b, contribution: 0.4e9 KRW, commitment: paid}]\n"
)


def test_a_promised_minimum_asks_for_more_than_the_sum() -> None:
    found = written(RETAIL)
    assert (found.leverage, found.required) == (50.0, 2e9)
    assert found.headroom == (-1e9, 0.0)
    assert (found.asked.holds_surely, found.asked.holds_perhaps) == (False, True)
    assert set(found.pivotal) == {"shop", "bank-a", "bank-b"}
    gone = written(RETAIL, ("shop",))
    assert (gone.asked.guaranteed_least, gone.asked.guaranteed_most) == (50e9, 50e9)
    assert not gone.asked.holds_perhaps


def test_the_launch_slips_to_the_day_on_which_the_last_needed_money_comes() -> None:
    found = written(RETAIL)
    assert found.launch is not None
    assert found.launch.planned == date(2025, 12, 1)
    assert found.launch.perhaps.day == date(2025, 12, 31)
    assert found.launch.perhaps.slip(date(2025, 12, 1)) == 30
    assert (found.launch.surely.day, found.launch.surely.already) == (None, False)
    less = written(RETAIL.replace("minimum: 100e9 KRW, ", ""))
    assert less.launch is not None
    assert less.launch.surely.day == date(2025, 12, 31)
    assert less.launch.perhaps.day == date(2025, 11, 20)
    assert written(RETAIL.replace("minimum: 100e9 KRW", "minimum: 20e9 KRW").replace("1e9 KRW, of", "0.3e9 KRW, of"),
                   ("shop",)).launch == Launch(date(2025, 12, 1), Reached(None, already=True),
                                               Reached(None, already=True))  # fmt: skip


def test_several_currencies_are_never_added() -> None:
    assert written(RETAIL.replace("minimum: 100e9 KRW", "minimum: 90e6 EUR")).mixed


def brute_power(weights: list[int], needed: int) -> list[int]:
    swings = [0] * len(weights)
    for some in product((0, 1), repeat=len(weights)):
        total = sum(weight for weight, there in zip(weights, some, strict=True) if there)
        for number, weight in enumerate(weights):
            swings[number] += bool(some[number] and total >= needed > total - weight)
    return swings


@pytest.mark.parametrize("seed", range(25))
def test_power_and_breaking_sets_are_those_of_every_set_tried(seed: int) -> None:
    dice = Random(seed)
    weights = [dice.randrange(1, 9) for _ in range(dice.randrange(1, 7))]
    needed = dice.randrange(1, sum(weights) + 1)
    names = [f"c{number}" for number in range(len(weights))]
    found = fund(
        str(needed), "100", (), **{name: f"{weight} paid" for name, weight in zip(names, weights, strict=True)}
    )
    swings = dict(zip(names, brute_power(weights, needed), strict=True))
    total = sum(swings.values())
    assert found.power is not None
    assert dict(found.power) == pytest.approx({name: count / total for name, count in swings.items()})
    broken = [
        some
        for size in range(1, len(names) + 1)
        for some in combinations(names, size)
        if sum(weights) - sum(weights[names.index(one)] for one in some) < needed
    ]
    fewest = min(map(len, broken))
    assert {frozenset(one) for one in found.breaking.sets} == {frozenset(one) for one in broken if len(one) == fewest}
    assert found.breaking.exact
    assert found.breaking.complete


def test_hundreds_of_contributors_are_counted_at_once() -> None:
    found = fund("900", "9000", (), **{f"c{number}": "3 paid" for number in range(400)})
    assert found.power is not None
    assert found.power[0][1] == pytest.approx(1 / 400)
    assert (len(found.breaking.sets[0]), found.breaking.exact) == (101, True)
    assert found.pivotal_pairs == ()


def test_ways_that_hang_on_one_thing_are_one_way() -> None:
    text = (
        "sites: [{id: hall}]\nsuppliers: [{id: post}]\n"
        "institutions: [{id: agency, systems: [{id: portal, grade: 1, at: [hall]}, "
        "{id: calls, grade: 2, at: [hall]}]}]\n"
        "programmes: [{id: fund, intake: [{id: online, kind: online, needs: [agency/portal]}, {id: phone, kind: phone, "
        "needs: [agency/calls]}], payout: [{id: bank, kind: bank}, {id: by-hand, kind: manual}]}]\n"
    )
    intake, payout = written(text).ways
    assert intake.together == ("hall",)
    assert intake.separate == 1
    assert (payout.together, payout.mute) == ((), ("fund/bank",))
    apart, _ = written(text.replace("needs: [agency/calls]", "needs: [{any: [agency/calls, post]}]")).ways
    assert apart.together == ()
