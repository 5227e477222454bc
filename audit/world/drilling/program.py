"""A command line with its surroundings to what the program of a drill printed, ended with all that it started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

import anyio
from anyio.abc import ByteReceiveStream, Process

from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.child import starting
from audit.world.world import Output

_MOST_OUT: Final = 8 * 1024 * 1024
_MOST_ERR: Final = 64 * 1024
_PATIENCE: Final = 2.0
_ALSO_IN: Final = ("/usr/local/sbin", "/usr/sbin", "/sbin")
_HANDED_ON: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_ALWAYS: Final[Mapping[str, str]] = MappingProxyType({"TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"})
_OWN: Final = frozenset((*_ALWAYS, "PATH", "HOME", "TMPDIR"))


def found(name: str) -> str:
    """The path of a program, also one that only administrators run. CannotSee(no-tool) where there is none."""
    path = shutil.which(name, path=os.pathsep.join((_path(), *_ALSO_IN)))
    if path is None:
        raise CannotSee(Reason.NO_TOOL, say("{program} is not installed on this machine", program=name))
    return path


def surroundings(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child: nothing of ours but where programs and certificates are; UTC and the C locale."""
    environment = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    environment |= {name: text for name, text in more.items() if name not in _OWN}
    return environment | {**_ALWAYS, "PATH": _path(), "HOME": str(home), "TMPDIR": str(home)}


def tied(words: Sequence[str]) -> list[str]:
    """The same command, which the kernel ends should this process die; a plain one where nothing can tie it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--", *words] if setpriv is not None else list(words)


@contextlib.contextmanager
def piped(value: str, uid: int | None) -> Iterator[int]:
    """The read end of a pipe that holds a value, for a user who may open it; empty once it was read."""
    read, write = os.pipe()
    try:
        try:
            os.set_blocking(write, False)
            if os.write(write, value.encode()) < len(value.encode()):
                raise BlockingIOError
        except BlockingIOError as broken:
            raise CannotSee(Reason.DENIED, say("a secret is too long")) from broken
        finally:
            os.close(write)  # the reader waits for more as long as anybody holds this end
        if uid is not None:
            os.fchown(read, uid, -1)
        yield read
    finally:
        os.close(read)


@dataclass(slots=True)
class Running:
    """A program of a drill, with what it printed so far: of each stream the first and the last bytes."""

    name: str
    process: Process
    began: float = field(default_factory=time.monotonic)
    out: bytearray = field(default_factory=bytearray)
    err: bytearray = field(default_factory=bytearray)
    server: bool = False
    """A server may say as much as it likes."""
    too_much: bool = False
    closed: bool = False
    """It has ended, with all that is to be said about it."""
    listeners: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    async def started(
        cls, name: str, words: Sequence[str], folder: Path, environment: Mapping[str, str], pipes: tuple[int, ...] = ()
    ) -> Running:
        """Start a program without a shell, at the head of a group of its own."""
        with starting(name):
            process = await anyio.open_process(
                list(words),
                stdin=subprocess.DEVNULL,
                cwd=folder,
                env=environment,
                start_new_session=True,
                pass_fds=pipes,
                umask=0o077,
            )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PGRP, process.pid, 10)
        running = cls(name, process)
        for stream, kept, most in (
            (process.stdout, running.out, _MOST_OUT),
            (process.stderr, running.err, _MOST_ERR),
        ):
            if stream is not None:
                running.listeners.append(asyncio.create_task(running._keep(stream, kept, most)))
        return running

    @property
    def code(self) -> int | None:
        return self.process.returncode

    async def ended(self, timeout: timedelta, redact: Callable[[str], str]) -> Output:
        """Wait for its end. CannotSee(timeout), CannotSee(incomplete) where it printed more than 8 MiB."""
        took = 0.0
        with anyio.move_on_after(timeout.total_seconds()) as scope:
            try:
                await self.process.wait()
                took = time.monotonic() - self.began
            finally:
                await self.end()
        if self.too_much:
            raise CannotSee(Reason.INCOMPLETE, say("{program} printed more than 8 MiB", program=self.name))
        if scope.cancelled_caught or self.code is None:
            raise CannotSee(
                Reason.TIMEOUT, say("{program} did not end within {timeout}", program=self.name, timeout=plain(timeout))
            )
        out, err = (bytes(text).decode("utf-8", "replace") for text in (self.out, self.err))
        return Output(self.code, out, redact(err), took)

    async def end(self, ending: signal.Signals = signal.SIGTERM) -> None:
        """End what is left of it with all of its group, first politely; keep what it still says."""
        await self.stop(ending)
        await self.settle()

    async def stop(self, ending: signal.Signals = signal.SIGTERM) -> None:
        """End what is left of it with all of its group, first by a word that it heeds."""
        with anyio.CancelScope(shield=True):
            for word in (ending, signal.SIGKILL):
                if self.code is not None and not self._group_lives():
                    break
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.process.pid, word)
                with anyio.move_on_after(_PATIENCE):
                    await self.process.wait()

    async def settle(self) -> None:
        """Take what it still says; whoever left the group may hold its output open for ever."""
        with anyio.CancelScope(shield=True):
            if self.listeners:
                _, late = await asyncio.wait(self.listeners, timeout=_PATIENCE)
                for listener in late:
                    listener.cancel()
            with anyio.move_on_after(_PATIENCE):
                await self.process.aclose()
            self.closed = True

    def _group_lives(self) -> bool:
        try:
            os.killpg(self.process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def last_lines(self, count: int = 3) -> str:
        """The end of what it said, on either stream."""
        text = bytes(self.err or self.out).decode("utf-8", "replace")
        return " / ".join([line.strip() for line in text.splitlines() if line.strip()][-count:])

    async def _keep(self, stream: ByteReceiveStream, kept: bytearray, most: int) -> None:
        with contextlib.suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
            async for piece in stream:
                kept += piece
                if len(kept) <= most:
                    continue
                del kept[most // 2 : len(kept) - most // 2]
                if kept is self.out and not self.server:
                    self.too_much = True
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(self.process.pid, signal.SIGKILL)


def _path() -> str:
    return os.environ.get("PATH", os.defpath)
