"""A pattern of manifests of Redis logs becomes the points to which copies of those logs bring data back."""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from audit.contract import CannotSee, FileSeen, Level, Reason, Timed, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.facts import Unseen
from checks.backup.redis_file import head

COMMANDS: Final = ("redis-check-aof *",)
FOLDER: Final = "appendonlydir"
_MOST: Final = 500
_HEAD: Final = 4096
_LARGEST: Final = 65_536
_LINE: Final = re.compile(r"file ([\w.-]{1,200}) seq \d{1,18} type ([bhi])")
_STAMP: Final = re.compile(rb"#TS:(\d{9,10})\r\n\*\d")
_SOUND: Final = "All AOF files and manifest are valid"
_TOO_NEW: Final = "Can't handle RDB format version"
_TELLING: Final = re.compile(r"not valid|Expected|Cannot|error|Unexpected|mismatch", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Log:
    """One copy of a log: its manifest with the files that it names."""

    manifest: str
    point: RestorePoint


def parts(manifest: str) -> tuple[str, ...] | None:
    """The files that a manifest needs, the base first; None for a text that is no manifest."""
    found = [_LINE.match(line) for line in manifest.splitlines() if line.strip()]
    named = [(match[2], match[1]) for match in found if match is not None]
    if len(named) < len(found) or not named:
        return None
    # What is only history has been replaced; the server deletes it.
    return tuple(name for _, name in sorted(((kind != "b", name) for kind, name in named if kind != "h")))


def identity(path: str) -> str:
    """The name of the folder into which somebody copied a log, by the path of its manifest."""
    folders = [name for name in path.split("/")[:-1] if name]
    if len(folders) > 1 and folders[-1] == FOLDER:
        folders.pop()
    return folders[-1] if folders else path


@dataclass(slots=True)
class AofLook(Timed):
    pattern: str

    async def logs(self) -> tuple[Log, ...]:
        """Every copy, oldest first."""
        listed = await self.world.files.list(self.pattern, _MOST)
        found = [await self._log(file) for file in listed if file.path.endswith(".manifest")]
        return tuple(sorted(found, key=lambda log: log.point.start))

    async def state(self) -> BackupState:
        logs = await self.logs()
        points = [log.point for log in logs]
        facts: dict[str, Any] = {"integrity": 0}
        absent: dict[str, Unseen] = {}
        errors = tuple(f"{point.id}: {point.doubt}" for point in points if not point.complete)
        newest = max((number for number, point in enumerate(points) if point.complete), default=None)
        why = CannotSee(Reason.INCOMPLETE, say("there is no complete file to look into"))
        if newest is not None:
            facts |= {"integrity": 1, "size": points[newest].size}
            wrong = await self._read(logs[newest])
            if wrong:
                errors += (f"{points[newest].id}: {wrong}",)
                points[newest] = points[newest].model_copy(update={"complete": False, "doubt": wrong})
                del facts["size"]
            why = CannotSee(Reason.INCOMPLETE, say("a log of Redis holds no checksums: only a drill proves it"))
        if errors:
            facts["errors"] = errors
        else:
            absent["errors"] = Unseen.of(why)
        return BackupState(
            points=tuple(points), clock=self.world.clock.now(), location="", encrypted=False, absent=absent,
            level=Level.OBSERVED, tool="Redis", **facts,
        )  # fmt: skip

    async def _log(self, manifest: FileSeen) -> Log:
        """One copy by its manifest: whether all its files came along, the last instant that something in it tells."""
        files = self.world.files
        folder = manifest.path.rpartition("/")[0]
        names = parts((await files.head(manifest.path, _LARGEST)).decode("utf-8", "replace"))
        there = {file.path.rpartition("/")[2]: file for file in await files.list(f"{glob.escape(folder)}/*", _MOST)}
        missing = next((name for name in names or () if name not in there), "")
        doubt = f"{missing} is not there" if missing else "" if names else "its manifest cannot be read"
        kept = [there[name] for name in names or () if name in there]
        at = None if doubt else await self._newest(kept)
        start = at or max((file.modified for file in kept), default=manifest.modified)
        return Log(
            manifest.path,
            RestorePoint(
                id=identity(manifest.path), start=start, complete=not doubt, doubt=doubt,
                size=sum(file.size for file in kept) + manifest.size,
            ),
        )  # fmt: skip

    async def _newest(self, kept: list[FileSeen]) -> datetime | None:
        """The last mark of time in a log, else when its base was saved; None where nothing but the files' own tells."""
        for file in reversed(kept):
            if not file.path.endswith(".rdb"):
                marks = _STAMP.findall(await self.world.files.tail(file.path, _LARGEST))
                if marks:
                    return datetime.fromtimestamp(int(marks[-1]), UTC)
        saved = head(await self.world.files.head(kept[0].path, _HEAD))
        return saved.created if saved is not None else None

    async def _read(self, log: Log) -> str:
        """What redis-check-aof found wrong; empty where nothing, or where it could not be asked."""
        try:
            left = self.left("redis-check-aof")
            output = await self.world.command.run(("redis-check-aof", log.manifest), left, {})
        except CannotSee:
            return ""
        said = output.out + output.err
        return "" if output.code == 0 or _TOO_NEW in said else complaint(said)


def complaint(text: str) -> str:
    """The line of redis-check-aof that says what is wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = next((line for line in lines if _TELLING.search(line) and _SOUND not in line), lines[-1] if lines else "-")
    return told[:160]
