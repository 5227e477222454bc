"""What to buy: against every choice tried."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from random import Random

import pytest

from audit.analysis.budgeting import THINGS, plan, things
from audit.analysis.budgeting_search import best_within, cheapest
from audit.analysis.budgeting_works import Works
from audit.model.concentration import stakes
from audit.model.money import Measure
from audit.model.net import net
from audit.model.numbered import falls
from audit.model.units import Money
from tests.model.estates import graph_of


def choices(count: int) -> list[tuple[int, ...]]:
    return [some for size in range(count + 1) for some in combinations(range(count), size)]


def asked(dice: Random, count: int) -> list[list[frozenset[int]]]:
    """Losses, each ended by any of some sets of measures taken together."""
    return [
        [
            frozenset(dice.sample(range(count), dice.randrange(1, min(3, count) + 1)))
            for _ in range(dice.randrange(1, 3))
        ]
        for _ in range(dice.randrange(1, 6))
    ]


@pytest.mark.parametrize("seed", range(150))
def test_the_cheapest_choice_that_is_enough(seed: int) -> None:
    dice = Random(seed)
    count = dice.randrange(1, 8)
    costs = [float(dice.randrange(0, 9)) for _ in range(count)]
    losses = asked(dice, count)

    def enough(chosen: object) -> bool:
        taken = set(chosen)  # type: ignore[call-overload]
        return all(any(one <= taken for one in ways) for ways in losses)

    cover = [frozenset().union(*ways) for ways in losses if all(len(one) == 1 for one in ways)]
    found = cheapest(costs, enough, cover)
    assert enough(found.chosen)
    assert found.exact
    assert found.cost == min(sum(costs[one] for one in some) for some in choices(count) if enough(some))
    hurried = cheapest(costs, enough, cover, most=2)
    assert enough(hurried.chosen)
    for some in (found, hurried):
        assert not any(enough(set(some.chosen) - {one}) for one in some.chosen), "each is needed"
    assert hurried.bound <= found.cost <= hurried.cost
    assert not hurried.exact or hurried.cost == found.cost


@pytest.mark.parametrize("seed", range(150))
def test_the_best_choice_for_a_budget(seed: int) -> None:
    dice = Random(seed)
    count = dice.randrange(1, 8)
    costs = [float(dice.randrange(0, 9)) for _ in range(count)]
    losses = asked(dice, count)
    weights = [float(dice.randrange(1, 20)) for _ in losses]

    def left(chosen: object) -> float:
        taken = set(chosen)  # type: ignore[call-overload]
        pairs = zip(losses, weights, strict=True)
        return sum(weight for ways, weight in pairs if not any(one <= taken for one in ways))

    budget = float(dice.randrange(0, 25))
    found = best_within(costs, budget, left)
    fitting = [some for some in choices(count) if sum(costs[one] for one in some) <= budget]
    assert found.exact
    assert found.cost == sum(costs[one] for one in found.chosen) <= budget
    assert (left(found.chosen), found.cost) == min((left(some), sum(costs[one] for one in some)) for some in fitting)
    hurried = best_within(costs, budget, left, most=2)
    for some in (found, hurried):
        assert all(left(set(some.chosen) - {one}) > left(some.chosen) for one in some.chosen), "each is of use"
    assert hurried.bound <= left(found.chosen) <= left(hurried.chosen)


ESTATE = """
sites:
  - {id: daejeon, rooms: [{id: hall}]}
  - {id: busan}
suppliers: [{id: post}]
institutions:
  - id: kibo
    systems:
      - {id: loans, grade: 1, at: [daejeon/hall], needs: [post],
         failover: [{id: away, kind: declared, to: busan, mode: hot}]}
      - {id: board, grade: 3, at: [daejeon/hall]}
measures:
  - {id: prove, cost: 15 KRW, proves: [away]}
  - {id: two-halls, cost: 10 KRW, doubles: [daejeon/hall]}
  - {id: two-sites, cost: 10 KRW, doubles: [daejeon]}
  - {id: two-posts, cost: 5 KRW, doubles: [post]}
  - {id: useless, cost: 1 KRW, doubles: [busan]}
  - {id: foreign, cost: 1 EUR, doubles: [daejeon]}
