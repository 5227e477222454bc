"""A folder of restored files to the ordinary files in it with their sums, or one more of them; no link is followed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

import anyio
import anyio.from_thread
import anyio.to_thread

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.files import changed_at
from audit.world.workshop import Entry

_PIECE: Final = 1024 * 1024
_MOST: Final = 2_000_000
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


async def entries_below(path: Path) -> Mapping[str, Entry]:
    """The ordinary files below a folder, by their path from there; none where it is not there."""
    return await anyio.to_thread.run_sync(lambda: dict(_entries(path)), abandon_on_cancel=True)


async def sums_below(path: Path, names: Sequence[str]) -> Mapping[str, str]:
    """Hex digest of each name that is an ordinary file below a folder, reached through folders alone."""

    def digests() -> Mapping[str, str]:
        found: dict[str, str] = {}
        for name in names:
            digest = _digest(path, name)
            if digest is not None:
                found[name] = digest
        return found

    return await anyio.to_thread.run_sync(digests, abandon_on_cancel=True)


async def save_below(room: Path, name: str, pieces: AsyncIterator[bytes]) -> Path:
    """Put what comes in pieces into a new file of a room. CannotSee(denied) for a name that leads out of it."""
    parts = _parts(name)
    if parts is None:
        raise CannotSee(Reason.DENIED, say("{name} leads out of the scratch folder", name=repr(name[:120])))
    path = room.joinpath(*parts)
    try:
        with await anyio.to_thread.run_sync(_created, room, parts) as file:
            async for piece in pieces:
                await anyio.to_thread.run_sync(file.write, piece)
    except OSError as broken:
        raise CannotSee(
            Reason.INCOMPLETE,
            say("{name} could not be written: {why}", name=name[-120:], why=broken.strerror or type(broken).__name__),
        ) from broken
    return path


def _parts(name: str) -> tuple[str, ...] | None:
    """The parts of a path that stays where it begins; None for any other."""
    parts = tuple(name.split("/"))
    return None if "\0" in name or any(part in ("", ".", "..") for part in parts) else parts


def _entries(path: Path) -> Iterator[tuple[str, Entry]]:
    waiting, count = [""], 0
    while waiting:
        anyio.from_thread.check_cancelled()
        folder = waiting.pop()
        try:
            with os.scandir(path / folder) as found:
                listed = sorted(found, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in listed:
            count += 1
            if count > _MOST:
                raise CannotSee(Reason.INCOMPLETE, say("more than {most} files were restored", most=_MOST))
            name = f"{folder}/{entry.name}" if folder else entry.name
            seen = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(seen.st_mode):
                waiting.append(name)
            elif stat.S_ISREG(seen.st_mode):
                yield name, Entry(seen.st_size, changed_at(seen.st_mtime))


def _digest(path: Path, name: str) -> str | None:
    parts = _parts(name)
    if parts is None:
        return None
    found = hashlib.sha256()
    try:
        with _opened(path, parts) as file:
            while piece := file.read(_PIECE):
                anyio.from_thread.check_cancelled()
                found.update(piece)
    except OSError:
        return None
    return found.hexdigest()


@contextmanager
def _opened(path: Path, parts: tuple[str, ...]) -> Iterator[BinaryIO]:
    """An ordinary file, folder by folder: a link among them would lead to a file that was never restored."""
    folder = os.open(path, _FOLDER)
    try:
        for part in parts[:-1]:
            below = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = below
        file = os.open(parts[-1], _FILE, dir_fd=folder)
    finally:
        os.close(folder)
    with os.fdopen(file, "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise FileNotFoundError(parts[-1])
        yield opened


def _created(room: Path, parts: tuple[str, ...]) -> BinaryIO:
    folder = os.open(room, _FOLDER)
    try:
        for part in parts[:-1]:
            with suppress(FileExistsError):
                os.mkdir(part, 0o700, dir_fd=folder)
            below = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = below
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(parts[-1], flags, 0o600, dir_fd=folder), "wb")
    finally:
        os.close(folder)
