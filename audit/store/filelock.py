"""The path of a store in, the lock of one purpose beside it out; the system takes it back from a process that died."""

from __future__ import annotations

import fcntl
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from audit.model.clean import line
from audit.model.message import Message, say
from audit.store.database import Purpose
from audit.store.trouble import unusable

# Not flock(): it can only be asked by taking the lock, and a run that begins at that moment would be refused.
_WHOLE: Final = struct.pack("@hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
"""struct flock of <fcntl.h>: a lock to write the whole file."""
_FREE: Final = struct.pack("@h", fcntl.F_UNLCK)
_SAFELY: Final = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
"""Neither a link to somebody's file nor a pipe that nobody writes to."""


def identity(path: Path) -> tuple[int, int] | None:
    """What stays the same of a file as long as it is the same one; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class FileLock:
    """A lock file beside a store: beside the file itself, so that all its names have the same lock."""

    def __init__(self, file: Path, purpose: Purpose, name: str) -> None:
        file = Path(os.path.realpath(file))
        self._path = file.with_name(file.name + (".lock" if purpose is Purpose.RUN else ".watch.lock"))
        self._purpose = purpose
        self._name = name
        self._held: tuple[int, int] | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Take it; Stop(LOCKED) where another one has it."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | _SAFELY, 0o666)
        except OSError as broken:
            raise unusable(self._name, line(broken.strerror or str(broken))) from broken
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise unusable(self._name, say("{path} is no ordinary file", path=line(self._path.name)))
        with os.fdopen(descriptor, "r+") as lock:
            if not _take(lock):
                raise self._purpose.locked(self._name, self._named())
            try:
                lock.truncate(0)
                # Not through the buffer: what a full disk refuses would be refused again when the file is closed.
                os.pwrite(lock.fileno(), f"{os.getpid()}\n".encode(), 0)
            except OSError as broken:
                raise unusable(self._name, line(str(broken.strerror))) from broken
            found = os.fstat(lock.fileno())
            self._held = found.st_dev, found.st_ino
            try:
                yield
            finally:
                self._held = None

    def holds(self) -> bool:
        """Whether it is held, and the file is still the one that another one would try to lock."""
        return self._held is not None and identity(self._path) == self._held

    def holder(self) -> str:
        """Who holds it; empty where nobody does."""
        try:
            with os.fdopen(os.open(self._path, os.O_RDONLY | _SAFELY)) as lock:
                answer = fcntl.fcntl(lock, fcntl.F_OFD_GETLK, _WHOLE)
            return str(self._named()) if answer[:2] != _FREE else ""
        except OSError:
            return ""

    def _named(self) -> Message:
        try:
            since = datetime.fromtimestamp(self._path.stat().st_mtime, UTC).isoformat(timespec="seconds")
            with os.fdopen(os.open(self._path, os.O_RDONLY | _SAFELY), "rb") as lock:
                number = line(lock.read(20).decode("utf-8", "replace").strip()) or "?"
        except OSError:
            number = since = "?"  # taken away a moment ago
        return say("process {number} since {time}", number=number, time=since)


def _take(lock: IO[str]) -> bool:
    try:
        fcntl.fcntl(lock, fcntl.F_OFD_SETLK, _WHOLE)
    except (BlockingIOError, PermissionError):
        return False
    return True
