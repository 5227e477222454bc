"""A folder that mirrors files, with a list of their checksums, becomes the point to which it brings data back."""

from __future__ import annotations

import glob
import hashlib
import posixpath
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from audit.contract import CannotSee, FileSeen, Level, Reason, SshDoor, Timed, World, probe, say
from audit.model.address import Host, Port
from audit.model.backup import BackupState, Proof, RestorePoint
from audit.model.facts import Unseen
from audit.model.item import Item, SecretRef, Text
from audit.model.json_values import instant
from audit.model.technology import Copy
from audit.model.units import Duration
from checks.backup.checksums import listed
from checks.backup.round_trip import noted

_MOST: Final = 200_000
_LARGEST_MANIFEST: Final = 32_000_000
_SOUGHT: Final = 50
_PARTS: Final = 30
"""Days in which every file of a sampled tree has had its turn."""
_HALF: Final = re.compile(r"\.(.+)\.[A-Za-z0-9]{6}")
"""What rsync calls a file while it is sent."""
_SHOWN: Final = 10


class FileServer(Item):
    """The server on which a folder lies, read over SFTP."""

    host: Host
    port: Port = 22
    user: Text
    host_key: Text
    """One line of the server's public key, such as `ssh-ed25519 AAAA...`: no other host is believed."""
    key: SecretRef | None = None
    password: SecretRef | None = None


