"""An event in an estate to when everything falls, when it is back, what it waits for meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Final

from audit.model.blows import Toll, blow, toll
from audit.model.course import NOBODY, Course, course, waiting
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hazards import Happening
from audit.model.labour import Drills, Step, nothing, steps
from audit.model.net import net
from audit.model.passing import falls_at
from audit.model.standbys import View
from audit.model.struck import Struck, standing, struck
from audit.model.waits import HAIR, Blow, Waits, hoping, waits

_VIEWS: Final[tuple[View, ...]] = ("optimistic", "pessimistic")


@dataclass(frozen=True)
class Timeline:
    """One view of one event; hours count from it, and are infinite where something never happens."""

    graph: Graph
    event: Struck
    view: View
    waits: Waits
    blow: Blow
    course: Course
    drills: Drills = nothing

    def falls(self, ref: str) -> float:
        """When it stops first."""
        node = self.waits.number.get(ref)
        return self.course.falls[node] if node is not None else inf

    def back(self, ref: str) -> float:
        """From when on it is up for good; 0 for what never stops."""
        node = self.waits.number.get(ref)
        return self.course.back[node] if node is not None else 0.0

    def returns(self) -> dict[str, float]:
        """Everything with a name that stops, to from when on it is up for good."""
        names, back = self.waits.names, self.course.back
        return {name: back[node] for node in self.course.fallen if (name := names[node]) and name[0] != "@"}

    def stopped(self) -> Iterator[str]:
        """Everything with a name that stops, in the order in which it does."""
        return (name for node in self.course.fallen if (name := self.name(node)))

    def name(self, node: int) -> str:
        """The reference of a node; nothing for what only stands for a group."""
        name = self.waits.names[node]
        return "" if name.startswith("@") else name

    def waited_for(self, ref: str) -> str:
        """The named node that it waited for last, nothing where it waited for none."""
        node = self.course.through[self.waits.number[ref]]
        while node != NOBODY and not self.name(node):
            node = self.course.through[node]
        return self.name(node) if node != NOBODY else ""

    def path(self, ref: str) -> tuple[str, ...]:
        """What decides when it is back, the first step last: each waited for the next one."""
        found = [ref]
        while (after := self.waited_for(found[-1])) and after not in found:
            found.append(after)
        return tuple(found)

    def own(self, ref: str) -> tuple[Step, ...]:
        """The steps of its own work; none where a standby took over, or it starts by itself."""
        node = self.waits.number.get(ref)
        if node is None or self.course.by[node] != node:
            return ()
        return steps(self.graph, ref, self.event, self.view, self.drills)

    def took_over(self, ref: str) -> tuple[str, float, float] | None:
        """The failover by which it is back, hours before it begins, hours that it takes; None where none took over."""
        way = self.course.by[self.waits.number[ref]] if ref in self.waits.number else NOBODY
        name = self.waits.switch.get(way)
        return (name, self.waits.before.get(way, 0.0), self.waits.work[way]) if name is not None else None

    @cached_property
    def _waiting(self) -> Mapping[int, tuple[int, ...]]:
        return waiting(self.waits, self.course)

    @cached_property
    def untold(self) -> frozenset[int]:
        """The nodes that stopped of which something is not said that it takes to bring them back."""
        return frozenset(
            node
            for node in self.course.fallen
            if (name := self.name(node)) and any(one.hours is None for one in self.own(name))
        )

    def waits_in_vain(self, ref: str) -> tuple[str, ...]:
        """The named nodes that are never back, of which it needs any; sorted."""
        found: set[str] = set()
        seen, queue = set[int](), [self.waits.number[ref]]
        for node in queue:
            for other in self._waiting.get(node, ()):
                if other not in seen:
                    seen.add(other)
                    found |= {self.name(other)} - {""}
                    queue += [] if self.name(other) else [other]
        return tuple(sorted(found))

    def open_ends(self) -> OpenEnds:
        """All that `bounds` needs, without the rest of the timeline."""
        endless = frozenset(node for node in self.course.fallen if self.course.back[node] == inf)
        return OpenEnds(self.waits, endless, self._waiting, self.untold)

    def bounds(self, ref: str) -> tuple[str, ...]:
        """What would have to say how long it takes before an end of its outage can be told."""
        return self.open_ends().bounds(ref)


@dataclass(frozen=True, slots=True)
class OpenEnds:
    """What never comes back after one event, with all that it waits for, by node."""

    waits: Waits
    endless: frozenset[int]
    waiting: Mapping[int, tuple[int, ...]]
    untold: frozenset[int]

    def bounds(self, ref: str) -> tuple[str, ...]:
        """What would have to say how long it takes before an end of an outage can be told; sorted."""
        number = self.waits.number[ref]
        if number not in self.endless:
            return ()
        seen, queue = {number}, [number]
        for node in queue:
            fresh = [other for other in self.waiting.get(node, ()) if other not in seen]
            seen.update(fresh)
            queue += fresh
        names = (self.waits.names[node] for node in seen & self.untold)
        return tuple(sorted(name for name in names if not name.startswith("@")))


def timeline(
    graph: Graph,
    event: Struck,
    view: View,
    known: Waits | None = None,
    drills: Drills = nothing,
    otherwise: Mapping[str, float] | None = None,
    bears: float = 0.0,
) -> Timeline:
    """What follows from an event. `known` are the waits of that graph in that view, where they are reckoned already.

    `otherwise` gives the hours, by reference, of systems that do not tell all of them. What tells no hours is not back
    before `bears`.
    """
    found = known if known is not None else waits(graph, view)
    numbered = blow(graph, found, toll(graph, found, event, view, drills), view, otherwise or {}, bears)
    return Timeline(graph, event, view, found, numbered, course(found, numbered), drills)


@dataclass(frozen=True)
class Both:
    """The two views of one event."""

    least: Timeline
    most: Timeline


class Clockwork:
    """The waits of one graph in both views, reckoned once for many events."""

    def __init__(
        self,
        graph: Graph,
        otherwise: Mapping[str, float] | None = None,
        took: Mapping[str, float] | None = None,
        drills: Drills = nothing,
        *,
        patient: bool = False,
    ) -> None:
        """`patient`: what tells no hours is not over before everything has stopped that bears it for a while."""
        self.graph = graph
        self._patient = patient
        self._drills = drills
        self._otherwise = otherwise
        self._tolls: dict[tuple[View, tuple[Happening, ...], float | None], Toll] | None = None
        """What was reckoned of events already, where two of these share it."""
        self._standing = standing(graph)
        self._least = waits(graph, "optimistic", otherwise, took)
        self._most = waits(graph, "pessimistic", otherwise, took)

    def hoping(self, otherwise: Mapping[str, float]) -> Clockwork:
        """The same where systems that do not tell all their hours take these."""
        if self._tolls is None:
            self._tolls = {}
        found = copy(self)
        found._otherwise = otherwise
        found._least = hoping(self.graph, self._least, "optimistic", otherwise)
        found._most = hoping(self.graph, self._most, "pessimistic", otherwise)
        return found

    def hasty(self) -> Clockwork:
        """The same where what tells no hours takes none, `patient` or not."""
        found = copy(self)
        found._patient = False
        return found

    def after(self, *happenings: Happening, lasts: float | None = None) -> Both:
        """Both views of what follows when all this happens at once; `lasts` in hours as for `struck`."""
        least, most = (self.viewed(view, *happenings, lasts=lasts) for view in _VIEWS)
        return Both(least, most)

    def viewed(self, view: View, *happenings: Happening, lasts: float | None = None) -> Timeline:
        """One view of it alone."""
        key = (view, happenings, lasts)
        known = self._least if view == "optimistic" else self._most
        one = self._tolls.get(key) if self._tolls is not None else None
        if one is None:
            event = struck(self.graph, happenings, view, lasts, self._standing)
            one = toll(self.graph, known, event, view, self._drills)
            if self._tolls is not None:
                self._tolls[key] = one
        numbered = blow(self.graph, known, one, view, self._otherwise or {}, self._bears(one.event, view))
        return Timeline(self.graph, one.event, view, known, numbered, course(known, numbered), self._drills)

    def _bears(self, event: Struck, view: View) -> float:
        """Hours after which nothing more stops, however long it lasts."""
        if not self._patient:
            return 0.0
        known, index = net(self.graph, view), self.graph.estate.index
        own = (*event.out, *event.hit)
        # A system whose place is destroyed may go on at another one.
        named = [ref for ref in event.nodes if ref in own or not isinstance(index.get(ref), System)]
        hit = [known.number[ref] for ref in named if ref in known.number]
        return max((hour for hour, _ in falls_at(known, hit).values()), default=0.0) * (1 + HAIR) + HAIR
