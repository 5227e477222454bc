"""A graph in one view with what happens to it to everything that falls, burns, is lost for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hazards import Happening
from audit.model.needs import Need, members
from audit.model.net import net, standing
from audit.model.numbered import Net
from audit.model.passing import falls_at
from audit.model.ruins import Ruins, ruins
from audit.model.standbys import View

VIEWS: Final[tuple[View, View]] = ("optimistic", "pessimistic")


@dataclass(frozen=True)
class Lens:
    """One view of a graph, made once for as many events as are looked at through it."""

    graph: Graph
    view: View

    @cached_property
    def net(self) -> Net:
        return net(self.graph, self.view)

    @cached_property
    def needs(self) -> Mapping[str, tuple[Need, ...]]:
        """What each node needs to run, where a failover that counts is one more place of its system."""
        return standing(self.graph, self.view)

    @cached_property
    def ruins(self) -> Ruins:
        return ruins(self.graph, self.view)


def lenses(graph: Graph) -> tuple[Lens, Lens]:
    """Both views of a graph, the optimistic one first."""
    sure, maybe = (Lens(graph, view) for view in VIEWS)
    return sure, maybe


class Seen:
    """What falls in one view when all this happens at once; see `Happening` for what is hit, what burns."""

    def __init__(self, lens: Lens, happenings: Sequence[Happening], lasts: float | None = None) -> None:
        """`lasts` is how many hours the outages among them take, None for ever."""
        self.graph, self.view, self.net = lens.graph, lens.view, lens.net
        self._lens = lens
        struck = [ref for one in happenings for ref in one.struck(lens.view)]
        wrecked = [ref for one in happenings for ref in one.wrecked(lens.view)]
        ruined, lost = lens.ruins.of(wrecked) if wrecked else (frozenset[str](), ())
        self.ruined, self.lost = ruined, frozenset(lost)
        number = self.net.number
        # A system whose own place is destroyed may go on at another one.
        places = frozenset(wrecked) | {
            ref for ref in ruined if not isinstance(self.graph.estate.index.get(ref), System)
        }
        broken = [number[ref] for ref in (*wrecked, *places) if ref in number]
        # What is destroyed stays away for longer than any outage.
        self.fallen = falls_at(self.net, broken)
        whole = [number[ref] for ref in struck if ref in number]
        for node, found in falls_at(self.net, (*whole, *self.fallen), lasts).items():
            self.fallen.setdefault(node, found)
        gone = [ref for one in happenings if one.mode == "withdraw" for ref in one.struck(lens.view)]
        self.gone = places | frozenset(gone)
        self.names = frozenset(self.net.named(self.fallen))

    def down(self, ref: str) -> bool:
        return ref in self.net.number and self.net.number[ref] in self.fallen

    def after(self, ref: str) -> float:
        """Hours until it falls."""
        return self.fallen[self.net.number[ref]][0]

    @property
    def needs(self) -> Mapping[str, tuple[Need, ...]]:
        """What each node needs to run in this view."""
        return self._lens.needs

    def through(self, ref: str) -> tuple[str, ...]:
        """What is down among the unmet needs."""
        needs = self.needs.get(ref, ())
        unmet = [one for one in needs if not self.graph.met(one, self.names) and self.graph.met(one, frozenset())]
        return tuple(dict.fromkeys(name for one in unmet for name in members(one) if name in self.names))
