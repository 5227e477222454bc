"""A blow against nodes that wait for each other to the hours at which each falls, at which each is back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from typing import Final

from audit.model.waits import Blow, Waits

OFTEN: Final = 32
"""Falls of one node after which it counts as never back: it would go on for ever."""
NOBODY: Final = -1


@dataclass(frozen=True, slots=True)
class Course:
    """What happened, by node; hours from the blow, infinite where it never happens."""

    fallen: Sequence[int]
    """In the order in which they fell first."""
    falls: Sequence[float]
    """The first fall."""
    back: Sequence[float]
    """From when on it is up for good; 0 for what never fell."""
    begun: Sequence[float]
    """When the work of its last return began."""
    through: Sequence[int]
    """What it waited for last before that, -1 for nothing."""
    by: Sequence[int]
    """The way by which it is up, or was."""
    cause: Sequence[int]
    """What took it, -1 where the blow itself did."""
    turn: Sequence[int]
    """Which return of all it was: who was up in time for another one has a smaller number."""


def course(waits: Waits, blow: Blow) -> Course:
    """Step by step from one event to the next: whatever falls takes along at once, whatever is up lets others begin.

    Where an outage ends at the very moment at which a grace runs out, nothing falls. Work that loses what it needs
    begins anew. Whoever waits for itself never comes up. Time: (nodes + edges of what falls) * log.
    """
    run = _Run(waits, blow)
    run.go()
    return Course(run.fallen, run.falls, run.back, run.begun, run.through, run.active, run.cause, run.turn)


class _Run:
    """The state between two events."""

    def __init__(self, waits: Waits, blow: Blow) -> None:
        count, ways = len(waits.names), len(waits.node)
        self.waits, self.blow = waits, blow
        self.down = bytearray(count)
        self.blocked = [0] * ways
        """Way to how much of what it needs to run is down: then its node is down, or borne by a grace."""
        self.waiting = [0] * ways
        """Way to how much of what it needs only to come up is down."""
        self.lost = [0.0] * len(waits.spare)
        self.ways = ways
        self.token = [0] * (ways + count)
        """Way, then node, to the number of its latest beginning: an event with an older one is void."""
        self.active = list(range(count))
        self.fallen: list[int] = []
        self.falls = [inf] * count
        self.last = [0.0] * count
        self.back = [0.0] * count
        self.begun = [0.0] * count
        self.through = [NOBODY] * count
        self.cause = [NOBODY] * count
        self.turn = [0] * count
        self.turns = 0
        self.start = [0.0] * ways
        """Way to when its work began last."""
        self.start_through = [NOBODY] * ways
        """Way to what that waited for."""
        self.held = [0.0] * count
        for node, until in blow.until.items():
            self.held[node] = until
        # What is not told otherwise takes its usual way.
        self.work = waits.work
        if blow.work:
            self.work = list(waits.work)
            for node, hours in blow.work.items():
                self.work[node] = hours
        self.often: dict[int, int] = {}
        self.heap: list[tuple[float, int, int]] = []
        """Hours, the way by which a node then is up, its token; after the ways the nodes whose grace runs out."""
        self.options = [(node, frozenset(some)) for node, choices in blow.also.items() for some in choices]
        self.option_of: dict[int, list[int]] = {}
        for place, (_, some) in enumerate(self.options):
            for one in some:
                self.option_of.setdefault(one, []).append(place)
        self.left = [len(some) for _, some in self.options]
        self.rare = waits.back.keys() | self.option_of.keys()
        for (node, _), left in zip(self.options, self.left, strict=True):
            self.waiting[node] += not left
        for node in blow.until:
            self.down[node] = 1
        self.fall(list(blow.until), 0.0)

    def fall(self, fresh: list[int], now: float) -> None:
        """Nodes that are marked as down take along what leans on them; then all of them look for a way up."""
        waits, blocked, waiting, active, down, token = (
            self.waits, self.blocked, self.waiting, self.active, self.down, self.token,
        )  # fmt: skip
        hard, soft, blocks, node_of, delay = waits.hard, waits.soft, waits.blocks, waits.node, waits.delay
        warm, lost, spare, falls, cause = waits.warm, self.lost, waits.spare, self.falls, self.cause
        rare = self.rare
        for fallen in fresh:
            # The list grows while it is gone through.
            if falls[fallen] == inf:
                falls[fallen] = now
                self.fallen.append(fallen)
            ways = hard[fallen]
            if soft[fallen]:
                ways = list(ways)
                for group, weight in soft[fallen]:
                    before = lost[group]
                    lost[group] = before + weight
                    if before <= spare[group] < before + weight:
                        ways += blocks[group]
            for way in ways:
                if blocked[way]:
                    blocked[way] += 1
                    continue
                blocked[way] = 1
                token[way] += 1
                owner = node_of[way]
                if down[owner] or active[owner] != way:
                    continue
                cause[owner] = fallen
                if owner in delay:
                    self.grace(owner, now)
                else:
                    down[owner] = 1
                    fresh.append(owner)
            for owner in warm.get(fallen, ()) if warm else ():
                if not down[owner]:
                    down[owner] = 1
                    cause[owner] = fallen
                    fresh.append(owner)
            for way in self.only_to_rise(fallen) if rare and fallen in rare else ():
                waiting[way] += 1
                token[way] += 1
        last, back, others = self.last, self.back, waits.others
        for fallen in fresh:
            back[fallen], last[fallen] = inf, now
        for fallen in fresh:
            if not blocked[fallen] and not waiting[fallen]:
                self.begin(fallen, now, NOBODY)
            for way in others.get(fallen, ()) if others else ():
                if not blocked[way] and not waiting[way]:
                    self.begin(way, now, NOBODY)

    def grace(self, node: int, now: float) -> None:
        """From now on what a node needs is missing."""
        number = self.ways + node
        self.token[number] += 1
        heappush(self.heap, (now + self.waits.delay[node], number, self.token[number]))

    def only_to_rise(self, node: int, step: int = -1) -> list[int]:
        """The ways for which a node is needed, though what runs runs without it; what is left of choices is counted."""
        found = list(self.waits.back.get(node, ()))
        for place in self.option_of.get(node, ()):
            before = self.left[place]
            self.left[place] += step
            if not before or not self.left[place]:
                found.append(self.options[place][0])
        return found

    def go(self) -> None:
        """Event after event."""
        heap, token, ways, node_of, down = self.heap, self.token, self.ways, self.waits.node, self.down
        while heap:
            now, way, number = heappop(heap)
            if token[way] != number:
                continue
            if way < ways:
                self.rise(way, node_of[way], now)
            elif not down[way - ways]:
                down[way - ways] = 1
                self.fall([way - ways], now)

    def begin(self, way: int, now: float, through: int) -> None:
        """Begin to bring a node up by a way that nothing blocks any more."""
        start = self.held[self.waits.node[way]]
        if start < now:
            start = now
        if way >= len(self.down):
            start = max(start, self.last[self.waits.node[way]] + self.waits.before[way])
        end = start + self.work[way]
        if end < inf:
            token = self.token[way] + 1
            self.token[way] = token
            self.start[way], self.start_through[way] = start, through
            heappush(self.heap, (end, way, token))

    def rise(self, way: int, node: int, now: float) -> None:
        """A node is up: what it blocked may begin."""
        waits, blocked, waiting, down = self.waits, self.blocked, self.waiting, self.down
        if self.falls[node] != self.last[node]:
            often = self.often.get(node, 0) + 1
            self.often[node] = often
            if often > OFTEN:
                return
        down[node] = 0
        self.active[node] = way
        self.back[node] = now
        self.turns += 1
        self.turn[node] = self.turns
        self.begun[node], self.through[node] = self.start[way], self.start_through[way]
        self.token[node] += 1
        if waits.others:
            for own in waits.others.get(node, ()):
                self.token[own] += 1
        freed = waits.hard[node]
        if waits.soft[node]:
            freed = list(freed)
            lost, spare = self.lost, waits.spare
            for group, weight in waits.soft[node]:
                before = lost[group]
                lost[group] = before - weight
                if before > spare[group] >= before - weight:
                    freed += waits.blocks[group]
        node_of = waits.node
        for other in freed:
            left = blocked[other] - 1
            blocked[other] = left
            if not left:
                owner = node_of[other]
                if down[owner]:
                    if not waiting[other]:
                        self.begin(other, now, node)
                elif owner in waits.delay:
                    self.token[self.ways + owner] += 1
        for other in self.only_to_rise(node, 1) if node in self.rare else ():
            waiting[other] -= 1
            if not waiting[other] and not blocked[other] and down[node_of[other]]:
                self.begin(other, now, node)


def waiting(waits: Waits, found: Course) -> Mapping[int, tuple[int, ...]]:
    """Each node that is never back to what else is never back and stands in a need of it."""
    never = [node for node in found.fallen if found.back[node] == inf]
    known: dict[int, list[int]] = {node: [] for node in never}
    for node in never:
        ways = [*waits.hard[node], *waits.back.get(node, ())]
        ways += [way for group, _ in waits.soft[node] for way in waits.blocks[group]]
        for owner in dict.fromkeys(waits.node[way] for way in ways):
            if owner in known:
                known[owner].append(node)
    return {node: tuple(others) for node, others in known.items()}
