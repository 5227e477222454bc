"""What a drill brought back to its record in the log of a store, the newest records back again as looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from audit.app import recording
from audit.app.bundled import measured
from audit.app.recording import kept, proves_for, read_back
from audit.model.drilling import MARK, Part, Restored, RestoreState, drilled
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.evidence import Observation
from audit.model.exit import Exit, Stop
from audit.model.policy import Policy
from audit.model.verdict import Level
from audit.store import open_store
from audit.store.history import History, open_history

DRILL: Final = "drill.restore"
"""Stands in an observation where else the id of a probe does."""
KIND: Final[Literal["drill"]] = "drill"
AGED_BY: Final = "backup.restore-tested"
"""The check whose limit `age` says how long a drill proves anything."""
_WORK: Final = frozenset(("fetch", "restore", "start", "replay", "verify"))


@dataclass(frozen=True, slots=True)
class Began:
    """A drill as it begins."""

    id: str
    ref: str
    """Of the copy."""
    at: datetime
    grade: int


def record(
    began: Began, ended: datetime, brought: Restored, parts: Sequence[Part], newest: datetime | None, policy: Policy
) -> RestoreState:
    """The record of a drill that brought something back, whether or not it held; `newest` is what its canary told."""
    # A canary is written all the time; a database in which nothing happened had nothing newer than the backup.
    known = newest or max(brought.newest or brought.point.start, brought.point.start)
    rto = timedelta(seconds=sum(part.took for part in parts if part.name in _WORK))
    whole = brought.point.size or int(brought.bytes / brought.share)
    return RestoreState(
        level=Level.DRILLED,
        id=began.id,
        copy_ref=began.ref,
        point=brought.point.id,
        point_start=brought.point.start,
        started=began.at,
        ended=ended,
        expires=ended + lasting(policy, began.grade),
        parts=tuple(parts),
        bytes=brought.bytes,
        files=brought.files,
        share=brought.share,
        integrity=brought.integrity,
        checks=brought.checks,
        rpo=max(timedelta(0), began.at - known),
        rto=rto,
        sampled_of=whole if brought.share < 1 else None,
        tool=brought.tool,
    )


def lasting(policy: Policy, grade: int) -> timedelta:
    """For how long a drill proves something for a grade; a year where nothing is demanded of it."""
    return proves_for(policy, AGED_BY, grade)


def ready(store: str) -> None:
    """See to it that records can be written into a store; it is made where there is none. Stop(STORAGE | LOCKED)."""
    try:
        with open_history(store, watching=False) as history:
            history.tell(())
            history.events(kinds=(KIND,), subject="-")
    except Stop as stop:
        if stop.code is not Exit.USAGE:
            raise
        with open_store(store, writing=True):
            pass


def tell(store: str, state: RestoreState) -> None:
    """Write a record."""
    with open_history(store, watching=False) as history:
        history.tell([Event(at=state.ended, kind=KIND, subject=state.copy_ref, values=state.plain())])


def records(history: History, ref: str = "") -> tuple[RestoreState, ...]:
    """Every record of a copy, or of all, oldest first, with those that bundles brought; what cannot be read back is
    left out."""
    found = read_back(RestoreState, measured(history, KIND, ref))
    return tuple(sorted(found, key=lambda state: state.ended))


def recorded(store: str, ref: str = "") -> tuple[RestoreState, ...]:
    """The same of a store; nothing where it has no log yet."""
    return kept(store, lambda history: records(history, ref))


def drills_seen(estate: Estate, history: History) -> tuple[Observation, ...]:
    """The drill that stands for each copy of the estate, as a look at it."""
    stands = recording.standing(records(history), estate, lambda state: state.copy_ref, standing)
    return tuple(
        recording.as_look(drilled(ref), DRILL, state, f"haechi drill restore {state.id}")
        for ref, state in stands.items()
    )


def standing(before: RestoreState | None, state: RestoreState) -> RestoreState:
    """Which of two drills tells more, `before` being the older one: the newer, unless it is a sample that held.

    Samples between whole restores must not take away what those proved; one that finds damage does.
    """
    if before is None or not (state.proven and before.proven):
        return state
    return before if state.share < before.share and state.ended <= before.expires else state


def drills_of(seen: Mapping[str, Observation]) -> tuple[RestoreState, ...]:
    """The drills among what a run saw, by copy."""
    return tuple(
        look.seen for ref, look in sorted(seen.items()) if ref.endswith(MARK) and isinstance(look.seen, RestoreState)
    )
