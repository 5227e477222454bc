"""A list of arguments becomes what the program of that name printed, or the reason why it could not be run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
import weakref
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

import anyio
import anyio.to_thread

from audit.model.item import Secret
from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.child import Child
from audit.world.secrets import Secrets
from audit.world.world import Output, Unpacked

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
        self._said: dict[tuple[object, ...], Output] = {}
        """What programs said of themselves, as long as the run that these hands are made for."""

    async def run(
        self,
        argv: Sequence[str],
        timeout: timedelta,
        secrets: Mapping[str, Secret],
        files: Mapping[str, Secret] = MappingProxyType({}),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> Output:
        async with self._started(argv, secrets, files, (), environment) as child:
            return await self._printed(child, argv[0], timeout)

    async def version(self, argv: Sequence[str], timeout: timedelta) -> Output:
        known = _known(argv)
        said = self._said.get(known) if known else None
        if said is None:
            said = await self.run(argv, timeout, {})
            if known and said.code == 0:
                self._said[known] = said
        return said

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
            async with self._started(argv, secrets, {}, PLUGINS, {}) as child:
                return await self._printed(child, argv[0], timeout)
        finally:
            pool.release()

    async def unpack(self, argv: Sequence[str], size: int, timeout: timedelta) -> Unpacked:
        async with self._started(argv, {}, {}, (), {}, ends=size) as child:
            code = await self._ended(child, argv[0], timeout)
        if code < 0:
            raise CannotSee(Reason.INCOMPLETE, say("{program} was ended from outside", program=argv[0]))
        said = " ".join(child.err.decode("utf-8", "replace").split())
        trouble = "" if code == 0 else said[:200] or f"{argv[0]} ended with {code}"
        tail = bytes(child.out[-size:])
        return Unpacked(child.head or bytes(child.out[:size]), tail, child.let_go + len(child.out), trouble)

    @contextlib.asynccontextmanager
    async def _started(
        self,
        argv: Sequence[str],
        secrets: Mapping[str, Secret],
        files: Mapping[str, Secret],
        folders: Sequence[str],
        plainly: Mapping[str, str],
        ends: int | None = None,
    ) -> AsyncIterator[Child]:
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
                child = Child([program, *words], home, environment, tuple(pipes.values()), ends)
            yield child

    async def _printed(self, child: Child, program: str, timeout: timedelta) -> Output:
        code = await self._ended(child, program, timeout)
        said = self._secrets.redact(child.err.decode("utf-8", "replace"))
        return Output(code, child.out.decode("utf-8", "replace"), said, child.took)

    async def _ended(self, child: Child, program: str, timeout: timedelta) -> int:
        try:
            ending = await child.ended(timeout.total_seconds())
        finally:
            await child.close()
        if ending == "too much":
            raise CannotSee(Reason.INCOMPLETE, say("{program} printed more than 8 MiB", program=program))
        code = child.code
        if ending == "late" or code is None:
            raise CannotSee(
                Reason.TIMEOUT, say("{program} did not end within {timeout}", program=program, timeout=plain(timeout))
            )
        return code


def _known(argv: Sequence[str]) -> tuple[object, ...]:
    """What is asked of which file as it is now; empty where there is none."""
    program = shutil.which(argv[0])
    if program is None:
        return ()
    try:
        file = Path(program).stat()
    except OSError:
        return ()
    return (*argv, program, file.st_dev, file.st_ino, file.st_mtime_ns, file.st_size)


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
