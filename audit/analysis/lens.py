"""A graph in one view with what happens to it to everything that falls, burns, is lost for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hazards import Happening
from audit.model.needs import members
from audit.model.net import net, standing
from audit.model.numbered import Net
from audit.model.passing import falls_at
from audit.model.ruins import Ruins, ruins
from audit.model.standbys import View


@dataclass(frozen=True)
class Lens:
    """One view of a graph, through which as many events are looked at as there are."""

    graph: Graph
    view: View

    @cached_property
    def net(self) -> Net:
        return net(self.graph, self.view)

    @cached_property
    def needs(self) -> dict[str, tuple[object, ...]]:
        return dict(standing(self.graph, self.view))

    @cached_property
    def ruins(self) -> Ruins:
        return ruins(self.graph, self.view)
