"""What a drill may do, with its room, to the Workshop that a technology's restore is given."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import anyio
import anyio.to_thread

from audit.model.clean import line
from audit.model.drilling import Canary, Checked, Part, PartName
from audit.model.item import Secret
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.drilling import holding, space, together
from audit.world.drilling.namespace import Namespace, User
from audit.world.drilling.program import Running, found, piped, surroundings, tied
from audit.world.drilling.room import Room, inside
from audit.world.drilling.tree import counted, handed_over
from audit.world.restored import entries_below, save_below, sums_below
from audit.world.secrets import Secrets
from audit.world.verbs import Verbs
from audit.world.workshop import NONE, PLAIN, Ending, Entry, Tree
from audit.world.world import Output, World

_LONGEST: Final = 300
_POLL: Final = 0.05


@dataclass(frozen=True, slots=True)
class Terms:
    """What one drill may do."""

    verbs: Verbs
    user: User | None
    """As whom servers run; None where that is who runs this process."""
    most: int
    """Bytes that it may restore."""
    ends: float
    """When its time is over, by the monotonic clock."""
    wanted: str = ""
    share: float = 1.0
    turn: int = 0
    canary: Canary | None = None


@dataclass(slots=True)
class Shop:
    """One drill at work; `close` ends whatever it still runs."""

    world: World
    """Bound to what the technology declared."""
    place: Room
    terms: Terms
    secrets: Secrets
    parts: list[Part] = field(default_factory=list)
    newest: datetime | None = None
    """The time that the canary told."""
    _namespace: Namespace | None = None
    _servers: int = 0
    _running: list[Running] = field(default_factory=list)

    @property
    def room(self) -> Path:
        return self.place.path

    @property
    def wanted(self) -> str:
        return self.terms.wanted

    @property
    def share(self) -> float:
        return self.terms.share

    @property
    def turn(self) -> int:
        return self.terms.turn

    @property
    def canary(self) -> Canary | None:
        return self.terms.canary

    @property
    def left(self) -> timedelta:
        return timedelta(seconds=max(0.0, self.terms.ends - time.monotonic()))

    @contextlib.contextmanager
    def part(self, name: PartName) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.parts.append(Part(name=name, took=round(time.monotonic() - began, 6)))

    def afford(self, size: int) -> None:
        space.afford(self.room, size, self.terms.most, sampled=self.terms.share < 1)

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
        self._time(argv)
        with contextlib.ExitStack() as stack:
            running = await self._started(stack, argv, secrets, files, environment, folder, isolated=inside)
            return await running.ended(self.left, self.clean)

    async def both(
        self, first: Coroutine[Any, Any, together.A], second: Coroutine[Any, Any, together.B]
    ) -> tuple[together.A, together.B]:
        return await together.both(first, second)

    @contextlib.asynccontextmanager
    async def serve(
        self,
        argv: Sequence[str],
        ready: Callable[[], Awaitable[bool]],
        *,
        environment: Mapping[str, str] = PLAIN,
        ending: Ending = "TERM",
    ) -> AsyncIterator[None]:
        self._time(argv)
        with contextlib.ExitStack() as stack:
            running = await self._started(stack, argv, NONE, NONE, environment, None, isolated=True)
        running.server = True
        self._servers += 1
        try:
            await self._until(ready, running)
            yield
        finally:
            await running.stop(signal.Signals[f"SIG{ending}"])
            self._servers -= 1
            if not self._servers:
                await self._shut()  # with whatever it started and left
            await running.settle()

    async def hand_over(self, path: Path) -> None:
        real = inside(self.room, path)
        user = self.terms.user
        if user is not None:
            await anyio.to_thread.run_sync(handed_over, self.room, real, user.uid, user.gid)

    async def tree(self, path: Path) -> Tree:
        real = inside(self.room, path)
        return await anyio.to_thread.run_sync(counted, real)

    async def entries(self, path: Path) -> Mapping[str, Entry]:
        return await entries_below(inside(self.room, path))

    async def sums(self, path: Path, names: Sequence[str]) -> Mapping[str, str]:
        return await sums_below(inside(self.room, path), names)

    async def save(self, name: str, pieces: AsyncIterator[bytes]) -> Path:
        return await save_below(self.room, name, pieces)

    def write(self, name: str, text: str) -> Path:
        path = self.room / name
        folder = inside(self.room, path.parent)
        folder.mkdir(0o700, parents=True, exist_ok=True)
        descriptor = os.open(
            folder / path.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            if self.terms.user is not None:
                os.fchown(descriptor, self.terms.user.uid, self.terms.user.gid)
        return path

    def check(self, name: str, held: bool, detail: str = "") -> Checked:  # noqa: FBT001 - a check opens with its truth
        return Checked(name=name, held=held, detail=line(self.clean(detail)).strip()[:_LONGEST])

    def canary_held(self, found: str) -> Checked:
        if self.terms.canary is None:
            return Checked(name="canary", held=False, detail="the inventory names none")
        told = holding.held(self.terms.canary, found, self.world.clock.now())
        if told.newest is not None:
            self.newest = max(told.newest, self.newest) if self.newest is not None else told.newest
        return Checked(name="canary", held=told.held, detail=told.detail)

    async def close(self) -> None:
        """End everything that is still running, whoever has forgotten it."""
        for running in self._running:
            if not running.closed:
                await running.end()
        self._running.clear()
        await self._shut()

    async def _shut(self) -> None:
        """End the empty network with everything in it."""
        if self._namespace is not None:
            await self._namespace.close()
            self._namespace = None

    async def _started(
        self,
        stack: contextlib.ExitStack,
        argv: Sequence[str],
        secrets: Mapping[str, Secret],
        files: Mapping[str, Secret],
        environment: Mapping[str, str],
        folder: Path | None,
        *,
        isolated: bool,
    ) -> Running:
        if not argv or not self.terms.verbs.allow_command(argv):
            asked = " ".join(argv[:2])[:120]
            raise CannotSee(Reason.DENIED, say("{asked} is not among what this drill declares to run", asked=asked))
        undeclared = next((key for key in environment if key not in self.terms.verbs.environment), None)
        if undeclared is not None:
            says = say("{asked} is not among what this drill declares to run", asked=undeclared)
            raise CannotSee(Reason.DENIED, says)
        program, name = found(argv[0]), Path(argv[0]).name
        at = inside(self.room, folder) if folder is not None else self.room
        user = self.terms.user if isolated else None
        owner = user.uid if user is not None else None
        values = {word: self.secrets.reveal(secret) for word, secret in files.items()}
        pipes = {f"{{{word}}}": stack.enter_context(piped(value, owner)) for word, value in values.items()}
        words = [program, *(f"/dev/fd/{pipes[word]}" if word in pipes else word for word in argv[1:])]
        plain = {key: str(pipes.get(text, text)) for key, text in environment.items()}
        around = surroundings(self.place.inside if isolated else self.place.home, plain)
        around |= {key: self.secrets.reveal(secret) for key, secret in secrets.items()}
        if isolated:
            await self._open()
            words = (await self._empty_network()).entering(words, at)
        self._running.append(await Running.started(name, tied(words), at, around, tuple(pipes.values())))
        return self._running[-1]

    async def _open(self) -> None:
        """Let the unprivileged user walk into the room, with a home of its own."""
        user = self.terms.user
        if user is not None:
            for folder in self.place.outer.parents:
                if not user.enters(folder):
                    raise CannotSee(
                        Reason.DENIED,
                        say("servers of a drill cannot reach {path}: let others enter it by `chmod o+x`", path=folder),
                    )
            for path in (self.room, self.place.inside):
                os.chown(path, user.uid, user.gid, follow_symlinks=False)

    async def _empty_network(self) -> Namespace:
        if self._namespace is None:
            self._namespace = await Namespace.made(self.terms.user, (self.room, self.place.inside))
        return self._namespace

    async def _until(self, ready: Callable[[], Awaitable[bool]], running: Running) -> None:
        while running.code is None and self.left > timedelta(0):
            if await ready():
                return
            await anyio.sleep(_POLL)
        if running.code is None:
            raise CannotSee(Reason.TIMEOUT, say("{program} was not ready in time", program=running.name))
        await anyio.sleep(_POLL)  # for its last words
        said = line(self.clean(running.last_lines()))[:_LONGEST]
        raise CannotSee(
            Reason.INCOMPLETE, say("{program} ended before it was ready: {said}", program=running.name, said=said)
        )

    def _time(self, argv: Sequence[str]) -> None:
        if self.left <= timedelta(0):
            name = Path(argv[0]).name if argv else ""
            raise CannotSee(Reason.TIMEOUT, say("no time was left for {program}", program=name))

    def clean(self, text: str) -> str:
        return self.world.redact(self.secrets.redact(text))
