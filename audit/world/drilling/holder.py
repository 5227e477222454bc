"""An open standard input to an empty network namespace that stands until it is closed.

It runs as a program of its own, as the first process of a namespace of processes: when it ends, for whatever reason,
the kernel ends everything else in there. So nothing of a drill outlives whoever holds the other end of its input.
It shares no file system either that anybody in there could write to or speak through: an empty network does not keep
programs from the sockets that servers of this machine have in their folders.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import Final

_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS, _AGAIN, _BIND, _ALL, _PRIVATE = 1, 2, 4, 8, 32, 4096, 1 << 14, 1 << 18
_KEPT: Final = MappingProxyType(
    {
        "nosuid": _NO_SUID, "nodev": _NO_DEVICES, "noexec": _NO_PROGRAMS, "noatime": 1 << 10, "nodiratime": 1 << 11,
        "relatime": 1 << 21,
    }
)  # fmt: skip
"""What a mount has to keep when it is changed, lest the kernel refuses."""
_HIDDEN: Final = ("/tmp", "/var/tmp", "/run")  # noqa: S108 - they are taken from sight
"""Where everybody may write, and where the sockets of servers are."""
_MEMORY: Final = "/dev/shm"  # noqa: S108
_MOST_SOCKETS: Final = 2000


def walls(rooms: Sequence[str], sockets: Sequence[bytes]) -> None:
    """Make every folder read-only but those of the drill, hide where sockets and files of everybody are."""
    doors = [os.open(room, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW) for room in rooms]
    _mount(b"none", b"/", b"", _ALL | _PRIVATE)
    _shut()
    for path in sockets:
        if _is_socket(path):
            _mount(b"/dev/null", path, b"", _BIND)
    hidden = sorted({os.path.realpath(path) for path in _HIDDEN if Path(path).is_dir()})
    for folder in hidden:
        _mount(b"none", folder.encode(), b"tmpfs", _NO_SUID | _NO_DEVICES, b"mode=755,size=1m")
    if Path(_MEMORY).is_dir():
        _mount(b"none", _MEMORY.encode(), b"tmpfs", _NO_SUID | _NO_DEVICES, b"mode=1777,size=256m")
    for room, door in zip(rooms, doors, strict=True):
        Path(room).mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{door}".encode(), room.encode(), b"", _BIND)
        _mount(b"none", room.encode(), b"", _AGAIN | _BIND | _NO_SUID | _NO_DEVICES | _flags(room))
        os.close(door)
    for folder in hidden:
        _mount(b"none", folder.encode(), b"", _AGAIN | _BIND | _READ_ONLY | _NO_SUID | _NO_DEVICES)
    # The processes of others, with whose eyes their files could be reached, are not in this one.
    _mount(b"proc", b"/proc", b"proc", _NO_SUID | _NO_DEVICES | _NO_PROGRAMS)
    for room in rooms:
        if os.statvfs(room).f_flag & os.ST_RDONLY:
            raise PermissionError(room)


def _shut() -> None:
    """Every mount read-only."""
    points = list(_points())
    for point, flags in points:
        try:
            _mount(b"none", point, b"", _AGAIN | _BIND | _READ_ONLY | _NO_SUID | flags)
        except OSError:
            if _open(point):
                raise


def _open(point: bytes) -> bool:
    """Whether something can be written where a file system is mounted; not where it cannot be seen."""
    try:
        return not os.statvfs(point).f_flag & os.ST_RDONLY
    except OSError:
        return False


def _points() -> Iterator[tuple[bytes, int]]:
    """Where file systems are mounted, with what has to be kept of each."""
    with Path("/proc/self/mountinfo").open("rb") as file:
        for line in file:
            words = line.split()
            point = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), words[4])
            kept = [_KEPT.get(word, 0) for word in words[5].decode("ascii", "replace").split(",")]
            yield point, sum(set(kept))


def _flags(room: str) -> int:
    """What has to be kept of the mount of a folder of the drill, which is the last one there."""
    return dict(_points()).get(room.encode(), 0)


def _is_socket(path: bytes) -> bool:
    try:
        return path.startswith(b"/") and Path(os.fsdecode(path)).is_socket()
    except (OSError, ValueError):
        return False


def _mount(source: bytes, target: bytes, kind: bytes, flags: int, data: bytes = b"") -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.mount(source, target, kind, ctypes.c_ulong(flags), data) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), os.fsdecode(target))


def reap(number: int, frame: FrameType | None) -> None:
    """Whose parent has ended becomes a child of the first process."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def main() -> None:
    """Answer `ready`, then stand until the input ends.

    The first argument is an open list of the sockets of this machine, the others the folders of the drill.
    """
    signal.signal(signal.SIGCHLD, reap)
    with os.fdopen(int(sys.argv[1]), "rb") as listed:
        # Their names come last, in the eighth column.
        sockets = {words[7].rstrip(b"\n") for line in listed if len(words := line.split(b" ", 7)) == 8}
    try:
        walls(sys.argv[2:], sorted(sockets)[:_MOST_SOCKETS])
    except OSError as broken:
        sys.exit(f"{broken.filename or ''}: {broken.strerror}")
    os.write(1, b"ready\n")
    while sys.stdin.buffer.read(1):
        pass


if __name__ == "__main__":
    main()
