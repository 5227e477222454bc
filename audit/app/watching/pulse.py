"""How the watch itself is doing to what /healthz answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from audit.world.door import NOT_FOUND, Answer

SILENT: Final = timedelta(minutes=1)
"""A watch that has subjects and ended no look for so long, two cadences of the slowest added, does not measure."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """The watch itself at this moment; nothing in it names what is watched."""

    at: datetime
    active: bool = True
    """Whether this instance looks; False while it stands by for another one."""
    subjects: int = 0
    alive: datetime | None = None
    """When the newest look ended; None before the first."""
    slowest: timedelta = timedelta(minutes=1)
    """The longest cadence."""
    started: datetime | None = None
    lag: float = 0.0
    """Seconds by which the loop was late at worst, lately."""
    most_lag: float = 0.05
    """Beyond so much a failure by time is not believed."""
    store: bool = True
    """Whether what was measured is being stored."""
    buffered: int = 0
    """Measurements that wait to be stored."""
    trouble: str = ""
    """Why the prober itself is in trouble."""
    inventory: bool = True
    """False where the newest inventory was refused and the one before it is kept."""

    @property
    def silent(self) -> bool:
        """Whether looks that should end do not."""
        since = self.alive or self.started
        return self.active and self.subjects > 0 and since is not None and self.at - since > SILENT + 2 * self.slowest

    def reasons(self) -> Iterator[str]:
        """What is not well, as fixed words."""
        if self.silent:
            yield "silent"
        if self.trouble:
            yield "prober"
        if not self.store:
            yield "store"
        if self.lag > self.most_lag:
            yield "lag"
        if not self.inventory:
            yield "inventory"


def health(pulse: Pulse) -> Answer:
    """200 while it measures or stands by, 503 where what it says of its targets is worth nothing."""
    reasons = tuple(pulse.reasons())
    told = {
        "status": "standby" if not pulse.active else "degraded" if reasons else "ok",
        "reasons": reasons,
        "alive": pulse.alive.isoformat(timespec="seconds") if pulse.alive is not None else None,
        "store": "ok" if pulse.store else "lost",
        "buffered": pulse.buffered,
        "subjects": pulse.subjects,
        "lag": round(pulse.lag, 4),
    }
    blind = pulse.active and not {"silent", "prober"}.isdisjoint(reasons)
    return Answer(json.dumps(told).encode() + b"\n", "application/json", 503 if blind else 200)


def answering(metrics: Callable[[], Iterable[bytes]], pulse: Callable[[], Pulse]) -> Callable[[str], Answer]:
    """What the door answers; `metrics` is `Gauges.pieces`."""

    def answer(path: str) -> Answer:
        if path == "/metrics":
            return Answer(media="text/plain; version=0.0.4; charset=utf-8", pieces=metrics())
        return health(pulse()) if path == "/healthz" else NOT_FOUND

    return answer
