"""Events with hours to both views of an outage of just so many hours after which everything runs again at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from audit.model.graph import Graph
from audit.model.hazards import Happening
from audit.model.standbys import View
from audit.model.struck import Struck
from audit.model.timeline import Both, Timeline, timeline
from audit.model.waits import Waits, waits


def holding(
    graph: Graph, happenings: Iterable[Happening], hours: float, took: Mapping[str, float] | None = None
) -> Both:
    """What follows where all that is hit is held down for so long, destroyed or not, and no restart takes time.

    A standby takes over in its own time, and what leans on its system runs again with that. Whoever waits for itself
    is never back: somebody has to say that it is over too. `took` holds what was measured of switches, by failover.
    """
    some = tuple(happenings)

    def held(view: View) -> Timeline:
        return _held(graph, some, hours, view, took or {})

    return Both(held("optimistic"), held("pessimistic"))


def _held(
    graph: Graph, happenings: tuple[Happening, ...], hours: float, view: View, took: Mapping[str, float]
) -> Timeline:
    hit = dict.fromkeys((ref for one in happenings for ref in one.struck(view)), hours)
    event = Struck(tuple(dict.fromkeys(one.ref for one in happenings)), out=MappingProxyType(dict(hit)))
    return timeline(graph, event, view, _at_once(waits(graph, view, took=took)))


def _at_once(found: Waits) -> Waits:
    """The same, where the usual way of everything takes no work: that of a standby stays as it is."""
    count = len(found.names)
    return replace(found, work=[0.0] * count + found.work[count:], untold=frozenset())
