"""How single hosts answered lately to whether most of them fell silent at once."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

LEAST: Final = 5
"""Hosts below which nobody can speak of most of them."""
WINDOW: Final = 10.0


class Breaker:
    """The newest answer of each host that was looked at in the last seconds."""

    def __init__(self, window: float) -> None:
        self.window = max(WINDOW, window)
        self.proven: float | None = None
        """When some host last proved that the network is whole, by whatever answer."""
        self._hosts: OrderedDict[str, tuple[float, bool, int]] = OrderedDict()
        """When it was looked at, whether it was silent, the number of that look; the newest last."""
        self._silent = 0
        self._looks = 0
        self._proof = 0
        """The number of the look that was the last proof."""
        self._row = 0

    def note(self, now: float, host: str, failure: str) -> None:
        """One host was looked at; `failure` is empty where it was not silent."""
        self._forget(host)
        self._looks += 1
        silent = bool(failure)
        if silent:
            self._silent += 1
            self._row += 1
        else:
            self.proven, self._proof, self._row = now, self._looks, 0
        self._hosts[host] = (now, silent, self._looks)

    def counted(self, now: float) -> tuple[int, int]:
        """How many hosts were silent, of how many that were looked at."""
        oldest = now - self.window
        while self._hosts:
            host = next(iter(self._hosts))
            if self._hosts[host][0] >= oldest:
                break
            self._forget(host)
        return self._silent, len(self._hosts)

    def _forget(self, host: str) -> None:
        before = self._hosts.pop(host, None)
        if before is not None and before[1]:
            self._silent -= 1
            self._row -= before[2] > self._proof

    def most(self, now: float) -> bool:
        """Whether more than half of at least five hosts were silent."""
        silent, looked = self.counted(now)
        return looked >= LEAST and 2 * silent > looked

    def row(self, now: float) -> int:
        """How many hosts were silent since the last one that was not."""
        self.counted(now)
        return self._row

    def alone(self, now: float) -> bool:
        """Whether that row is so long that, with nobody else to ask, it must lie with this prober.

        A host that answers in between proves the network: then the others are down, be they ever so many.
        """
        _, looked = self.counted(now)
        return self.most(now) and self.row(now) >= max(LEAST, looked // 2)
