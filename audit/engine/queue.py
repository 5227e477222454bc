"""Tasks in their order in, the next one whose host has room out."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Iterable

from audit.model.evidence import Task


class Queue:
    """Tasks by host; never more than `per_host` of one host are out at once."""

    def __init__(self, tasks: Iterable[Task], per_host: int) -> None:
        self._per_host = per_host
        self._waiting: dict[str, deque[tuple[int, Task]]] = {}
        self._out: Counter[str] = Counter()
        for position, task in enumerate(tasks):
            self._waiting.setdefault(task.host, deque()).append((position, task))
        self._free = [(line[0][0], host) for host, line in self._waiting.items()]
        heapq.heapify(self._free)
        self._offered = {host for _, host in self._free}

    def take(self) -> Task | None:
        """The first task whose host has room; None where all that wait must go on waiting."""
        if not self._free:
            return None
        _, host = heapq.heappop(self._free)
        self._offered.discard(host)
        _, task = self._waiting[host].popleft()
        self._out[host] += 1
        self._offer(host)
        return task

    def back(self, task: Task) -> None:
        """A task that was taken has come to its end."""
        self._out[task.host] -= 1
        self._offer(task.host)

    def _offer(self, host: str) -> None:
        line = self._waiting[host]
        if line and host not in self._offered and self._out[host] < self._per_host:
            heapq.heappush(self._free, (line[0][0], host))
            self._offered.add(host)
