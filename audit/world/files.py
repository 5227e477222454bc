"""Patterns or paths of this machine become the files that are there with what is in them."""

from __future__ import annotations

import bz2
import fnmatch
import gzip
import hashlib
import heapq
import lzma
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread

from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.world import FileSeen, Unpacked

T = TypeVar("T")
_PIECE: Final = 1024 * 1024
_WILD: Final = re.compile(r"[*?\[]")
_ENDLESS: Final = 1 << 62
_DEEPEST: Final = 32
_MOST_ENTRIES: Final = 1_000_000
_PACKED: Final[tuple[tuple[bytes, Callable[[BinaryIO], Any]], ...]] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
)


class LocalFiles:
    """Files of this machine, read only; relative paths start at the estate's folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def list(self, pattern: str, most: int) -> tuple[FileSeen, ...]:
        return await in_thread(lambda: _listed(_plain_path(self._root, pattern), pattern, most), None, pattern)

    async def folders(self, path: str, timeout: timedelta) -> tuple[str, ...]:
        return await in_thread(lambda: _folders(_plain_path(self._root, path), path), timeout, path)

    async def sha256(self, path: str, timeout: timedelta | None = None, size: int | None = None) -> str:
        def digest() -> str:
            found = hashlib.sha256()
            with _opened(_plain_path(self._root, path), path) as file:
                left = _ENDLESS if size is None else size
                while piece := file.read(min(_PIECE, left)):
                    anyio.from_thread.check_cancelled()
                    found.update(piece)
                    left -= len(piece)
            return found.hexdigest()

        return await in_thread(digest, timeout, path)

    async def head(self, path: str, size: int) -> bytes:
        def first() -> bytes:
            with _opened(_plain_path(self._root, path), path) as file:
                return file.read(size)

        return await in_thread(first, None, path)

    async def tail(self, path: str, size: int) -> bytes:
        def last() -> bytes:
            with _opened(_plain_path(self._root, path), path) as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - size))
                return file.read(size)

        return await in_thread(last, None, path)

    async def piece(self, path: str, at: int, size: int) -> bytes:
        def some() -> bytes:
            with _opened(_plain_path(self._root, path), path) as file:
                file.seek(at)
                return file.read(size)

        return await in_thread(some, None, path)

    async def unpack(self, path: str, size: int, timeout: timedelta) -> Unpacked | None:
        def unpacked() -> Unpacked | None:
            with _opened(_plain_path(self._root, path), path) as file:
                return read_packed(file, size)

        return await in_thread(unpacked, timeout, path)


async def in_thread(work: Callable[[], T], timeout: timedelta | None, path: str) -> T:
    """Run blocking work beside the loop. A share that hangs keeps its thread, not the look."""
    with anyio.move_on_after(None if timeout is None else timeout.total_seconds()):
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
    raise CannotSee(
        Reason.TIMEOUT, say("{path} could not be read to its end within {timeout}", path=path, timeout=plain(timeout))
    )


def _plain_path(root: Path, written: str) -> Path:
    if "\0" in written:
        raise CannotSee(Reason.UNREACHABLE, say("{path} is no path", path=repr(written)))
    return Path(os.path.normpath(root / written))


def _trouble(broken: OSError, path: str) -> CannotSee:
    """Why this machine gave nothing."""
    if isinstance(broken, PermissionError):
        return CannotSee(Reason.DENIED, say("this user may not read {path}", path=path))
    if isinstance(broken, FileNotFoundError | NotADirectoryError):
        return CannotSee(Reason.UNREACHABLE, say("{path} is not there", path=path))
    return CannotSee(
        Reason.UNREACHABLE, say("{path} cannot be read: {why}", path=path, why=broken.strerror or type(broken).__name__)
    )


@contextmanager
def _opened(path: Path, written: str) -> Iterator[BinaryIO]:
    try:
        # Without O_NONBLOCK a named pipe would hang; O_NOFOLLOW because a link may have been put there since the list.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise CannotSee(Reason.INCOMPLETE, say("{path} is no ordinary file", path=written))
        with os.fdopen(descriptor, "rb") as file:
            yield file
    except OSError as broken:
        raise _trouble(broken, written) from broken


def _listed(path: Path, written: str, most: int) -> tuple[FileSeen, ...]:
    # The root of the file system alone has no parts.
    parts = (path.parts[1:] if path.is_absolute() else path.parts) or (".",)
    fixed = next((number for number, part in enumerate(parts) if _WILD.search(part)), len(parts) - 1)
    folder = Path(path.anchor, *parts[:fixed])
    if parts[-1] == "**":
        parts = (*parts, "*")
    try:
        base = folder.resolve(strict=True)
        if not _WILD.search(path.name) and path.is_dir():
            raise CannotSee(
                Reason.INCOMPLETE,
                say("{path} is a folder: write a pattern such as {path}/*", path=written.rstrip("/") or "/."),
            )
        found: dict[str, FileSeen] = {}
        for entry in _matching(base, parts[fixed:], 0, [0]):
            seen = _seen(entry, base)
            if seen is not None:
                found[seen.path] = seen
        for entry in () if found else _matching(base, parts[fixed:], 0, [0]):
            _refuse_outward(entry, base)
    except OSError as broken:
        shown = str(broken.filename) if isinstance(broken.filename, str) else written
        raise _trouble(broken, shown) from broken
    except RuntimeError as broken:  # links that lead to each other
        raise CannotSee(Reason.UNREACHABLE, say("{path} is not there", path=written)) from broken
    newest = heapq.nlargest(most, found.values(), key=lambda seen: (seen.modified, seen.path))
    return tuple(reversed(newest))


def _folders(path: Path, written: str) -> tuple[str, ...]:
    found: list[str] = []
    try:
        with os.scandir(path) as entries:
            for number, entry in enumerate(entries):
                anyio.from_thread.check_cancelled()
                if number >= _MOST_ENTRIES:
                    raise CannotSee(Reason.INCOMPLETE, say("{path} holds more than a million entries", path=path))
                if entry.is_dir(follow_symlinks=False):
                    found.append(os.fsencode(entry.name).decode("utf-8", "backslashreplace"))
    except OSError as broken:
        raise _trouble(broken, written) from broken
    return tuple(sorted(found))


def _matching(folder: Path, parts: tuple[str, ...], depth: int, count: list[int]) -> Iterator[os.DirEntry[str]]:
    """Entries below a folder that match the parts of a pattern; `**` stands for any number of folders."""
    anyio.from_thread.check_cancelled()
    first, rest = parts[0], parts[1:]
    if depth > _DEEPEST:
        return
    if first == "**" and rest:
        yield from _matching(folder, rest, depth, count)
    name = "*" if first == "**" else first
    with os.scandir(folder) as entries:
        for entry in entries:
            count[0] += 1
            if count[0] > _MOST_ENTRIES:
                raise CannotSee(Reason.INCOMPLETE, say("{path} holds more than a million entries", path=folder))
            if not fnmatch.fnmatchcase(entry.name, name) or (entry.name[0] == "." and name[0] != "."):
                continue
            if first == "**" and rest:
                if entry.is_dir(follow_symlinks=False):
                    yield from _matching(Path(entry.path), parts, depth + 1, count)
            elif not rest:
                yield entry
            elif entry.is_dir(follow_symlinks=False):
                yield from _matching(Path(entry.path), rest, depth + 1, count)


def _seen(entry: os.DirEntry[str], base: Path) -> FileSeen | None:
    """The ordinary file that an entry is, through a link only where it stays in the folder."""
    path = Path(entry.path)
    try:
        if entry.is_symlink():
            path = path.resolve(strict=True)
            if not path.is_relative_to(base):
                return None
        found = path.lstat()
    except (FileNotFoundError, RuntimeError):  # gone since it was listed, or a link to nowhere
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    # Bytes that are no UTF-8 would break every output later.
    return FileSeen(os.fsencode(path).decode("utf-8", "backslashreplace"), found.st_size, changed_at(found.st_mtime))


def _refuse_outward(entry: os.DirEntry[str], base: Path) -> None:
    """CannotSee for a link that leads out of the folder: where nothing else is there, that is not the same as empty."""
    if not entry.is_symlink():
        return
    try:
        target = Path(entry.path).resolve(strict=True)
    except (FileNotFoundError, RuntimeError):
        return
    if not target.is_relative_to(base):
        path = os.fsencode(entry.path).decode("utf-8", "backslashreplace")
        raise CannotSee(
            Reason.DENIED, say("{path} is a link out of its folder: write the path to which it leads", path=path)
        )


def changed_at(seconds: float) -> datetime:
    """The time that a file system gives a file; the nearest end of the calendar for what lies beyond."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=UTC) if seconds > 0 else datetime.min.replace(tzinfo=UTC)


def read_packed(file: BinaryIO, size: int) -> Unpacked | None:
    """What a packed file holds, in a thread; None for one that is not packed."""
    start = file.read(8)
    file.seek(0)
    kind = next((kind for magic, kind in _PACKED if start.startswith(magic)), None)
    if kind is None:
        return None
    head, tail, count = b"", b"", 0
    try:
        with kind(file) as stream:
            while piece := stream.read(_PIECE):
                anyio.from_thread.check_cancelled()
                head = head or piece[:size]
                tail = (tail + piece)[-size:]
                count += len(piece)
    except (EOFError, zlib.error, lzma.LZMAError, OSError) as broken:
        if isinstance(broken, OSError) and broken.errno is not None:
            raise
        return Unpacked(head, tail, count, str(broken)[:200] or type(broken).__name__)
    return Unpacked(head, tail, count)