class FileTree(Copy, kind="tree"):
    """A folder of plain files, as rsync or a copy leaves it, held against a list of sha256 sums in it.

    Tested with rsync 3.2 and sha256sum. The list is made where the data is, before it is sent; its date, or that of
    `marker`, is the date of the backup. `verify: sample` reads another thirtieth of the files each day.
    """

    path: Text
    """The folder; a relative one starts at the estate's folder, on a server where its user arrives."""
    manifest: Text = "SHA256SUMS"
    """The list, inside the folder."""
    marker: Text | None = None
    """A file in the folder that is written at the end of a run; a time with its zone in its first line is the start."""
    server: FileServer | None = None
    verify: Literal["names", "sample", "all"] = "sample"
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt; what was not read by then stays unverified."""

    @property
    def host(self) -> str:
        return self.server.host if self.server is not None else self.ref


@dataclass(slots=True)
class _Look(Timed):
    copy: FileTree
    files: Any
    """Of this machine, or of a server: `Files`, which on a server can be timed."""
    wrong: list[str] = field(default_factory=list)
    """What cannot be brought back."""
    doubt: str = ""

    def within(self, pattern: str) -> str:
        """A pattern below the folder, whose own name is none."""
        return f"{glob.escape(self.copy.path.rstrip('/'))}/{pattern}"

    async def one(self, name: str) -> FileSeen | None:
        """A file by its name, hidden ones and those behind a link too."""
        try:
            found = await self.files.list(self.within(glob.escape(name)), 1)
        except CannotSee as gap:
            if gap.reason is Reason.UNREACHABLE:
                return None
            raise
        return found[0] if found else None


@probe(deadline=185)
async def mirrored(copy: FileTree, world: World) -> BackupState:
    look = _Look(world, copy.timeout, copy, world.files)
    async with _opened(copy, world) as look.files:
        return await _state(look)


def _opened(copy: FileTree, world: World) -> AbstractAsyncContextManager[Any]:
    if copy.server is None:
        return nullcontext(world.files)
    there = copy.server
    door = SshDoor(there.host, there.port, there.user, there.host_key, there.key, there.password)
    return world.sftp.files(door, copy.timeout)


async def _state(look: _Look) -> BackupState:
    copy, clock = look.copy, look.world.clock.now()
    location = copy.server.host if copy.server is not None else ""
    found = await look.files.list(look.within("**"), _MOST)
    if len(found) == _MOST:
        raise CannotSee(Reason.INCOMPLETE, say("{path} holds more than {count} files", path=copy.path, count=_MOST))
    list_of = await look.one(copy.manifest)
    if list_of is None and not found:
        return BackupState(points=(), clock=clock, location=location, integrity=0)
    if list_of is None or list_of.size > _LARGEST_MANIFEST:
        raise CannotSee(
            Reason.INCOMPLETE, say("{path} holds no list of checksums {name}", path=copy.path, name=copy.manifest)
        )
    text = (await look.files.head(list_of.path, _LARGEST_MANIFEST)).decode("utf-8", "surrogateescape")
    sums = listed(text, posixpath.dirname(copy.manifest))
    seen = _named(found, list_of, copy.manifest)
    marked = await _marked(look)
    present = await _present(look, sums, seen)
    await _unfinished(look, sums)
    read, gap = await _read(look, sums, present)
    start, end = marked or (list_of.modified, list_of.modified)
    size = sum(file.size for file in present.values())
    doubt = look.doubt or (look.wrong[0] if look.wrong else "" if sums else "its list names no file")
    point = RestorePoint(
        id=copy.manifest, start=start, end=end, complete=not doubt, doubt=doubt[:300], size=size, files=len(present)
    )
    extra = sorted(seen.keys() - sums.keys() - {copy.manifest, copy.marker or copy.manifest})
    errors = look.wrong[:_SHOWN]
    if extra:
        errors.append(f"{len(extra)} files are not in the list, such as {extra[0][:100]}")
    share = read / size if size else 1.0
    facts: dict[str, Any] = {"integrity": 2 if read and not errors else 1}
    absent: dict[str, Unseen] = {}
    if errors or (gap is None and copy.verify != "names"):
        facts["errors"] = tuple(errors)
    else:
        why = gap or CannotSee(Reason.INCOMPLETE, say("no file was read: write `verify: sample`"))
        absent["errors"] = Unseen.of(why)
    if read and share > 0 and not errors:
        facts["proofs"] = (Proof(level=2, at=clock, share=min(1.0, share)),)
    if copy.server is not None:
        await noted(look.files.round_trip(), facts, absent)
    level = Level.VERIFIED if facts["integrity"] > 1 else Level.OBSERVED
    return BackupState(points=(point,), clock=clock, size=size, location=location, absent=absent, level=level, **facts)


def _named(found: Sequence[FileSeen], list_of: FileSeen, manifest: str) -> dict[str, FileSeen]:
    """The files by their path below the folder, which the path of the list in it tells."""
    base = list_of.path.removesuffix(manifest)
    return {file.path.removeprefix(base): file for file in found}


async def _marked(look: _Look) -> tuple[datetime, datetime] | None:
    """Start and end of the last run, as its marker tells them."""
    if look.copy.marker is None:
        return None
    marker = await look.one(look.copy.marker)
    if marker is None:
        look.doubt = f"{look.copy.marker} is not there: the last run did not end"
        return None
    line = (await look.files.head(marker.path, 100)).decode("ascii", "replace").split("\n", 1)[0].strip()
    try:
        return instant(line), marker.modified
    except ValueError:
        return marker.modified, marker.modified


async def _present(look: _Look, sums: Mapping[str, str], seen: Mapping[str, FileSeen]) -> dict[str, FileSeen]:
    """The files of the list that are there; those that a walk passes by are looked for one by one."""
    present = {name: seen[name] for name in sums if name in seen}
    away = [name for name in sums if name not in seen]
    for name in away[:_SOUGHT]:
        file = await look.one(name)
        if file is None:
            look.wrong.append(f"{name[:100]} is in the list and not in the folder")
        else:
            present[name] = file
    if len(away) > _SOUGHT:
        if not look.wrong:
            raise CannotSee(
                Reason.INCOMPLETE,
                say("{count} hidden files of the list could not be looked for one by one", count=len(away)),
            )
        look.wrong.insert(0, f"{len(away)} files of the list are not in the folder")
    return present


async def _unfinished(look: _Look, sums: Mapping[str, str]) -> None:
    """Whether rsync has left what it had not finished."""
    names = {name.rpartition("/")[2] for name in sums}
    for pattern in ("**/.~tmp~/*", "**/.rsync-partial/*", "**/.*.??????"):
        for file in await look.files.list(look.within(pattern), 1000):
            last = file.path.rpartition("/")[2]
            half = _HALF.fullmatch(last)
            if not pattern.endswith("??????") or (half is not None and half[1] in names):
                look.doubt = look.doubt or f"rsync has not finished: {last[:100]} is half a file"


async def _read(look: _Look, sums: Mapping[str, str], present: Mapping[str, FileSeen]) -> tuple[int, CannotSee | None]:
    """Bytes of the files that were held against their sums, with why there were not more."""
    read = 0
    for name in _turn(look, tuple(present)):
        try:
            if await look.files.sha256(present[name].path, look.left(name)) != sums[name]:
                look.wrong.append(f"{name[:100]} is not what its sha256 says")
        except CannotSee as gap:
            return read, None if read and gap.reason is Reason.TIMEOUT and look.copy.verify == "sample" else gap
        # An empty file counts too, else a tree of them would never be verified.
        read += max(1, present[name].size)
    return read, None


def _turn(look: _Look, names: Sequence[str]) -> tuple[str, ...]:
    """The files whose turn it is: every one comes within a month, whichever others there are."""
    if look.copy.verify == "names" or not names:
        return ()
    if look.copy.verify == "all":
        return tuple(sorted(names))
    placed = {name: hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest() for name in names}
    day = look.world.clock.now().toordinal() % _PARTS
    turn = sorted(name for name in names if int.from_bytes(placed[name][:4]) % _PARTS == day)
    return tuple(turn) or (sorted(names)[look.world.clock.now().toordinal() % len(names)],)
