"""A pattern of RDB files becomes the points to which they bring data back, the newest read to its end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from audit.contract import CannotSee, FileSeen, Level, Reason, Timed, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.facts import Unseen
from checks.backup.file_names import unfinished

COMMANDS: Final = ("redis-check-rdb *",)
_MOST: Final = 500
_LOOKED_INTO: Final = 3
_HEAD: Final = 4096
_VERSION: Final = re.compile(rb"REDIS([0-9]{4})")
_TEMPORARY: Final = re.compile(r"temp-\d+\.rdb")
_AUX: Final = 0xFA


@dataclass(frozen=True, slots=True)
class Head:
    """What the first bytes of an RDB file tell."""

    version: int
    created: datetime | None
    redis: str


def head(first: bytes) -> Head | None:
    """The head of an RDB file; None where it is none."""
    found = _VERSION.match(first)
    if found is None:
        return None
    words: dict[bytes, bytes] = {}
    position = 9
    while position < len(first) and first[position] == _AUX:
        key, position = _string(first, position + 1)
        value, position = _string(first, position)
        if key is None or value is None:
            break
        words[key] = value
    written = words.get(b"ctime", b"")
    created = None
    if re.fullmatch(rb"[0-9]{1,11}", written) and 0 < int(written) < 7_258_118_400:
        created = datetime.fromtimestamp(int(written), UTC)
    version = re.sub(r"[^0-9.]", "", words.get(b"redis-ver", b"").decode("ascii", "replace"))[:20]
    return Head(int(found[1]), created, version)


def _string(data: bytes, position: int) -> tuple[bytes | None, int]:
    """One string in the file's own form at a position, with the position behind it; None where it ends too early."""
    if position >= len(data):
        return None, position
    first = data[position]
    kind = first >> 6
    if kind == 0:
        length, start = first & 0x3F, position + 1
    elif kind == 1 and position + 1 < len(data):
        length, start = (first & 0x3F) << 8 | data[position + 1], position + 2
    elif first in (0xC0, 0xC1, 0xC2):
        # A small number, little end first.
        width = 1 << (first & 0x3F)
        piece = data[position + 1 : position + 1 + width]
        number = int.from_bytes(piece, "little", signed=True)
        return (str(number).encode() if len(piece) == width else None), position + 1 + width
    else:
        return None, position
    piece = data[start : start + length]
    return (piece if len(piece) == length else None), start + length


@dataclass(slots=True)
class Look(Timed):
    pattern: str

    async def state(self) -> BackupState:
        listed = await self.world.files.list(self.pattern, _MOST)
        files = [file for file in listed if not unfinished(file.path)]
        found = [await self._point(file) for file in files]
        order = sorted(range(len(found)), key=lambda number: found[number][0].start)
        facts: dict[str, Any] = {}
        absent: dict[str, Unseen] = {}
        errors: tuple[str, ...] = ()
        points = [found[number][0] for number in order]
        tool = ""
        nothing = CannotSee(Reason.INCOMPLETE, say("there is no complete file to look into"))
        verified: tuple[str, ...] | CannotSee = nothing
        for place in range(len(points) - 1, max(-1, len(points) - 1 - _LOOKED_INTO), -1):
            if not points[place].complete:
                errors += (f"{points[place].id}: {points[place].doubt}",)
                continue
            tool = found[order[place]][1]
            verified, level = await self._read(files[order[place]])
            facts["integrity"] = level
            if isinstance(verified, CannotSee) or not verified:
                break
            errors += verified
            points[place] = points[place].model_copy(update={"complete": False, "doubt": verified[0]})
            verified = nothing
        if errors or not isinstance(verified, CannotSee):
            facts["errors"] = errors
        else:
            absent["errors"] = Unseen.of(verified)
        facts.setdefault("integrity", 0)
        sizes = [point.size for point in points if point.complete]
        if sizes and sizes[-1] is not None:
            # A restore puts the file itself in its place.
            facts["size"] = sizes[-1]
        else:
            absent["size"] = Unseen.of(nothing)
        level_seen = Level.VERIFIED if facts["integrity"] > 1 else Level.OBSERVED
        return BackupState(
            points=tuple(points), clock=self.world.clock.now(), location="", encrypted=False, absent=absent,
            level=level_seen, tool=f"Redis {tool}".strip(), **facts,
        )  # fmt: skip

    async def _point(self, file: FileSeen) -> tuple[RestorePoint, str]:
        """One file by its head and its last bytes, with the version of the server that wrote it."""
        name = file.path.rpartition("/")[2]
        point = RestorePoint(id=name, start=file.modified, end=file.modified, size=file.size)
        doubt = ""
        found: Head | None = None
        if _TEMPORARY.fullmatch(name):
            doubt = "a save that was not finished"
        elif not file.size:
            doubt = "it is empty"
        else:
            first = await self.world.files.head(file.path, _HEAD)
            last = await self.world.files.tail(file.path, 9)
            found = head(first)
            if found is None:
                doubt = "it is no RDB file"
            elif found.version >= 5 and (len(last) < 9 or last[0] != 0xFF):
                doubt = "it has no end"
        if found is not None and found.created is not None:
            # When the save began: a copy of the file has a time of its own.
            point = point.model_copy(update={"start": found.created, "end": None})
        return point.model_copy(update={"complete": not doubt, "doubt": doubt}), found.redis if found else ""

    async def _read(self, file: FileSeen) -> tuple[tuple[str, ...] | CannotSee, int]:
        """What redis-check-rdb found, with the level that it established."""
        name = file.path.rpartition("/")[2]
        try:
            output = await self.world.command.run(("redis-check-rdb", file.path), self.left("redis-check-rdb"), {})
        except CannotSee as gap:
            return gap, 1
        text = output.out + output.err
        if output.code == 0 and "RDB looks OK" in text and "[info] 0 keys read" in text:
            return (f"{name}: it holds no key",), 1
        if output.code == 0 and "RDB looks OK" in text:
            if "Checksum OK" in text:
                return (), 2
            return CannotSee(Reason.INCOMPLETE, say("{name} was saved without a checksum", name=name)), 1
        _, damaged, rest = text.partition(_DAMAGED)
        if output.code == 1 and damaged and "Can't handle RDB format" not in text:
            # The line behind names the place; those after it may name a key.
            line = next((line.strip() for line in rest.splitlines() if line.strip()), "-")
            return (f"{name}: {line}"[:200],), 1
        line = next((line for line in reversed(text.splitlines()) if line.strip()), f"it ended with {output.code}")
        says = say("redis-check-rdb could not read {name}: {answer}", name=name, answer=line.strip()[:160])
        return CannotSee(Reason.INCOMPLETE, says), 1


_DAMAGED: Final = "--- RDB ERROR DETECTED ---"
