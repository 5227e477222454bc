"""A user in, an empty network with a process tree of its own for that user out."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import anyio
from anyio.abc import Process

from audit.model.clean import line
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason

_HOLDER: Final = Path(__file__).with_name("holder.py")
_SOCKETS: Final = Path("/proc/self/net/unix")
_PATIENCE: Final = 10.0


@dataclass(frozen=True, slots=True)
class User:
    """Somebody without rights, as whom servers run where this process is root."""

    uid: int
    gid: int

    def enters(self, folder: Path) -> bool:
        """Whether the mode of a folder lets this user walk through it."""
        seen = folder.stat()
        shift = 6 if seen.st_uid == self.uid else 3 if seen.st_gid == self.gid else 0
        return bool(seen.st_mode >> shift & 1)


def unprivileged(name: str) -> User | None:
    """The user of that name; None where this process is no root, so that servers run as itself.

    CannotSee(denied) where there is no such user, or it is root itself.
    """
    if os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam(name)
    except KeyError as broken:
        raise CannotSee(Reason.DENIED, say("this machine has no user {user}", user=repr(name))) from broken
    if found.pw_uid == 0:
        raise CannotSee(Reason.DENIED, say("servers of a drill never run as {user}", user=repr(name)))
    return User(found.pw_uid, found.pw_gid)


class Namespace:
    """An empty network, with all processes that were ever started in it; nothing in it reaches anybody outside."""

    def __init__(self, process: Process, user: User | None) -> None:
        self._process = process
        self._user = user

    @classmethod
    async def made(cls, user: User | None, rooms: Sequence[Path]) -> Self:
        """Only `rooms` can be written to from within. CannotSee(no-tool | denied) where this machine cannot do that."""
        for name in ("unshare", "nsenter", "setpriv", "env"):
            if shutil.which(name) is None:
                raise CannotSee(Reason.NO_TOOL, say("{program} is not installed on this machine", program=name))
        # Without root, the network belongs to a namespace of users in which this user has all rights over it.
        own = () if os.geteuid() == 0 else ("--user", "--map-current-user", "--keep-caps")
        with _SOCKETS.open("rb") as sockets:
            number = sockets.fileno()
            words = ("--net", "--ipc", "--pid", "--mount", "--fork", "--kill-child", "--", sys.executable, "-I", "-S")
            process = await anyio.open_process(
                ["unshare", *own, *words, _HOLDER, str(number), *map(str, rooms)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=(number,),
                env={"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)},
            )
        made = cls(process, user)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(made.close)
            if await made._answer() != "ready":
                raise CannotSee(
                    Reason.DENIED,
                    say("this machine lets nobody make an empty network namespace: {why}", why=await made._complaint()),
                )
            stack.pop_all()
        return made

    def entering(self, words: Sequence[str], folder: Path) -> list[str]:
        """The command line that runs a program in a folder there, as the unprivileged user, without any right."""
        at = f"/proc/{self._process.pid}/ns"
        own = () if os.geteuid() == 0 else (f"--user={at}/user", "--preserve-credentials")
        user: tuple[str, ...] = ()
        if self._user is not None:
            user = (f"--reuid={self._user.uid}", f"--regid={self._user.gid}", "--clear-groups", "--bounding-set=-all")
        return [
            "nsenter", *own, f"--net={at}/net", f"--ipc={at}/ipc", f"--pid={at}/pid_for_children", f"--mount={at}/mnt",
            "--", "env", f"--chdir={folder}", "setpriv", *user, "--inh-caps=-all", "--no-new-privs", "--", *words,
        ]  # fmt: skip

    async def close(self) -> None:
        """End it with everything in it."""
        with anyio.CancelScope(shield=True):
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            with anyio.move_on_after(_PATIENCE):
                await self._process.wait()
            with anyio.move_on_after(1):
                await self._process.aclose()

    async def _answer(self) -> str:
        if self._process.stdout is None:
            return ""
        with anyio.move_on_after(_PATIENCE), contextlib.suppress(anyio.EndOfStream):
            return (await self._process.stdout.receive(4096)).decode("utf-8", "replace").strip()
        return ""

    async def _complaint(self) -> str:
        if self._process.stderr is None:
            return ""
        with anyio.move_on_after(1), contextlib.suppress(anyio.EndOfStream):
            return line((await self._process.stderr.receive(4096)).decode("utf-8", "replace").strip())[:200]
        return ""
