"""What is not known, each thing resolved alone, against everything reckoned anew."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest

from audit.analysis.unknowns import unknowns
from audit.analysis.unknowns_fallen import Below, Fallen
from audit.analysis.unproven import unproven
from audit.cli.unknown_rows import as_json, as_text
from audit.model.net import net
from audit.model.numbered import Net, falls
from reports.translate import Translator
from tests.model.estates import graph_of


def random_net(dice: Random) -> Net:
    """A few nodes with hard needs and groups, circles among them."""
    count = dice.randrange(2, 9)
    hard = [tuple({dice.randrange(count) for _ in range(dice.randrange(2))} - {node}) for node in range(count)]
    owner, spare = [], []
    soft: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for group in range(dice.randrange(4)):
        members = dice.sample(range(count), dice.randrange(1, min(4, count) + 1))
        owner.append(dice.randrange(count))
        weights = [float(dice.randrange(1, 4)) for _ in members]
        spare.append(float(dice.randrange(int(sum(weights)))))
        for member, weight in zip(members, weights, strict=True):
            soft[member].append((group, weight))
    names = tuple(f"n{node}" for node in range(count))
    return Net(names, {name: node for node, name in enumerate(names)}, hard, [tuple(one) for one in soft], owner, spare)


def wrong(kind: type[Fallen], seeds: range) -> int:
    """In how many random cases the answers are not those of the whole reckoned anew."""
    missed = 0
    for seed in seeds:
        dice = Random(seed)
        some = random_net(dice)
        nodes = range(len(some.names))
        hits = dice.sample(nodes, dice.randrange(len(some.names)))
        below, early = Below(some), dice.randrange(len(hits) + 1)
        found = kind(some, below, hits[early:], kind(some, below, hits[:early]))
        now = set(falls(some, hits))
        good = found.down == now
        for node in nodes:
            good &= set(found.more(node)) == set(falls(some, [*hits, node])) - now
            other = dice.choice(nodes)
            good &= set(found.more(node, other)) == set(falls(some, [*hits, node, other])) - now
            fewer = [hit for hit in hits if hit != node]
            good &= set(found.fewer(node)) == (now - set(falls(some, fewer)) if node in hits else set())
        missed += not good
    return missed


def test_each_question_is_answered_as_if_all_were_reckoned_anew() -> None:
    assert wrong(Fallen, range(3000)) == 0


class NothingLifted(Fallen):
    def _circle(self, node: int, lifted: set[int], free: set[int], back: dict[int, float]) -> set[int]:
        return set()


class NeverAgain(Fallen):
    def _falls(
        self, node: int, lifted: set[int], free: set[int], lost: dict[int, float], back: dict[int, float]
    ) -> bool:
        return False


class StaleGroups(Fallen):
    def _lost(self, group: int, lost: dict[int, float], back: dict[int, float]) -> float:
        return self.lost.get(group, 0.0)


class NobodyElse(Fallen):
    def _stands(
        self, node: int, spared: int, free: set[int], gone: dict[int, int], back: dict[int, float]
    ) -> Iterable[int]:
        return (node,) if node == spared else ()


class ForgetsCauses(Fallen):
    def _stands(
        self, node: int, spared: int, free: set[int], gone: dict[int, int], back: dict[int, float]
    ) -> Iterable[int]:
        return super()._stands(node, spared, free, dict.fromkeys(self.causes, 99), back)


@pytest.mark.parametrize("broken", [NothingLifted, NeverAgain, StaleGroups, NobodyElse, ForgetsCauses])
def test_a_broken_engine_is_caught(broken: type[Fallen]) -> None:
    assert wrong(broken, range(500)) > 0


def test_a_chain_of_thousands_is_no_trouble() -> None:
    count = 4000
    names = tuple(f"n{node}" for node in range(count))
    chain = Net(names, {name: node for node, name in enumerate(names)},
                [(node + 1,) if node + 1 < count else () for node in range(count)], [()] * count, [], [])  # fmt: skip
    found = Fallen(chain, Below(chain), [0])
    assert len(found.fewer(0)) == count
    assert Fallen(chain, Below(chain), []).more(1) != ()


PAIR = """
sites:
  - {id: daejeon, rooms: [{id: hall}]}
  - {id: busan, rooms: [{id: hall}]}
