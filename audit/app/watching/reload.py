"""A folder of inventory files in, the estate that they hold whenever they change out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from audit.app.watching.worker import Worker
from audit.catalogue import Catalogue
from audit.inventory.files import SUFFIXES
from audit.inventory.load import load
from audit.model.estate import Estate
from audit.model.exit import Stop
from audit.model.message import Message, say

EVERY: Final = 2.0
MOST_FILES: Final = 100_000
Marks = tuple[tuple[str, int, int, int], ...]
"""Name, inode, size and time of change of each file."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An inventory that cannot be used."""

    says: tuple[str | Message, ...]


class Reload:
    """Looks at the files every two seconds, and at once when it is asked to.

    `marks` are those from before the estate was read: what changed while it was, or since, is read too.
    """

    def __init__(self, path: Path, catalogue: Catalogue, estate: Estate, marks: Marks) -> None:
        self._path = path
        self._catalogue = catalogue
        self._sha256 = estate.sha256
        self._watching = _watches(estate)
        self._marks = marks
        self._asked = asyncio.Event()
        self._told: tuple[str, ...] = ()

    def ask(self) -> None:
        """Read the inventory now, whether its files changed or not."""
        self._asked.set()

    def ask_later(self) -> None:
        """Read it once more with the next look at the files."""
        self._marks = ()
        self._sha256 = ""

    async def run(self, changed: Callable[[Estate | Refused], None]) -> None:
        """Tell of each new estate, and once of each that is refused, for ever."""
        with Worker("inventory") as worker:
            await self._look(worker, changed)

    async def _look(self, worker: Worker, changed: Callable[[Estate | Refused], None]) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), EVERY)
            asked = self._asked.is_set()
            self._asked.clear()
            marks = await worker.do(partial(marks_of, self._path))
            if marks == self._marks and not asked:
                continue
            # Somebody may be writing still: only what stood still for a moment is read.
            await asyncio.sleep(0 if asked else EVERY / 4)
            again = await worker.do(partial(marks_of, self._path))
            if again != marks and not asked:
                continue
            self._marks = again
            found = await worker.do(self._read)
            if isinstance(found, Refused):
                says = tuple(map(str, found.says))
                if says != self._told or asked:
                    self._told = says
                    changed(found)
            elif found.sha256 != self._sha256 or self._told or asked:
                self._told = ()
                self._sha256 = found.sha256
                self._watching = _watches(found)
                changed(found)

    def _read(self) -> Estate | Refused:
        try:
            loaded = load(self._path, self._catalogue)
        except Stop as stop:
            return Refused(tuple(stop.says))
        if loaded.estate is None:
            return Refused(loaded.said())
        if self._watching and not _watches(loaded.estate):
            # Far likelier files that are being moved than the wish to watch nothing any more.
            return Refused((say("the inventory holds no endpoint any more; to watch nothing, end the watch"),))
        return loaded.estate


def _watches(estate: Estate) -> bool:
    return any(system.endpoints for _, system in estate.systems())


def marks_of(path: Path) -> Marks:
    """What changes where an inventory changes."""
    found: list[tuple[str, int, int, int]] = []
    names = [path] if not path.is_dir() else []
    for folder, below, files in os.walk(path) if path.is_dir() else ():
        below[:] = sorted(name for name in below if not name.startswith("."))
        names += [Path(folder, name) for name in files if name.lower().endswith(SUFFIXES) and not name.startswith(".")]
        if len(names) > MOST_FILES:
            break
    for name in sorted(names):
        try:
            seen = name.stat()
        except OSError:
            continue
        found.append((str(name), seen.st_ino, seen.st_size, seen.st_mtime_ns))
    return tuple(found)
