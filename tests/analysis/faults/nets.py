"""A seed to a few nodes with needs of every shape, in circles too, with what falls by plain reading of the needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from random import Random
from typing import Final

from audit.model.needs import All, AnyOf, Grace, KOf, Need, SumOf
from audit.model.numbered import Net, Weaver

AMOUNTS: Final = (0.0, 0.1, 0.2, 0.3, 1.0, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Small:
    """Needs by name, with what each name contributes."""

    needs: dict[str, tuple[Need, ...]]
    amounts: dict[str, float]

    @property
    def net(self) -> Net:
        weaver = Weaver(lambda name, _: self.amounts[name])
        for name in self.needs:
            weaver.node(name)
        for name, own in self.needs.items():
            for need in own:
                weaver.need(weaver.node(name), need)
        return weaver.done()

    def down(self, lost: Iterable[str]) -> frozenset[str]:
        """The least set that holds what is lost and every node with a need that is unmet because of it."""
        down = set(lost)
        while True:
            more = {
                name
                for name, own in self.needs.items()
                if name not in down and any(self.met(one, frozenset()) and not self.met(one, down) for one in own)
            }
            if not more:
                return frozenset(down)
            down |= more

    def met(self, need: Need, down: Iterable[str]) -> bool:
        if isinstance(need, str):
            return need not in down
        if isinstance(need, Grace):
            return self.met(need.on, down)
        if isinstance(need, SumOf):
            # In tenths, which are whole numbers: there is no rounding to get wrong in the same way.
            return sum(round(10 * self.amounts[one]) for one in need.of if one not in down) >= round(10 * need.at_least)
        if isinstance(need, AnyOf):
            return any(self.met(one, down) for one in need.any)
        if isinstance(need, All):
            return all(self.met(one, down) for one in need.all)
        return sum(self.met(one, down) for one in need.of) >= need.k

    def minimal(self, order: int) -> dict[str, set[frozenset[str]]]:
        """Each node to the smallest sets of others that take it down, by trying all of them."""
        found: dict[str, set[frozenset[str]]] = {name: set() for name in self.needs}
        for size in range(1, order + 1):
            for lost in map(frozenset, combinations(self.needs, size)):
                for name in self.down(lost) - lost:
                    if not any(known < lost for known in found[name]):
                        found[name].add(lost)
        return found


def grown(seed: int, count: int = 7) -> Small:
    """So many nodes that need each other at random, in groups inside groups."""
    random = Random(seed)
    names = [f"n{number}" for number in range(count)]

    def need(depth: int) -> Need:
        kind = random.choice(("one", "any", "all", "k", "sum", "grace")) if depth else "one"
        if kind == "one":
            return random.choice(names)
        if kind == "sum":
            of = tuple(random.sample(names, random.randint(2, 4)))
            least = random.choice((0.3, 0.5, 1.0, 2.0, 3.0))
            return SumOf.model_construct(sum="capacity", at_least=least, of=of)
        if kind == "grace":
            return Grace.model_construct(on=need(depth - 1), grace=timedelta(hours=1))
        some = tuple(need(depth - 1) for _ in range(random.randint(2, 4)))
        if kind == "any":
            return AnyOf.model_construct(any=some)
        if kind == "all":
            return All.model_construct(all=some)
        return KOf.model_construct(k=random.randint(1, len(some)), of=some)

    needs = {name: tuple(need(random.choice((0, 1, 1, 2))) for _ in range(random.randint(0, 2))) for name in names}
    return Small(needs, {name: random.choice(AMOUNTS) for name in names})
