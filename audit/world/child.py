"""A command line with its surroundings to a child of this process, then to what it printed until it had ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import anyio

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason

_MOST_OUT: Final = 8 * 1024 * 1024
_MOST_ERR: Final = 64 * 1024
_PIECE: Final = 256 * 1024
_ENOUGH: Final = 1024 * 1024
"""What is kept of a stream whose ends alone are wanted, before its middle is let go."""
_PATIENCE: Final = 1.0
_STEP: Final = 0.001
_LONGEST_STEP: Final = 0.02
_LOST: Final = 255


class Child:
    """A program at the head of a group of its own.

    Less than half of the price of streams with a thread that waits, as the looks of one audit begin thousands.
    """

    __slots__ = ("_ends", "_late", "_loop", "_open", "_over", "err", "head", "let_go", "out", "process", "took")

    def __init__(
        self,
        words: Sequence[str],
        home: str,
        environment: Mapping[str, str],
        pipes: Sequence[int],
        ends: int | None = None,
    ) -> None:
        """Start it, to keep all that it prints or so many bytes of both `ends`. CannotSee where it cannot start."""
        self.took = -time.monotonic()
        """Seconds from its start to its end, once it has ended."""
        with starting(Path(words[0]).name):
            self.process = subprocess.Popen(
                words,
                bufsize=0,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=home,
                env=environment,
                start_new_session=True,
                pass_fds=pipes,
                umask=0o077,
            )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PGRP, self.process.pid, 10)
        self.out, self.err = bytearray(), bytearray()
        self._ends = ends
        self.head = b""
        """The beginning of what it printed, where something behind it was let go."""
        self.let_go = 0
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._late = False
        self._open: set[int] = set()
        for stream, kept in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                self._open.add(stream.fileno())
                self._loop.add_reader(stream.fileno(), self._take, stream.fileno(), kept)

    async def ended(self, seconds: float) -> Literal["ended", "late", "too much"]:
        """Wait until it has ended with nobody left who could write to it, or is known not to come to a good end."""
        timer = self._loop.call_later(max(0.0, seconds), self._expire)
        try:
            await self._over
            pause = 0.0
            # Both ends are closed a moment before there is a code; few go on after that.
            while len(self.out) <= _MOST_OUT and not self._late and self._poll() is None:
                await asyncio.sleep(pause)
                pause = min(_LONGEST_STEP, pause + _STEP)
        finally:
            timer.cancel()
            self.took += time.monotonic()
        if len(self.out) > _MOST_OUT:
            return "too much"
        return "ended" if self.code is not None else "late"

    async def close(self) -> None:
        """End what is left of it with all that it started, first politely; take nothing more of what it says."""
        try:
            for word in (signal.SIGTERM, signal.SIGKILL):
                os.killpg(self.process.pid, word)
                with anyio.CancelScope(shield=True):
                    await self._buried()
        except (ProcessLookupError, PermissionError):
            pass  # nobody is left of the group
        finally:
            for descriptor in self._open:
                self._loop.remove_reader(descriptor)
            for stream in (self.process.stdout, self.process.stderr):
                if stream is not None:
                    stream.close()

    @property
    def code(self) -> int | None:
        """How it ended; None while nobody knows that it has."""
        return self.process.returncode

    def _poll(self) -> int | None:
        if self.process.returncode is None:
            try:
                pid, status = os.waitpid(self.process.pid, os.WNOHANG)
            except ChildProcessError:
                # Who started us ignores the end of children, so that the code is lost: Popen would call it a success.
                self.process.returncode = _LOST
            else:
                self.process.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.process.returncode

    async def _buried(self) -> None:
        ends = self._loop.time() + _PATIENCE
        while self._poll() is None and self._loop.time() < ends:
            await asyncio.sleep(_STEP)

    def _take(self, descriptor: int, kept: bytearray) -> None:
        try:
            piece = os.read(descriptor, _PIECE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            piece = b""
        if kept is self.err:
            kept += piece[: _MOST_ERR - len(kept)]
        else:
            kept += piece
            if self._ends is not None and len(kept) > _ENOUGH:
                self.head = self.head or bytes(kept[: self._ends])
                self.let_go += len(kept) - self._ends
                del kept[: -self._ends]
        if not piece or len(self.out) > _MOST_OUT:
            self._loop.remove_reader(descriptor)
            self._open.discard(descriptor)
            if not self._open or len(self.out) > _MOST_OUT:
                self._tell()

    def _expire(self) -> None:
        self._late = True
        self._tell()

    def _tell(self) -> None:
        if not self._over.done():
            self._over.set_result(None)


@contextlib.contextmanager
def starting(program: str) -> Iterator[None]:
    """What keeps a program from being started becomes a CannotSee that names it."""
    try:
        yield
    except FileNotFoundError as broken:
        raise CannotSee(Reason.NO_TOOL, say("{program} cannot be run here", program=program)) from broken
    except PermissionError as broken:
        raise CannotSee(Reason.DENIED, say("this user may not run {program}", program=program)) from broken
    except (OSError, ValueError) as broken:
        raise CannotSee(Reason.INCOMPLETE, say("{program} could not be started", program=program)) from broken
