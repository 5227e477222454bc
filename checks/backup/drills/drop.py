"""One backup file among those of a place, fetched into the room of a drill, to what it brought back."""

from __future__ import annotations

import glob
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from audit.contract import CannotSee, Files, FileSeen, Reason, Workshop, say
from audit.model.backup import RestorePoint
from audit.model.drilling import Checked, Restored
from checks.backup.checksums import listed_sum
from checks.backup.drills import backup_file
from checks.backup.file_names import named

NAME: Final = "backup"
"""Of the fetched file in the room."""
_MOST: Final = 1000
_PIECES: Final = 100_000
_LARGEST_MANIFEST: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where backup files lie."""

    files: Files
    pattern: str
    manifest: str | None
    zone: str | None
    fetch: Callable[[FileSeen], Awaitable[str]]
    """Brings a file into the room as `NAME`, for a `toc.dat` its folder; what is wrong with it, empty for nothing."""
    empty: bool = False
    """Whether a dump without a row is a sound one."""


async def brought_back(place: Place, point: RestorePoint, workshop: Workshop) -> Restored:
    """Fetch the file of a point, hold it against what is known of it, open it."""
    seen = await _file(place, point)
    folder = seen.path.endswith("/toc.dat")
    beside = await place.files.list(f"{glob.escape(seen.path.rpartition('/')[0])}/*", _PIECES) if folder else (seen,)
    workshop.afford(sum(file.size for file in beside))
    with workshop.part("fetch"):
        trouble = await place.fetch(seen)
    if trouble:
        failed = workshop.check("fetch", held=False, detail=trouble)
        return Restored(point=point, bytes=0, integrity=0, checks=(failed,))
    with workshop.part("verify"):
        checks = [] if folder else await _fetched(place, seen, workshop)
    name = "toc.dat" if folder else point.id
    opened = await backup_file.opened(workshop.room / NAME, name, workshop, place.zone, empty=place.empty)
    opened.summed = opened.summed or any(check.name == "sha256" for check in checks)
    opened.checks[:0] = checks
    return Restored(
        point=point,
        bytes=opened.bytes,
        files=opened.files,
        integrity=opened.integrity,
        checks=tuple(opened.checks),
    )


async def _file(place: Place, point: RestorePoint) -> FileSeen:
    """The file that a point is: the inventory's pattern may find that name in several folders."""
    listed = await place.files.list(place.pattern, _MOST)
    found = [seen for seen in listed if named(seen.path) == point.id and seen.modified == point.end]
    if len(found) != 1:
        raise CannotSee(Reason.INCOMPLETE, say("{name} changed while it was looked at", name=point.id))
    return found[0]


async def _fetched(place: Place, seen: FileSeen, workshop: Workshop) -> list[Checked]:
    """Hold what was fetched against its size, against the sum that a manifest beside the original gives it."""
    entry = (await workshop.entries(workshop.room)).get(NAME)
    size = entry.size if entry is not None else 0
    detail = f"{size} bytes" if size == seen.size else f"{size} bytes instead of {seen.size}"
    checks = [workshop.check("fetch", held=size == seen.size, detail=detail)]
    folder = seen.path.rpartition("/")[0]
    beside = f"{folder}/SHA256SUMS" if folder else "SHA256SUMS"
    for manifest in (place.manifest,) if place.manifest else (f"{seen.path}.sha256", beside):
        try:
            wanted = listed_sum(await place.files.head(manifest, _LARGEST_MANIFEST), seen.path)
        except CannotSee:
            if place.manifest:
                raise
            continue
        if wanted is not None:
            found = (await workshop.sums(workshop.room, (NAME,))).get(NAME)
            name = manifest.rpartition("/")[2]
            detail = f"as {name} says" if found == wanted else f"another than {name} says"
            checks.append(workshop.check("sha256", held=found == wanted, detail=detail))
            break
    return checks