institutions:
  - id: kibo
    systems:
      - {id: login, grade: 1, users: 500, at: [daejeon/hall, busan/hall], needs: [busan], restart: 1h, rebuild: 3d}
      - {id: loans, grade: 1, users: 1000, at: [daejeon/hall], needs: [kibo/login], restart: 1h, rebuild: 3d,
         failover: [{id: away, kind: declared, to: busan/hall, mode: hot}]}
      - {id: board, grade: 3, users: 70, restart: 1h, rebuild: 3d}
"""


def test_an_unproven_failover_moves_the_loss_that_it_is_for() -> None:
    found = unknowns(graph_of(PAIR))
    rows = {row.unknown.ref: row for row in found.rows if row.kind != "time"}
    assert set(rows) == {"kibo/loans/away", "kibo/board"}
    away = rows["kibo/loans/away"]
    assert (away.unknown.moves, away.kind) == (1000.0, "failover")
    assert away.loss.startswith("daejeon")
    board = rows["kibo/board"]
    assert (board.unknown.moves, board.kind) == (70.0, "place")
    worst = {one.loss: one.stops for one in found.worst}
    assert (worst["daejeon"].least, worst["daejeon"].most) == (0.0, 1070.0)
    assert (worst["busan"].least, worst["busan"].most) == (1500.0, 1570.0)
    assert {(one.kind, one.known, one.all) for one in found.coverage} >= {("place", 2, 3), ("failover", 0, 1)}
    assert found.known == pytest.approx(500 / 1570)


def test_what_is_told_is_no_unknown_any_more() -> None:
    told = PAIR.replace("mode: hot}", "mode: hot, drills: [{on: 2026-05-01, realism: real-switch, took: 5m}]}")
    told = told.replace("users: 70", "users: 70, at: [busan], confirmed: {on: 2026-05-01, by: Lee}")
    found = unknowns(graph_of(told))
    assert [row for row in found.rows if row.kind != "time"] == []
    assert all(one.stops.exact for one in found.worst)
    assert found.known == 1.0


def test_both_views_of_the_net_are_the_ends_of_the_one_with_failovers_as_nodes() -> None:
    graph = graph_of(PAIR)
    whole = unproven(graph)
    for view, off in (("optimistic", ()), ("pessimistic", whole.numbers())):
        plain = net(graph, view)  # type: ignore[arg-type]
        for ref in ("daejeon", "busan", "kibo/login", "daejeon/hall"):
            mine = set(whole.net.named(falls(whole.net, (whole.net.number[ref], *off)))) - set(whole.failovers)
            assert mine == set(plain.named(falls(plain, (plain.number[ref],))))


def test_an_unsigned_contributor_moves_those_who_apply() -> None:
    text = PAIR + (
        "programmes: [{id: fund, served-by: [kibo/loans], needs: [{sum: contribution, at-least: 2 KRW, of: [a, b]}]}]\n"
        "contributors: [{id: a, contribution: 1 KRW, commitment: verbal}, "
        "{id: b, contribution: 1 KRW, commitment: paid}]\n"
    )
    rows = [row for row in unknowns(graph_of(text)).rows if row.kind == "money"]
    assert [(row.unknown.ref, row.unknown.moves) for row in rows] == [("a", 1000.0)]


def test_an_empty_estate_has_no_unknowns() -> None:
    found = unknowns(graph_of("institutions: []\n"))
    assert (found.rows, found.worst, found.known) == ((), (), 1.0)


def test_what_is_too_much_to_try_out_is_told() -> None:
    graph = graph_of(PAIR)
    whole, some = unknowns(graph), unknowns(graph, steps=1)
    assert (whole.untried, some.untried) == (0, len(whole.worst) - 1)
    assert some.worst == whole.worst
    mine = {row.unknown.ref: row for row in some.rows if row.kind != "time"}
    # The first of the worst losses is tried out in any case.
    assert mine["kibo/board"].unknown.moves == 70.0
    assert all(row.unknown.moves <= one.unknown.moves for row, one in zip(some.rows, whole.rows, strict=True))
    told = "\n".join(as_text(some, some.rows, 20, Translator("en")))
    assert f"under the 1 worst of these {len(whole.worst)} losses alone" in told
    assert '"untried"' in "".join(as_json(graph, some, some.rows, 20))
    assert '"untried"' not in "".join(as_json(graph, whole, whole.rows, 20))
