"""Programmes with contributors to whom they cannot do without."""

from __future__ import annotations

from audit.analysis.contributions import Contributions, contributions
from audit.model.estate import Programme
from audit.model.graph import Graph
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
