"""A place where backup files are dropped becomes the points in time to which they can bring data back."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from audit.contract import CannotSee, Files, FileSeen, Level, Reason, Timed, Unpacked, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.facts import Unseen
from checks.backup.checksums import listed_sum
from checks.backup.dump import HEAD, TAIL, Content, begins, content, unpacker
from checks.backup.file_names import beside, named, unfinished
from checks.backup.usual import shrunk

_MOST: Final = 1000
_LOOKED_INTO: Final = 3
_LARGEST_MANIFEST: Final = 4_000_000
_NOT_UNPACKED: Final = ("memory", "ictionary", "ermission denied", "No such file")
_NOT_ITS_FAULT: Final = ("unsupported version", "could not open", "ermission denied")


@dataclass(slots=True)
class _Judged:
    """One file after it was looked into."""

    point: RestorePoint
    size: int | None = None
    """Bytes, unpacked."""
    encrypted: bool | None = None
    integrity: int = 0
    errors: tuple[str, ...] | None = None
    gap: CannotSee | None = None
    """Why nothing was verified."""
    strange: bool = False
    """Whether it begins with bytes of no known kind."""


@dataclass(slots=True)
class Drop(Timed):
    """Where the backups are dropped, with one deadline for everything that is read."""

    files: Files
    """Those of this machine, or of a server."""
    pattern: str
    manifest: str | None = None
    zone: str | None = None
    whole: bool = True
    """Whether files are read to their end, or their ends alone."""
    here: bool = True
    """Whether a program of this machine can read them too."""
    empty: bool = False
    """Whether a dump without a row is a sound one."""


async def dropped(look: Drop, location: str) -> BackupState:
    """The newest files, of which the newest that holds is looked into."""
    listed = await look.files.list(look.pattern, _MOST)
    seen = [file for file in listed if not unfinished(file.path) and not beside(file.path)]
    points = [
        RestorePoint(
            id=named(file.path),
            # The last change is the end of the backup: without a header that says more, the start is not known.
            start=file.modified,
            end=file.modified,
            complete=file.size > 0,
            doubt="" if file.size else "it is empty",
            size=file.size,
        )
        for file in seen
    ]
    best: _Judged | None = None
    errors: tuple[str, ...] = ()
    for number in range(len(seen) - 1, max(-1, len(seen) - 1 - _LOOKED_INTO), -1):
        judged = await _judged(seen[number], points[number], seen[:number], look)
        points[number] = judged.point
        errors += judged.errors or ()
        if judged.point.complete:
            best = judged
            break
    facts: dict[str, Any] = {"points": tuple(points), "clock": look.world.clock.now(), "location": location}
    nothing = Unseen.of(CannotSee(Reason.INCOMPLETE, say("there is no complete backup to look into")))
    absent = dict.fromkeys(("size", "errors", "encrypted"), nothing) if best is None else {}
    if best is not None:
        facts["integrity"] = best.integrity
        if best.encrypted is not None:
            facts["encrypted"] = best.encrypted
        else:
            says = say("{name} does not tell whether it is encrypted", name=best.point.id)
            absent["encrypted"] = Unseen.of(CannotSee(Reason.INCOMPLETE, says))
        if best.size is not None:
            facts["size"] = best.size
        elif best.gap is not None:
            absent["size"] = Unseen.of(best.gap)
    if errors or (best is not None and best.errors is not None):
        facts["errors"] = errors
    elif best is not None and best.gap is not None:
        absent["errors"] = Unseen.of(best.gap)
    level = Level.VERIFIED if facts.get("integrity", 0) > 1 else Level.OBSERVED
    return BackupState(absent=absent, level=level, **facts)


async def _judged(file: FileSeen, point: RestorePoint, earlier: Sequence[FileSeen], look: Drop) -> _Judged:
    """Look into one file: its content first, as a checksum of half a dump may well be right."""
    if not point.complete:
        return _broken(point, point.doubt)
    judged = await _read(file, point, look)
    if judged.point.complete and judged.strange and (doubt := await _turned(earlier, look.files)):
        return _broken(judged.point, doubt)
    if judged.point.complete:
        judged = await _held_against_manifest(file, judged, look)
    doubt = shrunk(file.size, [other.size for other in earlier])
    if judged.point.complete and doubt:
        judged.point = _doubted(judged.point, doubt)
    if judged.point.complete and await _grows(file, look.files):
        judged.point = _doubted(judged.point, "it is still being written")
    return judged


async def _read(file: FileSeen, point: RestorePoint, look: Drop) -> _Judged:
    files = look.files
    name = point.id
    lacking: CannotSee | None = None
    try:
        unpacked = await files.unpack(file.path, max(HEAD, TAIL), look.left(name)) if look.whole else None
        if unpacked is None and look.whole and look.here:
            unpacked, lacking = await _by_program(file, look)
        if unpacked is None:
            head, tail = await files.head(file.path, HEAD), await files.tail(file.path, TAIL)
        else:
            head, tail = unpacked.head, unpacked.tail
    except CannotSee as gap:
        return _Judged(point, gap=gap)
    if unpacked is not None and unpacked.trouble:
        return _broken(point, f"it cannot be unpacked: {unpacked.trouble}")
    found = content(head, tail, file.path, look.zone, unpacked=unpacked is not None, empty=look.empty)
    started = found.started or found.ended
    if started is not None:
        # Only the line at the end of some dumps tells when that was: the file itself may have been touched since.
        point = point.model_copy(update={"start": started if found.started else min(started, point.start)})
    if found.whole is False:
        return _broken(point, found.doubt)
    given = found.given(file.path)
    if given is not None and unpacked is None and look.here:
        return await _restorable(given, point, look, folder=found.kind == "directory")
    told = found.kind in ("encrypted", "sql", "tar")
    strange = found.kind == "other" and not begins(head, file.path)
    judged = _Judged(point, encrypted=found.kind == "encrypted" if told else None, strange=strange)
    if found.whole:
        judged.integrity, judged.errors = 1, ()
    if unpacked is not None:
        # Every byte was unpacked and held against the checksums that the packer put into the file.
        judged.integrity, judged.errors, judged.size = 2, (), unpacked.size
    elif found.kind not in ("encrypted", "opaque"):
        judged.size = file.size
    judged.gap = lacking or _unverified(found, name)
    return judged


async def _by_program(file: FileSeen, look: Drop) -> tuple[Unpacked | None, CannotSee | None]:
    """What a program unpacks of a file that is packed in a way that is not known here; why it could not."""
    words = unpacker(await look.files.head(file.path, 4))
    if not words:
        return None, None
    try:
        left = look.left(words[0])
        unpacked = await look.world.command.unpack((*words, file.path), max(HEAD, TAIL), left)
        if not any(word in unpacked.trouble for word in _NOT_UNPACKED):
            return unpacked, None
        says = say("{program} could not unpack {name} here: {answer}", program=words[0], name=named(file.path),
                   answer=unpacked.trouble)  # fmt: skip
        return None, CannotSee(Reason.INCOMPLETE, says)
    except CannotSee as gap:
        if gap.reason is not Reason.NO_TOOL:
            raise
        return None, gap


async def _turned(earlier: Sequence[FileSeen], files: Files) -> str:
    """Why a file that begins with bytes of no known kind is no backup: the one before it was of a known kind."""
    before = next((file for file in reversed(earlier) if file.size), None)
    try:
        kind = begins(await files.head(before.path, HEAD), before.path) if before is not None else ""
    except CannotSee:
        return ""
    return f"it is not what the one before it is ({kind}): its bytes are of no known kind" if kind else ""


async def _restorable(given: str, point: RestorePoint, look: Drop, *, folder: bool) -> _Judged:
    """Let pg_restore read a dump in its own formats to the end: the list of contents alone stands at the beginning.

    No checksum covers that list, so that a dump which can be read stays at the level of a readable catalogue.
    """
    judged = _Judged(point, encrypted=False, integrity=1)
    try:
        output = await look.world.command.run(("pg_restore", "--file=/dev/null", given), look.left("pg_restore"), {})
    except CannotSee as gap:
        judged.gap = gap
        return judged
    line = next((line for line in output.err.splitlines() if line.strip()), f"it ended with {output.code}")[:200]
    if output.code == 0:
        # pg_restore takes an empty file for a table without rows, which has an end of its own in it.
        inside = await look.files.list(f"{glob.escape(given)}/[0-9]*.dat*", _MOST) if folder else ()
        if empty := next((named(file.path) for file in inside if not file.size), ""):
            return _broken(point, f"{empty} of it is empty")
        judged.errors = ()
        judged.gap = CannotSee(
            Reason.INCOMPLETE, say("{name} does not tell how large it is when restored", name=point.id)
        )
    elif f'"{given}/' in output.err and "No such file" in output.err:
        return _broken(point, "a file of it is not there")
    elif output.code == -9 or any(words in output.err for words in _NOT_ITS_FAULT):
        judged.gap = CannotSee(
            Reason.INCOMPLETE, say("pg_restore could not read {name}: {answer}", name=point.id, answer=line)
        )
    else:
        return _broken(point, line)
    return judged


async def _held_against_manifest(file: FileSeen, judged: _Judged, look: Drop) -> _Judged:
    files = look.files
    folder = file.path.rpartition("/")[0]
    declared = look.manifest
    usual = (f"{file.path}.sha256", f"{folder}/SHA256SUMS") if look.whole else ()
    for place in (declared,) if declared else usual:
        try:
            wanted = listed_sum(await files.head(place, _LARGEST_MANIFEST), file.path)
            if wanted is None:
                raise CannotSee(
                    Reason.INCOMPLETE,
                    say("the manifest {manifest} does not name {file}", manifest=place, file=file.path),
                )
            if await files.sha256(file.path, look.left(judged.point.id)) != wanted:
                return _broken(judged.point, f"its sha256 is not the one in {place}")
            judged.integrity, judged.errors = 2, ()
            return judged
        except CannotSee as gap:
            if declared or gap.reason is Reason.TIMEOUT:
                judged.gap = gap
                return judged
    return judged


async def _grows(file: FileSeen, files: Files) -> bool:
    """Whether a second look finds another size; the first one was as long ago as it took to read the file."""
    try:
        again = await files.list(glob.escape(file.path), 1)
    except CannotSee:
        return False
    return any(other.size != file.size for other in again if other.path == file.path)


def _broken(point: RestorePoint, doubt: str) -> _Judged:
    return _Judged(_doubted(point, doubt), errors=(f"{point.id}: {doubt}",))


def _doubted(point: RestorePoint, doubt: str) -> RestorePoint:
    return point.model_copy(update={"complete": False, "doubt": doubt[:300]})


def _unverified(found: Content, name: str) -> CannotSee:
    if found.kind == "encrypted":
        return CannotSee(
            Reason.INCOMPLETE, say("{name} is encrypted: only a restore can tell what is in it", name=name)
        )
    return CannotSee(Reason.INCOMPLETE, say("no checksum of {name} was given: write a `manifest`", name=name))
