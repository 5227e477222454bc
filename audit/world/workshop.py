"""Where a restore drill works, as the Protocol that a technology's restore is given: the only hand that writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol, TypeVar

from audit.model.drilling import Canary, Checked, PartName
from audit.model.item import Secret
from audit.world.world import Output, World

NONE: Final[Mapping[str, Secret]] = MappingProxyType({})
Ending = Literal["TERM", "QUIT"]
PLAIN: Final[Mapping[str, str]] = MappingProxyType({})
A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Tree:
    """What lies below a folder."""

    bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One ordinary file that was restored."""

    size: int
    modified: datetime


class Workshop(Protocol):
    """One drill: a folder that was empty, programs that may write into it alone, servers that reach no network."""

    @property
    def world(self) -> World:
        """The hands that only look, bound to what the technology declared, to choose the point."""
        ...

    @property
    def room(self) -> Path:
        """The folder of this drill, mode 0700; it is taken away at the end."""
        ...

    @property
    def wanted(self) -> str:
        """The id of the point that was asked for; empty for the newest complete one."""
        ...

    @property
    def share(self) -> float:
        """How much of the copy is to be restored, 0 < share <= 1."""
        ...

    @property
    def turn(self) -> int:
        """How many drills of this copy there were before: what part a sample takes, so that all come by."""
        ...

    @property
    def canary(self) -> Canary | None: ...

    @property
    def left(self) -> timedelta:
        """The time that this drill may still take."""
        ...

    def part(self, name: PartName) -> AbstractContextManager[None]:
        """Measure one part; what is done outside any part counts for nothing."""
        ...

    def afford(self, size: int) -> None:
        """CannotSee(denied), which ends the drill, where so many bytes are above the cap or do not fit the scratch."""
        ...

    async def run(
        self,
        argv: Sequence[str],
        *,
        secrets: Mapping[str, Secret] = NONE,
        files: Mapping[str, Secret] = NONE,
        environment: Mapping[str, str] = PLAIN,
        folder: Path | None = None,
        inside: bool = False,
    ) -> Output:
        """Run one declared program to its end; `secrets`, `files`, `environment` as for `world.command.run`.

        `inside`: as the unprivileged user, in the empty network namespace in which the server of this drill runs.
        CannotSee(no-tool | timeout | denied).
        """
        ...

    async def both(self, first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
        """Do two things at once, such as a list beside the restore; where one fails, the other is ended."""
        ...

    def serve(
        self,
        argv: Sequence[str],
        ready: Callable[[], Awaitable[bool]],
        *,
        environment: Mapping[str, str] = PLAIN,
        ending: Ending = "TERM",
    ) -> AbstractAsyncContextManager[None]:
        """Start a server as the unprivileged user in an empty network namespace, wait until `ready`, end it at the end.

        `ending`: the signal that ends it, two seconds before SIGKILL ends it with all that it started.

        CannotSee(denied) where this machine lets nobody make a namespace; CannotSee(incomplete) with the last lines of
        what it printed where the server ended before it was ready.
        """
        ...

    async def hand_over(self, path: Path) -> None:
        """Give a folder in the room to the unprivileged user with all that is in it; nothing where this is not root."""
        ...

    async def tree(self, path: Path) -> Tree:
        """Count what was restored; no link is followed."""
        ...

    async def entries(self, path: Path) -> Mapping[str, Entry]:
        """The ordinary files below a folder of the room, by their path from there; no link is followed."""
        ...

    async def sums(self, path: Path, names: Sequence[str]) -> Mapping[str, str]:
        """Hex digest of ordinary files below a folder of the room; a name that is none, or leads out, is left out."""
        ...

    async def save(self, name: str, pieces: AsyncIterator[bytes]) -> Path:
        """Put what comes in pieces into a file of the room, folders on the way to it made."""
        ...

    def write(self, name: str, text: str) -> Path:
        """Put a small file, such as settings of a server, into the room."""
        ...

    def check(self, name: str, held: bool, detail: str = "") -> Checked:  # noqa: FBT001 - a check opens with its truth
        """One verification with its text cleaned of secrets and cut to what fits a line."""
        ...

    def canary_held(self, found: str) -> Checked:
        """Whether the canary's value is what was expected of it; the value goes no further."""
        ...
