"""An open SFTP session with paths in it to the files that are there, read and never written."""

from __future__ import annotations

import fnmatch
import hashlib
import heapq
import io
import itertools
import math
import posixpath
import re
import stat
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, BinaryIO, Final, cast

import anyio
import anyio.from_thread

from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.files import changed_at, in_thread, read_packed
from audit.world.world import FileSeen, Unpacked

_PIECE: Final = 1024 * 1024
_WILD: Final = re.compile(r"[*?\[]")
_DEEPEST: Final = 32
_TIMES: Final = 5
_MOST_ENTRIES: Final = 200_000
_NONE: Final = timedelta(0)


class SftpFiles:
    """Files of a server, read only; relative paths start in the folder in which its user arrives."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def list(self, pattern: str, most: int) -> tuple[FileSeen, ...]:
        path = posixpath.normpath(_checked(pattern))
        parts = [part for part in path.split("/") if part]
        start = "/" if path.startswith("/") else ""
        fixed = next((number for number, part in enumerate(parts) if _WILD.search(part)), max(0, len(parts) - 1))
        folder = start + "/".join(parts[:fixed])
        rest = tuple(parts[fixed:]) or (".",)
        if rest[-1] == "**":
            rest = (*rest, "*")
        found: dict[str, FileSeen] = {}
        try:
            if not _WILD.search(rest[-1]) and await self._client.isdir(path):
                raise CannotSee(
                    Reason.INCOMPLETE, say("{path} is a folder: write a pattern such as {path}/*", path=pattern)
                )
            async for seen in self._matching(folder, rest, 0, itertools.count(1)):
                found[seen.path] = seen
        except _sftp_errors() as broken:
            raise _refused(broken, pattern) from broken
        newest = heapq.nlargest(most, found.values(), key=lambda seen: (seen.modified, seen.path))
        return tuple(reversed(newest))

    async def _matching(
        self, folder: str, parts: tuple[str, ...], depth: int, count: Iterator[int]
    ) -> AsyncIterator[FileSeen]:
        """Files below a folder that match the parts of a pattern; `**` stands for any number of folders."""
        first, rest = parts[0], parts[1:]
        if depth > _DEEPEST:
            return
        if first == "**" and rest:
            async for seen in self._matching(folder, rest, depth, count):
                yield seen
        name = "*" if first == "**" else first
        entries = [entry async for entry in self._entries(folder or ".", count)]
        for entry in entries:
            called = str(entry.filename)
            if not fnmatch.fnmatchcase(called, name) or (called[0] == "." and name[0] != "."):
                continue
            where = posixpath.join(folder, called)
            mode = entry.attrs.permissions or 0
            if rest:
                if stat.S_ISDIR(mode):
                    below = parts if first == "**" else rest
                    async for seen in self._matching(where, below, depth + 1, count):
                        yield seen
            elif stat.S_ISREG(mode):
                yield FileSeen(_shown(where), int(entry.attrs.size or 0), changed_at(entry.attrs.mtime or 0))

    async def _entries(self, folder: str, count: Iterator[int]) -> AsyncIterator[Any]:
        async for entry in self._client.scandir(folder):
            if entry.filename in (".", "..", ""):
                continue
            if next(count) > _MOST_ENTRIES:
                raise CannotSee(
                    Reason.INCOMPLETE,
                    say("{path} holds more than {count} entries", path=_shown(folder), count=_MOST_ENTRIES),
                )
            if "/" in entry.filename:
                raise CannotSee(Reason.INCOMPLETE, say("the server lists a file whose name is a path"))
            yield entry

    async def folders(self, path: str, timeout: timedelta) -> tuple[str, ...]:
        with anyio.move_on_after(timeout.total_seconds()):
            try:
                entries = [entry async for entry in self._entries(_checked(path), itertools.count(1))]
            except _sftp_errors() as broken:
                raise _refused(broken, path) from broken
            folders = (entry.filename for entry in entries if stat.S_ISDIR(entry.attrs.permissions or 0))
            return tuple(sorted(_shown(name) for name in folders))
        raise _late(path, timeout)

    async def round_trip(self) -> timedelta:
        """The least of several times that a question took which the server answers without looking anywhere."""
        least = math.inf
        try:
            for _ in range(_TIMES):
                began = time.monotonic()
                await self._client.realpath(".")
                least = min(least, time.monotonic() - began)
        except _sftp_errors() as broken:
            raise _refused(broken, ".") from broken
        return timedelta(seconds=least)

    async def sha256(self, path: str, timeout: timedelta | None = None, size: int | None = None) -> str:
        digest = hashlib.sha256()
        with anyio.move_on_after(None if timeout is None else timeout.total_seconds()):
            async with self._opened(path) as (file, _):
                offset = 0
                while piece := await file.read(_PIECE if size is None else min(_PIECE, size - offset), offset):
                    digest.update(piece)
                    offset += len(piece)
            return digest.hexdigest()
        raise _late(path, timeout or _NONE)

    async def head(self, path: str, size: int) -> bytes:
        async with self._opened(path) as (file, _):
            return await _whole(file, 0, size)

    async def tail(self, path: str, size: int) -> bytes:
        async with self._opened(path) as (file, length):
            return await _whole(file, max(0, length - size), min(size, length))

    async def piece(self, path: str, at: int, size: int) -> bytes:
        async with self._opened(path) as (file, _):
            return await _whole(file, at, size)

    async def pieces(self, path: str, size: int) -> AsyncIterator[bytes]:
        """At most the first `size` bytes of a regular file, one piece after the other."""
        async with self._opened(path) as (file, _):
            offset = 0
            while piece := await file.read(min(_PIECE, size - offset), offset):
                yield piece
                offset += len(piece)

    async def unpack(self, path: str, size: int, timeout: timedelta) -> Unpacked | None:
        async with self._opened(path) as (file, _):
            stream = cast(BinaryIO, io.BufferedReader(_Remote(file), _PIECE))
            return await in_thread(lambda: read_packed(stream, size), timeout, path)

    @asynccontextmanager
    async def _opened(self, path: str) -> AsyncIterator[tuple[Any, int]]:
        """A regular file with its size, open to be read and for nothing else."""
        try:
            attributes = await self._client.lstat(_checked(path))
            if not stat.S_ISREG(attributes.permissions or 0):
                raise CannotSee(Reason.INCOMPLETE, say("{path} is no ordinary file", path=path))
            async with self._client.open(path, "rb") as file:
                yield file, int(attributes.size or 0)
        except _sftp_errors() as broken:
            raise _refused(broken, path) from broken


class _Remote(io.RawIOBase):
    """A file of a server as one that a thread can read."""

    def __init__(self, file: Any) -> None:
        super().__init__()
        self._file = file
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            raise OSError("the end of a file of a server is not known")
        self._at = offset if whence == io.SEEK_SET else self._at + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        piece = bytes(anyio.from_thread.run(self._file.read, len(buffer), self._at))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


async def _whole(file: Any, offset: int, size: int) -> bytes:
    made = bytearray()
    while len(made) < size and (piece := await file.read(min(_PIECE, size - len(made)), offset + len(made))):
        made += piece
    return bytes(made)


def _sftp_errors() -> tuple[type[Exception], ...]:
    import asyncssh

    return (asyncssh.SFTPError, asyncssh.Error, ConnectionError)


def _refused(broken: Exception, path: str) -> CannotSee:
    import asyncssh

    if isinstance(broken, asyncssh.SFTPPermissionDenied):
        return CannotSee(Reason.DENIED, say("this user may not read {path}", path=path))
    if isinstance(broken, asyncssh.SFTPNoSuchFile | asyncssh.SFTPNoSuchPath | asyncssh.SFTPNotADirectory):
        return CannotSee(Reason.UNREACHABLE, say("{path} is not there", path=path))
    why = " ".join(str(broken).split())[:200] or type(broken).__name__
    return CannotSee(Reason.UNREACHABLE, say("{path} cannot be read: {why}", path=path, why=why))


def _late(path: str, timeout: timedelta) -> CannotSee:
    return CannotSee(
        Reason.TIMEOUT, say("{path} could not be read to its end within {timeout}", path=path, timeout=plain(timeout))
    )


def _checked(path: str) -> str:
    if "\0" in path:
        raise CannotSee(Reason.UNREACHABLE, say("{path} is no path", path=repr(path)))
    return path


def _shown(path: str) -> str:
    # Bytes that are no UTF-8 would break every output later.
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
