"""Lines for a UNIX socket of this machine become what the server behind it says, or why it says nothing."""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import anyio

from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.connect import Wire

MOST: Final = 1_000_000
"""Bytes of all answers of one conversation."""
_FULL: Final = 0.05
"""Seconds until a server whose queue is full is tried again."""


class LocalHand:
    """UNIX sockets of this machine; relative paths start at the estate's folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def talk(self, path: str, lines: Sequence[str], timeout: timedelta) -> str:
        if any(sign in line for line in lines for sign in "\r\n\0"):
            raise CannotSee(Reason.INCOMPLETE, say("a line for {where} may not hold a line break", where=path))
        said = bytearray()
        try:
            with _found(self._root, path) as door, anyio.fail_after(timeout.total_seconds()):
                for line in lines:
                    await _told(door, line, said, path)
        except TimeoutError as late:
            raise CannotSee(
                Reason.TIMEOUT, say("{where} did not answer within {time}", where=path, time=plain(timeout))
            ) from late
        except OSError as broken:
            raise _trouble(broken, path) from broken
        return said.decode("utf-8", "replace")


@contextmanager
def _found(root: Path, written: str) -> Iterator[str]:
    """The way to connect to a socket that was seen to be one: nobody can put a link in its place in between."""
    if "\0" in written:
        raise CannotSee(Reason.UNREACHABLE, say("{path} is no path", path=repr(written)))
    descriptor = os.open(os.path.normpath(root / written), os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISLNK(mode):
            raise CannotSee(Reason.DENIED, say("{path} is a link: write the path of the socket itself", path=written))
        if not stat.S_ISSOCK(mode):
            raise CannotSee(Reason.INCOMPLETE, say("{path} is no socket", path=written))
        # The path itself may be longer than the 107 bytes that an address of a socket can hold.
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


async def _told(door: str, line: str, said: bytearray, path: str) -> None:
    wire = Wire(await _connected(door))
    try:
        await wire.send(line.encode() + b"\n")
        while piece := await wire.receive():
            said += piece
            if len(said) > MOST:
                raise CannotSee(Reason.INCOMPLETE, say("the answer of {where} has no end", where=path))
    finally:
        wire.close()


async def _connected(door: str) -> socket.socket:
    while True:
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            channel.setblocking(False)
            channel.connect(door)
        except BlockingIOError:
            # The queue of the server is full; unlike over a network, this connection never comes about by waiting.
            channel.close()
            await anyio.sleep(_FULL)
        except OSError:
            channel.close()
            raise
        else:
            return channel


def _trouble(broken: OSError, path: str) -> CannotSee:
    if isinstance(broken, PermissionError):
        return CannotSee(Reason.DENIED, say("this user may not use {path}", path=path))
    if isinstance(broken, FileNotFoundError | NotADirectoryError):
        return CannotSee(Reason.UNREACHABLE, say("{path} is not there", path=path))
    if broken.errno == errno.EPROTOTYPE:
        return CannotSee(Reason.INCOMPLETE, say("{path} is a socket of another kind", path=path))
    if isinstance(broken, ConnectionRefusedError):
        return CannotSee(Reason.UNREACHABLE, say("nobody listens at {path}", path=path))
    why = broken.strerror or type(broken).__name__
    return CannotSee(Reason.UNREACHABLE, say("{path} cannot be talked to: {why}", path=path, why=why))
