"""Snapshots of etcd that match a pattern become the points to which they can bring the key space back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from audit.contract import CannotSee, FileSeen, Level, Reason, Timed, Verbs, World, probe, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.drilling import Percent
from audit.model.facts import Unseen
from audit.model.item import Text
from audit.model.technology import Copy
from audit.model.units import Duration, Flag
from checks.backup.etcd_history import Stores
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
_REFERENCE: Final = 8
"""How many snapshots back the one lies against which the newest is held: keys that went days ago still show."""


class Etcd(Copy, kind="etcd"):
    """Files that `etcdctl snapshot save` wrote (etcd 3.3 or newer), such as `/srv/etcd/*.db`.

    The checksum that ends each of them is computed anew: `snapshot status` itself does not look at it. A snapshot does
    not tell when it was taken, so that its time is that of the last change of the file. The keys that live in it are
    counted: without any, with much fewer than an earlier one has, or of another cluster, it does not count; the first
    one of a cluster that was restored does. Ran with etcd 3.4.
    """

    path: Text
    may_shrink: Percent = 0.5
    """How much fewer keys the newest snapshot may hold."""
    may_be_empty: Flag = False
    """Whether one without a key is a sound one."""
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt; a file that takes longer to read stays unverified."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One snapshot after it was looked into."""

    doubt: str = ""
    verified: bool = False
    gap: CannotSee | None = None
    """Why nothing was verified."""
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
    stores = Stores(look, copy.may_shrink, copy.may_be_empty)
    tried = 0
    for place in range(len(files) - 1, -1, -1):
        if not points[place].complete:
            continue
        if tried == _LOOKED_INTO:
            break
        tried += 1
        judged = await _judged(files[place], look)
        doubt = judged.doubt
        if doubt:
            errors += (f"{points[place].id}: {doubt}",)
        else:
            try:
                before = [files[number] for number in range(place) if points[number].complete]
                doubt = await stores.doubt(files[place], before[-_REFERENCE:])
            except CannotSee as untold:
                judged = replace(judged, verified=False, gap=judged.gap or untold)
        if not doubt:
            best = judged
            break
        points[place] = _doubted(points[place], doubt)
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
            return Judged(verified=True, plain=True)
        if file.size % _BLOCK:
            return Judged(doubt="it was cut off: its length is none that a snapshot has")
    except CannotSee as gap:
        return Judged(gap=gap)
    says = say("{name} ends without a checksum: it is a copy of a database file, or was cut off", name=name)
    return await _read(file, look, CannotSee(Reason.INCOMPLETE, says))


async def _read(file: FileSeen, look: _Look, gap: CannotSee) -> Judged:
    """Let the tool read a snapshot without a checksum, which stays unverified for that; what it cannot read is none."""
    words = ("snapshot", "status", file.path, "--write-out=json")
    try:
        try:
            output = await look.world.command.run(("etcdctl", *words), look.left("etcdctl"), {})
        except CannotSee as missing:
            if missing.reason is not Reason.NO_TOOL:
                raise
            # From etcd 3.6 on the other program does it.
            output = await look.world.command.run(("etcdutl", *words), look.left("etcdutl"), {})
    except CannotSee:
        return Judged(gap=gap, plain=True)
    if output.code != 0:
        line = next((line for line in reversed(output.err.splitlines()) if line.strip()), f"code {output.code}")
        return Judged(doubt=f"etcdctl cannot read it: {line.strip()}"[:200])
    return Judged(gap=gap, plain=True)


def _doubted(point: RestorePoint, doubt: str) -> RestorePoint:
    return point.model_copy(update={"complete": False, "doubt": doubt[:300]})
