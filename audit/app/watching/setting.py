"""What a watch is made of, with an estate to what it watches."""

from __future__ import annotations

import resource
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from audit.analysis import flips
from audit.app.watching import desk
from audit.app.watching.holding import Past
from audit.app.watching.looks import Watched
from audit.catalogue import Catalogue
from audit.engine.recurring import measurable
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.message import Message
from audit.schedule.wheel import FINEST
from audit.world.messenger import Messenger
from audit.world.world import World

FILES_KEPT: Final = 200
"""Open files that are not for looks."""
LONGEST_LOG: Final = timedelta(days=400)
LOG: Final = (*flips.KINDS, *desk.KINDS, "expiring")
"""What of the log is needed to go on where it ends."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
WINDOWS: Final = ("maintenance-declared", "maintenance-withdrawn")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a watch is made of."""

    path: Path
    store: str
    catalogue: Catalogue
    world: Callable[[Estate], World]
    open_past: Callable[[], Past]
    messenger: Callable[[Estate], Messenger]
    talk: Callable[[Message], None]
    """Tells somebody at the terminal, or the journal of the system."""
    quiet: bool = False
    """Whether to tell nothing while it goes well."""


def watched(estate: Estate, catalogue: Catalogue) -> Mapping[str, Watched]:
    """Every endpoint that can be measured, by its reference."""
    found: dict[str, Watched] = {}
    for _, system in estate.systems():
        for endpoint in system.endpoints:
            probe = catalogue.probe_of(type(endpoint))
            if probe is not None and measurable(probe):
                every = endpoint.every or estate.watch.every
                found[endpoint.ref] = Watched(endpoint, probe, every)
    return found


def most_looks() -> int:
    """How many looks may be under way at once: each may need more than one open file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return max(16, (min(soft, 1_000_000) - FILES_KEPT) // 2)


def log_of(past: Past, now: datetime) -> tuple[Event, ...]:
    """What a watch has to know of the log to go on where it ends: all windows, more than a year of the rest."""
    found = (*past.events(kinds=LOG, since=now - LONGEST_LOG), *past.events(kinds=WINDOWS))
    return tuple(sorted({event.number: event for event in found}.values(), key=lambda event: event.number))


def known(past: Past, vantage: str, now: datetime) -> tuple[Mapping[str, datetime], int]:
    """Up to when it is known of each subject what was measured, with the shift for the looks from now on."""
    last = past.last_due(vantage)
    if all(due <= now for due in last.values()):
        return last, 0
    # The clock was put back: what is due again must not look like what was measured, and up to the last sign of life
    # nothing was missed.
    alive = min(past.alive() or now, now)
    ahead = (*last.values(), *(one.due for one in past.raw("", alive, _NEVER, vantage)))
    shift = max(due.microsecond % FINEST for due in ahead) + 1
    return {ref: min(due, alive) if due > now else due for ref, due in last.items()}, shift
