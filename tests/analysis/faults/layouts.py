"""A size and a seed to a net of systems over components, laid out locally or around hubs."""

from __future__ import annotations

from random import Random
from typing import Final, Literal

from audit.model.numbered import Net, Weaver

Layout = Literal["local", "hub"]
LAYERS: Final = 5
NEAR: Final = 20
HUBS: Final = 50


def laid_out(layout: Layout, components: int, systems: int, seed: int = 1) -> Net:
    """Layers of components, systems on the last: above the first, each node has 2.3 groups with 4.3 members.

    `local`: what a node leans on stands close to it in the layer below; `hub`: a third of it is among fifty hubs.
    """
    random = Random(seed)
    weaver = Weaver(lambda name, what: 0.0)
    wide = components // LAYERS
    for number in range(wide * LAYERS):
        weaver.node(f"c{number}")

    def member(place: int, layer: int) -> int:
        if layout == "hub" and random.random() < 0.33:
            return random.randrange(min(HUBS, wide))
        return layer * wide + (place + random.randrange(NEAR)) % wide

    def lean(node: int, place: int, layer: int) -> None:
        for _ in range(random.choice((2, 2, 3))):
            kind = random.random()
            if kind < 0.3:
                weaver.falls_with(node, member(place, layer))
                continue
            size = 2 if kind < 0.75 else 3
            weights = {member(place, layer): 1.0 for _ in range(size)}
            weaver.group(node, weights, 1.0 if kind > 0.9 else len(weights) - 1.0)

    for number in range(wide, wide * LAYERS):
        lean(number, number % wide, number // wide - 1)
    for number in range(systems):
        lean(weaver.node(f"s{number}"), random.randrange(wide), LAYERS - 1)
    return weaver.done()
