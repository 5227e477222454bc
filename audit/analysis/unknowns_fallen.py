"""A net with some nodes hit to what more would fall, or would stand again, with one hit more or fewer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from audit.model.numbered import Net


class Below:
    """The same net seen from above: each node to what it falls with, to its groups. Made once for many `Fallen`."""

    def __init__(self, net: Net) -> None:
        self.hard: list[list[int]] = [[] for _ in net.names]
        for below, owners in enumerate(net.hard):
            for above in owners:
                self.hard[above].append(below)
        self.groups: list[list[int]] = [[] for _ in net.names]
        for group, above in enumerate(net.owner):
            self.groups[above].append(group)


class Fallen:
    """What is down when some nodes are hit. Neither question changes it; each costs what it changes, not the whole."""

    def __init__(self, net: Net, below: Below, hits: Iterable[int]) -> None:
        self.net, self.below, self.hits = net, below, frozenset(hits)
        self.lost: dict[int, float] = {}
        self.down = self._add(self.hits, set(), self.lost)

    def _add(self, hits: Iterable[int], down: set[int], lost: dict[int, float]) -> set[int]:
        """Let more fall: `down` and `lost` grow."""
        net = self.net
        queue = deque(node for node in hits if node not in down)
        down |= set(queue)
        while queue:
            node = queue.popleft()
            for above in net.hard[node]:
                if above not in down:
                    down.add(above)
                    queue.append(above)
            for group, weight in net.soft[node]:
                lost[group] = lost.get(group, 0.0) + weight
                if lost[group] > net.spare[group] and (above := net.owner[group]) not in down:
                    down.add(above)
                    queue.append(above)
        return down

    def more(self, node: int) -> tuple[int, ...]:
        """What falls too when one more node is hit, that node among it."""
        if node in self.down:
            return ()
        net, new, lost = self.net, {node}, dict[int, float]()
        queue = deque(new)
        while queue:
            one = queue.popleft()
            for above in net.hard[one]:
                if above not in self.down and above not in new:
                    new.add(above)
                    queue.append(above)
            for group, weight in net.soft[one]:
                lost[group] = lost.get(group, self.lost.get(group, 0.0)) + weight
                above = net.owner[group]
                if lost[group] > net.spare[group] and above not in self.down and above not in new:
                    new.add(above)
                    queue.append(above)
        return tuple(new)

    def fewer(self, node: int) -> tuple[int, ...]:
        """What stands again when one of the hits is taken back: all that may lean on it is lifted, then falls again."""
        if node not in self.hits:
            return ()
        net = self.net
        lifted = self._lifted(node)
        lost: dict[int, float] = {}
        for one in lifted:
            for group, weight in net.soft[one]:
                lost[group] = lost.get(group, self.lost.get(group, 0.0)) - weight
        again = {one for one in lifted if self._falls(one, lifted, lost)}
        queue = deque(again)
        while queue:
            one = queue.popleft()
            for above in net.hard[one]:
                if above in lifted and above not in again:
                    again.add(above)
                    queue.append(above)
            for group, weight in net.soft[one]:
                lost[group] = lost.get(group, self.lost.get(group, 0.0)) + weight
                above = net.owner[group]
                if lost[group] > net.spare[group] and above in lifted and above not in again:
                    again.add(above)
                    queue.append(above)
        return tuple(lifted - again)

    def _lifted(self, node: int) -> set[int]:
        """Everything that is down and may be so because of a node; another hit stays down whatever stands."""
        net, found = self.net, {node}
        queue = deque(found)
        while queue:
            one = queue.popleft()
            above = [*net.hard[one], *(net.owner[group] for group, _ in net.soft[one])]
            for owner in above:
                if owner in self.down and owner not in self.hits and owner not in found:
                    found.add(owner)
                    queue.append(owner)
        return found

    def _falls(self, node: int, lifted: set[int], lost: dict[int, float]) -> bool:
        """Whether what was not lifted takes it."""
        if any(one in self.down and one not in lifted for one in self.below.hard[node]):
            return True
        return any(
            lost.get(group, self.lost.get(group, 0.0)) > self.net.spare[group] for group in self.below.groups[node]
        )
