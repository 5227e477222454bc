"""A programme with its ways in and out to the single losses that close all of one side at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from audit.model.estate import Programme
from audit.model.graph import Graph
from audit.model.money import Rail
from audit.model.needs import members
from audit.model.net import net
from audit.model.numbered import Net, falls

Side = Literal["intake", "payout"]
BY_HAND: Final = ("branch", "manual")
"""Ways that may need nothing of what an inventory names; any other one needs at least a system or a partner."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of one side."""

    side: Side
    rails: tuple[Rail, ...]
    together: tuple[str, ...]
    """What closes all of them when it is lost alone, counting proven failovers only."""
    perhaps: tuple[str, ...]
    """What closes all of them only if an untried failover does not work."""
    mute: tuple[str, ...]
    """The ways of which the inventory does not say what they need."""

    @property
    def separate(self) -> int:
        """How many ways are there that no single loss closes together: 1 where one loss takes them all."""
        return min(len(self.rails), 1) if self.together else len(self.rails)


def ways_of(graph: Graph, programme: Programme) -> tuple[Ways, Ways]:
    """The ways on which people apply, the ways on which money goes out."""
    views = (net(graph, "optimistic"), net(graph, "pessimistic"))
    return _side(graph, views, "intake", programme.intake), _side(graph, views, "payout", programme.payout)


def _side(graph: Graph, views: tuple[Net, Net], side: Side, rails: tuple[Rail, ...]) -> Ways:
    sure, unsure = (_closing(graph, one, rails) for one in views)
    mute = tuple(rail.ref for rail in rails if not rail.needs and rail.kind not in BY_HAND)
    return Ways(side, rails, sure, tuple(ref for ref in unsure if ref not in sure), mute)


def _closing(graph: Graph, view: Net, rails: Sequence[Rail]) -> tuple[str, ...]:
    """The single losses that take every one of the ways."""
    if not rails or any(not rail.needs for rail in rails):
        return ()
    below = _below(graph, rails)
    wanted = {view.number[rail.ref] for rail in rails}
    own = {rail.ref for rail in rails} if len(rails) == 1 else set()
    found = [
        ref
        for ref in below
        if ref in view.number and ref not in own and wanted <= set(falls(view, (view.number[ref],)))
    ]
    return tuple(sorted(found))


def _below(graph: Graph, rails: Sequence[Rail]) -> frozenset[str]:
    """What is at the end of a need of each of the ways: only such a loss can reach all of them."""
    reach: frozenset[str] | None = None
    for rail in rails:
        seen = {rail.ref}
        queue = [rail.ref]
        while queue:
            ref = queue.pop()
            names = [name for need in graph.needs.get(ref, ()) for name in members(need)]
            item = graph.estate.index.get(ref)
            names += [switch.to for switch in getattr(item, "failover", ())]
            if ref in graph.site_of:
                names += [one for one in graph.domains(ref) if one != ref]
            for name in names:
                if name not in seen:
                    seen.add(name)
                    queue.append(name)
        reach = frozenset(seen) if reach is None else reach & seen
    return reach or frozenset()
