"""Snapshots of etcd that match a pattern become the points to which they can bring the key space back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from audit.contract import CannotSee, FileSeen, Level, Reason, Timed, Verbs, World, probe, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.facts import Unseen
from audit.model.item import Text
from audit.model.technology import Copy
from audit.model.units import Duration
from checks.backup.file_names import unfinished

VERBS: Final = Verbs(
    commands=("etcdctl snapshot status * --write-out=json", "etcdutl snapshot status * --write-out=json")
)
_SUM: Final = 32
_BLOCK: Final = 512
_MAGIC: Final = b"\xed\xda\x0c\xed"
_MAGIC_AT: Final = 16
_MOST: Final = 500
_LOOKED_INTO: Final = 3


class Etcd(Copy, kind="etcd"):
    """Files that `etcdctl snapshot save` wrote (etcd 3.3 or newer), such as `/srv/etcd/*.db`.

    The checksum that ends each of them is computed anew: `snapshot status` itself does not look at it. A snapshot does
    not tell when it was taken, so that its time is that of the last change of the file. Ran with etcd 3.4.
    """

    path: Text
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt; a file that takes longer to read stays unverified."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One snapshot after it was looked into."""

    doubt: str = ""
    verified: bool = False
    gap: CannotSee | None = None
    """Why nothing was verified."""
    keys: int | None = None
    revision: int | None = None
    """The count of all changes up to it."""
    plain: bool = False


@dataclass(slots=True)
class _Look(Timed):
    copy: Etcd


@probe(deadline=185, verbs=VERBS)
async def snapshots(copy: Etcd, world: World) -> BackupState:
    look = _Look(world, copy.timeout, copy)
    files = await world.files.list(copy.path, _MOST)
    points = [_point(file) for file in files]
    errors: tuple[str, ...] = ()
    best: Judged | None = None
    place = len(files) - 1
    tried = 0
    while place >= 0 and best is None and tried < _LOOKED_INTO:
        if points[place].complete:
            tried += 1
            judged = await _judged(files[place], look)
            if judged.doubt:
                points[place] = _doubted(points[place], judged.doubt)
                errors += (f"{points[place].id}: {judged.doubt}",)
            else:
                best = judged
                break
        place -= 1
    if best is not None and best.keys is not None:
        before = next((number for number in range(place - 1, -1, -1) if points[number].complete), None)
        earlier = Judged() if before is None else await _judged(files[before], look)
        if earlier.keys is not None and best.keys * 2 < earlier.keys:
            told = f"it has {best.keys} keys where the one before it has {earlier.keys}"
            points[place] = _doubted(points[place], told)
        elif best.revision is not None and earlier.revision is not None and best.revision < earlier.revision:
            # The count of all changes never goes back: an old file was copied, or it is of another cluster.
            told = f"it ends at revision {best.revision}, the one before it at {earlier.revision}"
            points[place] = _doubted(points[place], told)
    facts: dict[str, Any] = {"integrity": 0 if best is None else 2 if best.verified else 1}
    absent: dict[str, Unseen] = {}
    nothing = CannotSee(Reason.INCOMPLETE, say("there is no complete snapshot to look into"))
    gap = nothing if best is None else best.gap
    if errors or gap is None:
        facts["errors"] = errors
    else:
        absent["errors"] = Unseen.of(gap)
    sizes = [point.size for point in points if point.complete]
    if sizes and sizes[-1] is not None:
        facts["size"] = sizes[-1]
    if best is not None and best.plain:
        facts["encrypted"] = False
    else:
        absent["encrypted"] = Unseen.of(nothing)
    level = Level.VERIFIED if facts["integrity"] > 1 else Level.OBSERVED
    return BackupState(
        points=tuple(points), clock=world.clock.now(), location="", absent=absent, level=level, tool="etcdctl", **facts
    )


def _point(file: FileSeen) -> RestorePoint:
    doubt = "it is empty" if not file.size else "it is still being written" if unfinished(file.path) else ""
    return RestorePoint(
        id=file.path.rpartition("/")[2],
        start=file.modified,
        end=file.modified,
        complete=not doubt,
        doubt=doubt,
        size=file.size,
    )


async def _judged(file: FileSeen, look: _Look) -> Judged:
    """Hold a snapshot against its own checksum, let the tool read what is in it."""
    files, name = look.world.files, file.path.rpartition("/")[2]
    try:
        first = await files.head(file.path, _MAGIC_AT + len(_MAGIC))
        if first[_MAGIC_AT:] != _MAGIC:
            return Judged(doubt="it is no snapshot of etcd")
        if file.size % _BLOCK == _SUM:
            wanted = (await files.tail(file.path, _SUM)).hex()
            if await files.sha256(file.path, look.left(name), file.size - _SUM) != wanted:
                return Judged(doubt="its content is not what its checksum says")
            return await _read(file, look, Judged(verified=True, plain=True))
        if file.size % _BLOCK:
            return Judged(doubt="it was cut off: its length is none that a snapshot has")
    except CannotSee as gap:
        return Judged(gap=gap)
    says = say("{name} ends without a checksum: it is a copy of a database file, or was cut off", name=name)
    return await _read(file, look, Judged(gap=CannotSee(Reason.INCOMPLETE, says), plain=True))


async def _read(file: FileSeen, look: _Look, judged: Judged) -> Judged:
    """The number of keys that etcdctl finds; a snapshot that it cannot read is none."""
    words = ("snapshot", "status", file.path, "--write-out=json")
    try:
        try:
            output = await look.world.command.run(("etcdctl", *words), look.left("etcdctl"), {})
        except CannotSee as missing:
            if missing.reason is not Reason.NO_TOOL:
                raise
            # From etcd 3.6 on the other program does it.
            output = await look.world.command.run(("etcdutl", *words), look.left("etcdutl"), {})
    except CannotSee as gap:
        return Judged(verified=judged.verified, gap=judged.gap or (None if judged.verified else gap), plain=True)
    if output.code != 0:
        line = next((line for line in reversed(output.err.splitlines()) if line.strip()), f"code {output.code}")
        if judged.verified:
            return judged
        return Judged(doubt=f"etcdctl cannot read it: {line.strip()}"[:200])
    try:
        found = json.loads(output.out)
        told = found if isinstance(found, dict) else {}
    except (ValueError, RecursionError):
        told = {}
    keys, revision = (
        value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18 else None
        for value in (told.get("totalKey"), told.get("revision"))
    )
    return Judged(verified=judged.verified, gap=judged.gap, keys=keys, revision=revision, plain=True)


def _doubted(point: RestorePoint, doubt: str) -> RestorePoint:
    return point.model_copy(update={"complete": False, "doubt": doubt[:300]})
