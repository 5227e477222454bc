"""A list of arguments becomes what the program of that name printed, or the reason why it could not be run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import weakref
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

import anyio
import anyio.to_thread
from anyio.abc import ByteReceiveStream, Process

from audit.model.item import Secret
from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.secrets import Secrets
from audit.world.world import Output

_MOST_OUT: Final = 8 * 1024 * 1024
_MOST_ERR: Final = 64 * 1024
_PATIENCE: Final = 1.0
_HANDED_ON: Final = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
PLUGINS: Final = (
    "/usr/lib/nagios/plugins",
    "/usr/lib64/nagios/plugins",
    "/usr/lib/monitoring-plugins",
    "/usr/local/libexec/nagios",
    "/usr/local/nagios/libexec",
)
"""Where the systems that package plugins of Nagios keep them, outside PATH."""
POOL: Final = 8
"""Plugins that run at once: a process for every look is what brings a prober down."""
_ALWAYS: Final = (("TZ", "UTC"), ("LC_ALL", "C.UTF-8"), ("LANG", "C.UTF-8"))


class LocalCommand:
    """Programs of this machine: no shell, no terminal, a folder of their own as home, ended with their children."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]
        self._pools = weakref.WeakKeyDictionary()
        self._turns: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]
        self._turns = weakref.WeakKeyDictionary()

    async def run(
        self,
        argv: Sequence[str],
        timeout: timedelta,
        secrets: Mapping[str, Secret],
        files: Mapping[str, Secret] = MappingProxyType({}),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> Output:
        return await self._run(argv, timeout, secrets, files, (), environment)

    async def plugin(self, argv: Sequence[str], timeout: timedelta, secrets: Mapping[str, Secret]) -> Output:
        pool = self._pools.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(POOL))
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                await pool.acquire()
        except TimeoutError as late:
            raise CannotSee(
                Reason.TIMEOUT,
                say("{program} did not get its turn within {timeout}: {pool} plugins run at once",
                    program=argv[0], timeout=plain(timeout), pool=POOL),
            ) from late  # fmt: skip
        try:
            return await self._run(argv, timeout, secrets, {}, PLUGINS, {})
        finally:
            pool.release()

    async def _run(
        self,
        argv: Sequence[str],
        timeout: timedelta,
        secrets: Mapping[str, Secret],
        files: Mapping[str, Secret],
        folders: Sequence[str],
        plainly: Mapping[str, str],
    ) -> Output:
        path = os.environ.get("PATH", os.defpath)
        program = shutil.which(argv[0], path=os.pathsep.join((path, *folders)))
        if program is None:
            raise CannotSee(Reason.NO_TOOL, say("{program} is not installed on this machine", program=argv[0]))
        turn = self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
        async with contextlib.AsyncExitStack() as stack:
            async with turn:
                # To start a program takes the loop a millisecond: others come to their turn in between.
                await asyncio.sleep(0)
                home = await stack.enter_async_context(_home())
                pipes = {
                    f"{{{word}}}": stack.enter_context(_pipe(self._secrets.reveal(secret), secret))
                    for word, secret in files.items()
                }
                environment = {name: str(pipes.get(value, value)) for name, value in plainly.items()}
                environment |= {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
                environment |= {"PATH": path, "HOME": home, "TMPDIR": home, **dict(_ALWAYS)}
                environment |= {name: self._secrets.reveal(secret) for name, secret in secrets.items()}
                words = [f"/dev/fd/{pipes[word]}" if word in pipes else word for word in argv[1:]]
                began = time.monotonic()
                process = await _start([program, *words], home, environment, tuple(pipes.values()))
            return await self._watched(process, argv[0], timeout, began)

    async def _watched(self, process: Process, program: str, timeout: timedelta, began: float) -> Output:
        out, err = bytearray(), bytearray()
        overflown, took = False, 0.0
        with anyio.move_on_after(timeout.total_seconds()) as scope:
            try:
                async with anyio.create_task_group() as group:
                    if process.stderr is not None and process.stdout is not None:
                        group.start_soon(_keep, process.stderr, err, _MOST_ERR)
                        async for piece in process.stdout:
                            out += piece
                            if len(out) > _MOST_OUT:
                                overflown = True
                                group.cancel_scope.cancel()
                if not overflown:
                    await process.wait()
                    took = time.monotonic() - began
            finally:
                with anyio.CancelScope(shield=True):
                    await _end(process)
        if overflown:
            raise CannotSee(Reason.INCOMPLETE, say("{program} printed more than 8 MiB", program=program))
        if scope.cancelled_caught or process.returncode is None:
            raise CannotSee(
                Reason.TIMEOUT, say("{program} did not end within {timeout}", program=program, timeout=plain(timeout))
            )
        said = self._secrets.redact(err.decode("utf-8", "replace"))
        return Output(process.returncode, out.decode("utf-8", "replace"), said, took)


async def _start(words: list[str], home: str, environment: Mapping[str, str], pipes: tuple[int, ...]) -> Process:
    try:
        process = await anyio.open_process(
            words,
            stdin=subprocess.DEVNULL,
            cwd=home,
            env=environment,
            start_new_session=True,
            pass_fds=pipes,
            umask=0o077,
        )
    except FileNotFoundError as broken:
        raise CannotSee(Reason.NO_TOOL, say("{program} cannot be run here", program=Path(words[0]).name)) from broken
    except PermissionError as broken:
        raise CannotSee(Reason.DENIED, say("this user may not run {program}", program=Path(words[0]).name)) from broken
    except (OSError, ValueError) as broken:
        raise CannotSee(
            Reason.INCOMPLETE, say("{program} could not be started", program=Path(words[0]).name)
        ) from broken
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PGRP, process.pid, 10)
    return process


@contextlib.asynccontextmanager
async def _home() -> AsyncIterator[str]:
    """An empty folder; what a program left in it is taken away beside the loop, as it may be a cache of any size."""
    folder = tempfile.mkdtemp(prefix="haechi-")
    try:
        yield folder
    finally:
        try:
            Path(folder).rmdir()
        except OSError:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(partial(shutil.rmtree, folder, ignore_errors=True))


@contextlib.contextmanager
def _pipe(value: str, secret: Secret) -> Iterator[int]:
    """The read end of a pipe that holds a value: unlike a file or a variable it is empty once it was read."""
    read, write = os.pipe()
    try:
        try:
            os.set_blocking(write, False)
            left = value.encode()
            while left:
                left = left[os.write(write, left) :]
        except BlockingIOError as broken:
            raise CannotSee(Reason.DENIED, say("the secret {secret} is too long", secret=secret)) from broken
        finally:
            # The reader waits for more as long as anybody holds this end.
            os.close(write)
        yield read
    finally:
        os.close(read)


async def _keep(stream: ByteReceiveStream, kept: bytearray, most: int) -> None:
    """Read a stream to its end, keep the first bytes of it."""
    async for piece in stream:
        kept += piece[: most - len(kept)]


async def _end(process: Process) -> None:
    """End what is left of the process with all that it started, first politely."""
    for word in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, word)
        except (ProcessLookupError, PermissionError):
            break
        with anyio.move_on_after(_PATIENCE):
            await process.wait()
    with anyio.move_on_after(_PATIENCE):
        await process.aclose()
