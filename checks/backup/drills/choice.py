"""What a look found in a copy to the point that a drill restores, with what all of its programs may do or say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from audit.contract import CannotSee, Probe, Reason, Verbs, Workshop, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.drilling import Restored
from audit.model.technology import Copy

FULL: Final = re.compile(r"no space left|disk quota exceeded|cannot allocate memory", re.IGNORECASE)
"""What a program says that failed at this machine, not at the backup."""


def at_fault(said: str) -> Reason:
    """What this machine lacks, where a program failed because of it and not because of the backup: room, or a part."""
    return Reason.DENIED if FULL.search(said) else Reason.NO_TOOL


def also(probe: Probe, *commands: str, s3: tuple[str, ...] = (), environment: tuple[str, ...] = ()) -> Verbs:
    """What a probe may ask, as it chooses the point, with what the restore runs."""
    known = probe.verbs
    return replace(
        known,
        commands=(*known.commands, *commands),
        s3=(*known.s3, *s3),
        # Any copy of files may hold a dump of PostgreSQL.
        environment=tuple(dict.fromkeys((*known.environment, "PGOPTIONS", "PGCONNECT_TIMEOUT", *environment))),
    )


async def look(probe: Probe, copy: Copy, workshop: Workshop) -> BackupState:
    """What the probe of a technology sees now."""
    seen = await probe.look(copy, workshop.world)
    if not isinstance(seen, BackupState):
        raise TypeError(f"{probe.id} looks at no points in time")
    return seen


def chosen(state: BackupState, workshop: Workshop) -> RestorePoint:
    """The point that was asked for, by its id or the beginning of it, else the newest complete one, else the newest.

    CannotSee(incomplete) where there is none, or several ids begin so.
    """
    if workshop.wanted:
        found = [point for point in state.points if point.id == workshop.wanted]
        found = found or [point for point in state.points if point.id.startswith(workshop.wanted)]
        if len(found) != 1:
            raise CannotSee(
                Reason.INCOMPLETE,
                say("{count} points of this copy are called {wanted}", count=len(found), wanted=workshop.wanted[:80]),
            )
        return found[0]
    if state.newest is not None:
        return state.newest
    if not state.points:
        raise CannotSee(Reason.INCOMPLETE, say("this copy holds no point that could be restored"))
    return max(state.points, key=lambda point: point.start)


def hopeless(point: RestorePoint, workshop: Workshop, tool: str = "") -> Restored | None:
    """The record of a drill that need not begin, as nothing in the copy is complete; None where it may."""
    if point.complete or workshop.wanted:
        return None
    found = workshop.check("complete point", held=False, detail=point.doubt or "no point of this copy is complete")
    return Restored(point=point, bytes=0, integrity=0, checks=(found,), tool=tool)
