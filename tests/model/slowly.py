"""Random needs with something that is hit to what falls, found by asking every need again until nothing changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from random import Random

from audit.model.needs import All, AnyOf, Cooled, Grace, KOf, Need, SumOf
from audit.model.numbered import Net, Weaver

Needs = Mapping[str, tuple[Need, ...]]


def weight(ref: str) -> float:
    """Nodes weigh 0, 0.1, 0.2, ... by their number."""
    return int(ref[1:]) % 4 / 10


def random_need(luck: Random, names: tuple[str, ...], depth: int = 2) -> Need:
    """A need of any shape; nodes may be named twice, thresholds may be out of reach."""
    shape = luck.randrange(6 if depth else 2)
    if shape == 0:
        return luck.choice(names)
    if shape == 1:
        of = tuple(luck.choices(names, k=luck.randint(1, 4)))
        return SumOf.model_construct(sum="capacity", at_least=luck.randint(0, 8) / 10, of=of)
    inner = tuple(random_need(luck, names, depth - 1) for _ in range(luck.randint(1, 3)))
    if shape == 2:
        return All.model_construct(all=inner)
    if shape == 3:
        return AnyOf.model_construct(any=inner)
    if shape == 4:
        return KOf.model_construct(of=inner, k=luck.randint(1, 4))
    kind = luck.choice((Grace, Cooled))
    return kind.model_construct(on=inner[0], grace=timedelta(hours=luck.randint(0, 3)))


def random_needs(luck: Random, most: int = 8) -> Needs:
    """Needs of a few nodes, with circles."""
    names = tuple(f"n{number}" for number in range(luck.randint(1, most)))
    return {name: tuple(random_need(luck, names) for _ in range(luck.choice((0, 0, 1, 1, 2, 3)))) for name in names}


def met(need: Need, down: Collection[str]) -> bool:
    if isinstance(need, str):
        return need not in down
    if isinstance(need, All):
        return all(met(one, down) for one in need.all)
    if isinstance(need, AnyOf):
        return any(met(one, down) for one in need.any)
    if isinstance(need, KOf):
        return [met(one, down) for one in need.of].count(True) >= need.k
    if isinstance(need, Grace):
        return met(need.on, down)
    return sum(round(10 * weight(ref)) for ref in need.of if ref not in down) >= round(10 * need.at_least)


def fallen(needs: Needs, hits: Iterable[str]) -> frozenset[str]:
    """The least set that holds the hits and whatever has a need that it leaves unmet and nothing else does."""
    down = set(hits)
    while True:
        more = {
            name
            for name, own in needs.items()
            if name not in down and any(met(need, ()) and not met(need, down) for need in own)
        }
        if not more:
            return frozenset(down)
        down |= more


def woven(needs: Needs) -> Net:
    weaver = Weaver(lambda ref, what: weight(ref))
    for name, own in needs.items():
        for need in own:
            weaver.need(weaver.node(name), need)
        weaver.node(name)
    return weaver.done()