"""


def test_one_proof_is_cheaper_than_two_things_doubled() -> None:
    found = plan(graph_of(ESTATE), "spof", None)
    assert {one.ref for one in found.before} == {"daejeon", "daejeon/hall", "post"}
    assert [one.id for one in found.chosen] == ["prove", "two-posts"]
    assert (found.cost, found.after, found.exact, found.complete) == (20.0, (), True, True)
    assert found.other_currency == ("foreign",)
    assert {one.ref: one.ended_by for one in found.before}["daejeon"] == ("two-sites", "prove")


def test_a_budget_that_is_too_small_ends_what_it_can() -> None:
    found = plan(graph_of(ESTATE), "spof", 15.0)
    assert not found.complete
    assert found.cost == 15.0
    assert len(found.after) == 1
    assert plan(graph_of(ESTATE), "spof", 4.0).chosen == ()


def test_harm_counts_every_system() -> None:
    found = plan(graph_of(ESTATE), "harm", 10.0)
    assert (found.harm_before, [one.id for one in found.chosen]) == (10 + 10 + 8, ["two-sites"]) or (
        found.harm_before, [one.id for one in found.chosen]
    ) == (28, ["two-halls"])  # fmt: skip
    assert found.harm_after == 18
    assert plan(graph_of(ESTATE), "harm", None).harm_after == 0


def test_what_no_measure_ends_is_told() -> None:
    found = plan(graph_of(ESTATE.replace("{id: two-posts, cost: 5 KRW, doubles: [post]}", "{id: no, cost: 5 KRW}")),
                 "spof", None)  # fmt: skip
    assert found.hopeless == ("post",)
    assert [one.id for one in found.chosen] == ["prove"]
    assert [(one.ref, one.ended_by) for one in found.after] == [("post", ())]


def test_without_measures_the_fewest_things_are_named() -> None:
    found = things(graph_of(ESTATE.partition("measures:")[0]))
    assert (found.currency, found.cost, found.exact) == (THINGS, 2.0, True)
    assert {*(ref for one in found.chosen for ref in (*one.doubles, *one.proves))} == {"post", "kibo/loans/away"}
    empty = things(graph_of("institutions: []\n"))
    assert (empty.chosen, empty.after) == ((), ())


def test_what_is_only_proposed_ends_nothing() -> None:
    bare = graph_of(ESTATE.partition("measures:")[0])
    found = things(bare)
    assert (found.after, found.first_left(bare)) == ((), True)
    whole = graph_of(ESTATE)
    assert not plan(whole, "spof", None).first_left(whole)


def random_estate(dice: Random, proven: frozenset[str]) -> str:
    """Systems that need each other, with failovers of which some have really switched."""
    places = ("north", "south", "west")
    systems = []
    for number in range(5):
        others = [f"s{other}" for other in range(5) if other != number]
        first, second = dice.choice(others), dice.sample(others, 2)
        needs = dice.choice(("", f", needs: [{first}]", f", needs: [{{any: [{', '.join(second)}]}}]"))
        at = dice.sample(places, dice.choice((1, 1, 2)))
        drilled = f"kibo/s{number}/away" in proven
        drills = ", drills: [{on: 2026-05-01, realism: real-switch, took: 5m}]" if drilled else ""
        away = f", failover: [{{id: away, kind: declared, to: {dice.choice(places)}, mode: hot{drills}}}]"
        systems.append(f"{{id: s{number}, grade: {dice.choice((1, 3))}, at: [{', '.join(at)}]{needs}{away}}}")
    return (
        f"sites: [{', '.join(f'{{id: {place}}}' for place in places)}]\n"
        f"institutions: [{{id: kibo, systems: [{', '.join(systems)}]}}]\n"
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_proof_does_what_a_switch_in_the_inventory_does(seed: int) -> None:
    names = [f"kibo/s{number}/away" for number in range(5)]
    chosen = frozenset(Random(-seed - 1).sample(names, Random(seed).randrange(6)))
    plain = graph_of(random_estate(Random(seed), frozenset()))
    told = Works(plain, stakes([one for _, one in plain.estate.systems()]), [measure(name) for name in names], "harm")
    found = told.left([names.index(name) for name in chosen])
    switched = net(graph_of(random_estate(Random(seed), chosen)), "pessimistic")
    systems = {f"kibo/s{number}" for number in range(5)}
    for ref in ("north", "south", "west", *sorted(systems)):
        down = set(switched.named(falls(switched, (switched.number[ref],))))
        assert set(found.get(ref, ())) == (down & systems) - {ref}, ref


def measure(name: str) -> Measure:
    return Measure.model_construct(id=name, cost=Money(Decimal(1), "KRW"), doubles=(), proves=(name,))
