"""A net with some nodes hit to what more would fall, or would stand again, with one hit more or fewer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import cached_property

from audit.analysis.faults.inward import inward
from audit.model.numbered import Net


class Below:
    """The same net seen from above: each node to what it falls with, to its groups. Made once for many `Fallen`."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self.hard: list[list[int]] = [[] for _ in net.names]
        for below, owners in enumerate(net.hard):
            for above in owners:
                self.hard[above].append(below)
        self.groups: list[list[int]] = [[] for _ in net.names]
        for group, above in enumerate(net.owner):
            self.groups[above].append(group)

    @cached_property
    def circle(self) -> dict[int, frozenset[int]]:
        """Each node that leans on itself, directly or round about, to all that do so with it."""
        around = inward(self._net, range(len(self._net.names)))
        circles = (frozenset(one) for one in around.circles if len(one) > 1 or one[0] in around.turning)
        return {node: circle for circle in circles for node in circle}


class Fallen:
    """What is down when some nodes are hit. Neither question changes it; each costs what it changes, not the whole.

    With what is down `before`, in the same net, only what falls beside that is reckoned.
    """

    def __init__(self, net: Net, below: Below, hits: Iterable[int], before: Fallen | None = None) -> None:
        self.net, self.below = net, below
        self.hits: frozenset[int] = frozenset(hits) if before is None else before.hits.union(hits)
        self.lost: dict[int, float] = {} if before is None else before.lost.copy()
        self.causes: dict[int, int] = {} if before is None else before.causes.copy()
        """Node to how much takes it: what is down of what it falls with, groups that are broken."""
        self.down: set[int] = set() if before is None else before.down.copy()
        self.steps = 0
        """How many nodes the questions have gone through by now."""
        self._fall()

    def _fall(self) -> None:
        net, down, lost, causes = self.net, self.down, self.lost, self.causes
        queue = deque(node for node in self.hits if node not in down)
        down |= set(queue)
        while queue:
            node = queue.popleft()
            for above in net.hard[node]:
                causes[above] = causes.get(above, 0) + 1
                if above not in down:
                    down.add(above)
                    queue.append(above)
            for group, weight in net.soft[node]:
                had = lost.get(group, 0.0)
                lost[group] = had + weight
                if had <= net.spare[group] < had + weight:
                    above = net.owner[group]
                    causes[above] = causes.get(above, 0) + 1
                    if above not in down:
                        down.add(above)
                        queue.append(above)

    def more(self, *nodes: int) -> tuple[int, ...]:
        """What falls too when so many more are hit, they among it as far as they stood."""
        net, down = self.net, self.down
        found = [node for node in dict.fromkeys(nodes) if node not in down]
        new, lost = set(found), dict[int, float]()
        for one in found:  # It grows meanwhile.
            for above in net.hard[one]:
                if above not in down and above not in new:
                    new.add(above)
                    found.append(above)
            for group, weight in net.soft[one]:
                lost[group] = lost.get(group, self.lost.get(group, 0.0)) + weight
                if lost[group] > net.spare[group]:
                    above = net.owner[group]
                    if above not in down and above not in new:
                        new.add(above)
                        found.append(above)
        self.steps += len(found) + 1
        return tuple(found)

    def fewer(self, node: int) -> tuple[int, ...]:
        """What stands again when one of the hits is taken back.

        A node stands as soon as nothing takes it any more. Those of a circle may hold each other down, so that all of
        them are lifted at once, then fall again.
        """
        self.steps += 1
        if node not in self.hits or (self.causes.get(node) and node not in self.below.circle):
            return ()
        net, gone, back = self.net, dict[int, int](), dict[int, float]()
        free: set[int] = set()
        queue = list(self._stands(node, node, free, gone, back))
        free.update(queue)
        for one in queue:  # It grows meanwhile.
            touched = []
            inside = self.below.circle.get(one, frozenset())
            for above in net.hard[one]:
                gone[above] = gone.get(above, 0) + 1
                if above not in inside:  # Its circle was told at once, by what is free.
                    touched.append(above)
            for group, weight in net.soft[one]:
                had = self.lost[group] - back.get(group, 0.0)
                back[group] = back.get(group, 0.0) + weight
                above = net.owner[group]
                if had > net.spare[group] >= self.lost[group] - back[group]:
                    gone[above] = gone.get(above, 0) + 1
                    touched.append(above)
                elif above in self.below.circle:
                    touched.append(above)  # What is left of the group may be lost by the circle alone.
            for above in touched:
                if above not in free:
                    new = self._stands(above, node, free, gone, back)
                    free.update(new)
                    queue += new
        self.steps += len(queue)
        return tuple(queue)

    def _stands(
        self, node: int, spared: int, free: set[int], gone: dict[int, int], back: dict[int, float]
    ) -> Iterable[int]:
        """What stands again where a node may: itself, or of the circle in which it is whatever does."""
        circle = self.below.circle.get(node)
        if circle is None:
            hit = node in self.hits and node != spared
            return () if hit or self.causes.get(node, 0) > gone.get(node, 0) else (node,)
        lifted = {
            one for one in circle if one in self.down and one not in free and (one not in self.hits or one == spared)
        }
        return self._circle(node, lifted, free, back)

    def _circle(self, node: int, lifted: set[int], free: set[int], back: dict[int, float]) -> set[int]:
        """Of a circle that was lifted, what does not fall again; nothing where that node does so by itself."""
        net = self.net
        lost: dict[int, float] = {}
        for one in lifted:
            for group, weight in net.soft[one]:
                if group not in lost:
                    lost[group] = self.lost[group] - back.get(group, 0.0)
                lost[group] -= weight
        self.steps += len(lifted)
        if node not in lifted or self._falls(node, lifted, free, lost, back):
            return set()
        again = [one for one in lifted if self._falls(one, lifted, free, lost, back)]
        fallen = set(again)
        for one in again:  # It grows meanwhile.
            for above in net.hard[one]:
                if above in lifted and above not in fallen:
                    fallen.add(above)
                    again.append(above)
            for group, weight in net.soft[one]:
                lost[group] += weight
                if lost[group] > net.spare[group] and (above := net.owner[group]) in lifted and above not in fallen:
                    fallen.add(above)
                    again.append(above)
        return lifted - fallen

    def _falls(
        self, node: int, lifted: set[int], free: set[int], lost: dict[int, float], back: dict[int, float]
    ) -> bool:
        """Whether what was not lifted takes it."""
        if any(one in self.down and one not in lifted and one not in free for one in self.below.hard[node]):
            return True
        return any(self._lost(group, lost, back) > self.net.spare[group] for group in self.below.groups[node])

    def _lost(self, group: int, lost: dict[int, float], back: dict[int, float]) -> float:
        return lost[group] if group in lost else self.lost.get(group, 0.0) - back.get(group, 0.0)
