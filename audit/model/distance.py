"""Two places of an inventory to how far apart they stand."""

from __future__ import annotations

from math import asin, cos, inf, radians, sin, sqrt
from typing import Final

from audit.model.graph import Graph

EARTH: Final = 6371.0
"""Mean radius in km."""
KM_A_MILLISECOND: Final = 102.0
"""Half of what light travels in glass in one millisecond of a round trip: nothing that answers is farther away."""


def kilometres(graph: Graph, one: str, other: str) -> float | None:
    """The least distance between two places as the crow flies; None where a site has no coordinates."""
    least = inf
    for first in graph.sites(one):
        for second in graph.sites(other):
            here, there = graph.site_of[first].location, graph.site_of[second].location
            if here is None or there is None:
                return None
            north, east = radians(there.latitude - here.latitude), radians(there.longitude - here.longitude)
            chord = (
                sin(north / 2) ** 2 + cos(radians(here.latitude)) * cos(radians(there.latitude)) * sin(east / 2) ** 2
            )
            least = min(least, 2 * EARTH * asin(sqrt(min(chord, 1.0))))
    return least if least < inf else None
