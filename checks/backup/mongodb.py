"""Backups of MongoDB by PBM as the inventory words them become the points in time to which they can bring data back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, Verbs, World, probe, say
from audit.model.backup import Attempt, BackupState, Gap, RestorePoint
from audit.model.item import SecretRef, Text
from audit.model.json_values import count, epoch, instant, loaded
from audit.model.technology import Copy
from audit.model.units import Duration

_STATUS: Final = ("pbm", "status", "--out=json")
_ENDED: Final = ("done", "error", "cancelled")
_LOOK_BACK: Final = timedelta(days=30)


class MongodbBackup(Copy, kind="mongodb"):
    """Backups of a MongoDB cluster by Percona Backup for MongoDB, read with `pbm status`.

    Never run against the real thing. Which stretches of the oplog are without a hole is computed from their bounds.
    """

    server: Text
    """The host to which the connection string leads; it must be one that the estate allows."""
    uri: SecretRef
    """The connection string."""
    timeout: Duration = timedelta(seconds=30)

    @property
    def host(self) -> str:
        return self.server


@probe(deadline=60, verbs=Verbs(commands=(" ".join(_STATUS),)))
async def backups(copy: MongodbBackup, world: World) -> BackupState:
    # pbm looks the name up again by itself: this keeps out mistakes.
    await world.guard.check(copy.server)
    told = parsed(await world.command.run(_STATUS, copy.timeout, {"PBM_MONGODB_URI": copy.uri}))
    clock = world.clock.now()
    try:
        stored = told["backups"]
        snapshots = [(_point(entry), entry) for entry in stored.get("snapshot") or ()]
        ranges = _ranges((stored.get("pitrChunks") or {}).get("pitrChunks") or ())
        facts: dict[str, Any] = {"location": _location(stored)}
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as broken:
        raise CannotSee(Reason.INCOMPLETE, say("pbm told its backups in a form that is not known")) from broken
    # One that is under way is no failure.
    ended = [(point, entry) for point, entry in snapshots if entry.get("status") in _ENDED]
    ended.sort(key=lambda one: one[0].start)
    facts["points"] = tuple(point for point, _ in ended)
    facts["attempts"] = tuple(
        Attempt(start=point.start, ok=point.complete, why=point.doubt)
        for point, _ in ended
        if point.start >= clock - _LOOK_BACK
    )
    facts |= _log([point for point, _ in ended if point.complete], ranges)
    sizes = [point.size for point, _ in ended if point.complete]
    if sizes and sizes[-1]:
        facts["size"] = sizes[-1]
    return BackupState(clock=clock, integrity=1, **facts)


def parsed(output: Output) -> Mapping[str, Any]:
    """What `pbm status` printed."""
    if output.code != 0:
        said = (output.err or output.out).lower()
        line = next((line.strip() for line in output.err.splitlines() if line.strip()), f"code {output.code}")
        denied = "auth" in said or "not authorized" in said
        away = "server selection" in said or "connection refused" in said
        reason = Reason.DENIED if denied else Reason.UNREACHABLE if away else Reason.INCOMPLETE
        raise CannotSee(reason, say("pbm gave no answer: {answer}", answer=line[:200]))
    told = loaded(output.out, say("pbm did not print JSON"))
    if not isinstance(told, dict):
        raise CannotSee(Reason.INCOMPLETE, say("pbm told its backups in a form that is not known"))
    return told


def _point(entry: Mapping[str, Any]) -> RestorePoint:
    status, end = str(entry["status"]), entry.get("completeTS")
    return RestorePoint(
        id=str(entry["name"])[:64],
        start=instant(entry["name"]),
        end=epoch(end) if end else None,
        complete=status == "done",
        doubt="" if status == "done" else f"its status is {status}: {entry.get('error') or '-'}"[:200],
        size=count(entry.get("size")) or None,
    )


def _ranges(chunks: Sequence[Mapping[str, Any]]) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches of the oplog, those that touch each other joined."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted((epoch(chunk["range"]["start"]), epoch(chunk["range"]["end"])) for chunk in chunks):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _log(usable: Sequence[RestorePoint], ranges: Sequence[tuple[datetime, datetime]]) -> dict[str, Any]:
    """How far the oplog brings the newest backup forward, with the holes since the oldest one."""
    if not usable or not ranges:
        return {}
    newest, oldest = usable[-1], usable[0]
    behind = newest.end or newest.start
    # Without a stretch that holds the end of the backup nothing of what came later can be replayed on it.
    reach = next((end for start, end in ranges if start <= behind <= end), None)
    facts: dict[str, Any] = {} if reach is None else {"reach": reach}
    facts["gaps"] = tuple(
        Gap(after=before[1].isoformat(), before=after[0].isoformat(), missing=1)
        for before, after in pairwise(ranges)
        if after[0] > (oldest.end or oldest.start)
    )
    return facts


def _location(stored: Mapping[str, Any]) -> str:
    """The bucket or folder that pbm names."""
    path = str(stored.get("path") or "")
    return path.partition("://")[2][:300] if "://" in path else ""
