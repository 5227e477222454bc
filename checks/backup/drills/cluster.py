"""A restored PostgreSQL data folder becomes the programs of its version with the words to ask a server over it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audit.contract import CannotSee, Output, Reason, Workshop, say

_FOLDERS: Final = ("/usr/lib/postgresql/{major}/bin", "/usr/pgsql-{major}/bin", "/opt/pgsql-{major}/bin")
PROGRAMS: Final = "/{usr/lib/postgresql/*,usr/pgsql-*,opt/pgsql-*}/bin"
"""Those folders for the verbs of a drill, whatever the version."""
SPACES: Final = "tablespaces"
"""The folder of the room in which table spaces lie, each under its number."""
_OLDEST: Final = 12
_OWNER: Final = re.compile(rb"\x0a\0\0\0(?=([^\0]{1,63})\0)([^\0]{1,63}\0{1,63})")
"""The role with number 10, which every cluster is made with, as a page of pg_authid holds it."""
_LARGEST_PAGES: Final = 65_536
_NAME_WIDTH: Final = 64


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data folder in the room, with the programs of its version."""

    workshop: Workshop
    data: Path
    programs: str
    major: int
    user: str = "postgres"
    only: frozenset[int] | None = None
    """The numbers of the databases that were restored; None for all."""

    def program(self, name: str) -> str:
        return f"{self.programs}/{name}"

    @property
    def door(self) -> tuple[str, ...]:
        return (f"--host={self.workshop.room}", "--port=5432")

    async def ask(self, query: str, database: str = "postgres", options: str = "") -> Output:
        """What a statement gives, as psql prints it without any frame."""
        return await self.workshop.run(
            (
                self.program("psql"), "-XqAt", *self.door, f"--username={self.user}",
                f"--dbname=dbname={quoted(database)}", f"--command={query}",
            ),
            environment={"PGOPTIONS": options, "PGCONNECT_TIMEOUT": "10"},
            inside=True,
        )  # fmt: skip


async def opened(workshop: Workshop, data: Path, only: frozenset[int] | None = None) -> Cluster:
    """A data folder with the programs that can start it. CannotSee(no-tool) where this machine has none."""
    files = workshop.world.files
    try:
        written = (await files.head(str(data / "PG_VERSION"), 16)).decode("ascii", "replace").strip()
    except CannotSee as gap:
        raise CannotSee(Reason.INCOMPLETE, say("what was restored has no PG_VERSION")) from gap
    if not re.fullmatch(r"[0-9]{1,2}", written) or int(written) < _OLDEST:
        raise CannotSee(
            Reason.NO_TOOL, say("no drill knows PostgreSQL {version}, only 12 and newer", version=repr(written))
        )
    folder = await programs(workshop, int(written))
    return Cluster(workshop, data, folder, int(written), await _owner(workshop, data), only)


async def _owner(workshop: Workshop, data: Path) -> str:
    """The name of the first superuser, under which everything can be asked; `postgres` where the files do not tell."""
    try:
        pages = await workshop.world.files.head(f"{data}/global/1260", _LARGEST_PAGES)
    except CannotSee:
        return "postgres"
    names = [
        found[1].decode("utf-8", "replace")
        for found in _OWNER.finditer(pages)
        if not any(pages[found.start() + 4 + len(found[1]) : found.start() + 4 + _NAME_WIDTH])
    ]
    return names[0] if names and "postgres" not in names else "postgres"


async def programs(workshop: Workshop, major: int | None) -> str:
    """The folder with the server programs of a version, the newest one where it does not matter."""
    for number in (major,) if major else range(30, _OLDEST - 1, -1):
        for pattern in _FOLDERS:
            folder = pattern.format(major=number)
            try:
                if await workshop.world.files.list(f"{folder}/postgres", 1):
                    return folder
            except CannotSee:
                continue
    raise CannotSee(
        Reason.NO_TOOL, say("the server programs of PostgreSQL {version} are not installed here", version=major or "")
    )


def quoted(name: str) -> str:
    """A name as a value in a connection string, which could otherwise lead elsewhere."""
    return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"
