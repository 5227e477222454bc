"""A scratch folder in, one folder in it for one drill out, taken away again by its marker alone."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason

PREFIX: Final = "haechi-drill-"
LOCK: Final = ".haechi-drill.lock"
_MARKER: Final = "marker"
_ID: Final = re.compile(r"[\w.-]{1,80}")
_SMALL: Final = 4096
_AT_ONCE: Final = 4
"""Files that are taken away at once: each waits for the disk where it was only just written."""
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Taken(Exception):
    """Another drill works in this scratch folder; carries who, as far as it is known."""


@dataclass(frozen=True, slots=True)
class Room:
    """The folders of one drill: `path` for what is restored, `home` for the programs, `inside` for servers."""

    id: str
    outer: Path

    @property
    def path(self) -> Path:
        return self.outer / "room"

    @property
    def home(self) -> Path:
        return self.outer / "home"

    @property
    def inside(self) -> Path:
        return self.outer / "inside"


@contextlib.contextmanager
def claimed(scratch: Path) -> Iterator[None]:
    """The lock of a scratch folder; Taken where another drill has it. The system takes it back from whoever died."""
    descriptor = os.open(scratch / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            who = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            raise Taken(who) from taken
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def make_room(scratch: Path, id: str) -> Room:  # noqa: A002 - the word of the record
    """A new folder in the scratch with the marker by which alone it is ever taken away."""
    if not _ID.fullmatch(id):
        raise ValueError(id)
    room = Room(id, scratch / (PREFIX + id))
    room.outer.mkdir(0o700)
    try:
        _furnish(room)
    except OSError:
        shutil.rmtree(room.outer, ignore_errors=True)
        raise
    return room


def _furnish(room: Room) -> None:
    marker = {"id": room.id, "pid": os.getpid(), "began": _began(os.getpid()), "boot": _boot()}
    descriptor = os.open(room.outer / _MARKER, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(marker, file)
        file.flush()
        os.fsync(descriptor)  # before there is anything that must be taken away by it
    # Root hands parts of the room over to somebody who has to be able to walk into it; what is in it stays closed.
    room.outer.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for folder in (room.path, room.home, room.inside):
        folder.mkdir(0o700)


def remove_room(room: Room) -> None:
    """Take a room away with all that is in it, no link followed; ValueError where the marker is not that of its id."""
    found = _marker(room.outer)
    if found is None or found.get("id") != room.id or room.outer.name != PREFIX + room.id:
        raise ValueError(f"{room.outer} is not marked as the room of the drill {room.id}")
    for entry in sorted(room.outer.iterdir()):
        if entry.name != _MARKER:
            _removed(entry)
    # Last: whoever is killed before this leaves a room that the next drill still knows as one.
    (room.outer / _MARKER).unlink()
    room.outer.rmdir()


def sweep(scratch: Path) -> tuple[str, ...]:
    """Take away the rooms of drills of this user that died; their ids. The lock of the scratch has to be held."""
    removed = []
    for outer in sorted(scratch.glob(PREFIX + "*")):
        if outer.is_symlink() or not outer.is_dir() or outer.stat().st_uid != os.geteuid():
            continue
        marker = _marker(outer)
        if marker is None:
            with contextlib.suppress(OSError):
                _unmarked(outer)
            continue
        if PREFIX + str(marker.get("id")) == outer.name and not _lives(marker):
            with contextlib.suppress(OSError, ValueError):
                remove_room(Room(str(marker["id"]), outer))
                removed.append(str(marker["id"]))
    return tuple(removed)


def _unmarked(outer: Path) -> None:
    """Take away a folder that was made, but not yet marked: it is empty, or it is not ours."""
    marker = outer / _MARKER
    if list(outer.iterdir()) == [marker] and stat.S_ISREG(marker.lstat().st_mode) and not marker.lstat().st_size:
        marker.unlink()
    outer.rmdir()


def inside(room: Path, path: Path) -> Path:
    """A path that is surely in the room, after every link in it; CannotSee(denied) for any other."""
    whole = room / path
    real = Path(os.path.realpath(whole))
    if real != room and room not in real.parents:
        raise CannotSee(Reason.DENIED, say("{path} is outside of the room of this drill", path=path))
    return real


def _marker(outer: Path) -> dict[str, Any] | None:
    try:
        descriptor = os.open(outer / _MARKER, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            seen = os.fstat(descriptor)
            if not stat.S_ISREG(seen.st_mode) or seen.st_uid != os.geteuid():
                return None
            found = json.loads(file.read(_SMALL))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _lives(marker: dict[str, Any]) -> bool:
    """Whether the process that made a room still runs: the same number begun at the same tick since the same start."""
    pid, began = marker.get("pid"), marker.get("began")
    if marker.get("boot") != _boot() or not isinstance(pid, int):
        return False
    return bool(began) and _began(pid) == began


def _began(pid: int) -> str:
    """When a process began, in ticks since the machine started; empty where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _removed(path: Path) -> None:
    """Take away a file, or a folder however deep it goes and however closed it is; no link is followed."""
    if path.is_symlink() or not path.is_dir():
        path.unlink()
        return
    outer = os.open(path.parent, _FOLDER)
    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            waiting = [path.name]
            while waiting:
                name = waiting.pop()
                waiting += _emptied(outer, name, pool)
                os.rmdir(name, dir_fd=outer)
    finally:
        os.close(outer)


def _emptied(outer: int, name: str, pool: ThreadPoolExecutor) -> list[str]:
    """Empty a folder; the folders that were in it are then beside it: no depth and no path is too long that way."""
    found = []
    os.chmod(name, 0o700, dir_fd=outer)
    folder = os.open(name, _FOLDER, dir_fd=outer)
    try:
        with os.scandir(folder) as listed:
            entries = list(listed)
        files = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.name, 0o700, dir_fd=folder)  # who moves a folder has to be allowed to write into it
                found.append(secrets.token_hex(12))
                os.rename(entry.name, found[-1], src_dir_fd=folder, dst_dir_fd=outer)
            else:
                files.append(entry.name)
        # Each thread has a part of them; all have ended before the folder is closed, also where one fails.
        parts = [part for start in range(_AT_ONCE) if (part := files[start::_AT_ONCE])]
        ended = [pool.submit(_unlinked, folder, part) for part in parts[1:]]
        try:
            if parts:
                _unlinked(folder, parts[0])
        finally:
            wait(ended)
        for one in ended:
            one.result()
    finally:
        os.close(folder)
    return found


def _unlinked(folder: int, names: Sequence[str]) -> None:
    for name in names:
        os.unlink(name, dir_fd=folder)
