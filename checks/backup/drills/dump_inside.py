"""Restored files to what a server of its own says of the newest database dump among them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from audit.contract import Entry, Workshop
from checks.backup.drills import backup_file
from checks.backup.drills.inside import Held

_AWAY: Final = ("rm", "--recursive", "--force", "--one-file-system", "--")
COMMANDS: Final = (*backup_file.COMMANDS, f"{' '.join(_AWAY)} *")
_DUMP: Final = re.compile(
    r"(.*/)?([^/]+\.(sql|dump|pgdump|backup|pgc)(\.(gz|bz2|xz|zst|lz4))?|toc\.dat)", re.IGNORECASE
)


async def dump_proven(workshop: Workshop, folder: Path, found: Held, *, whole: bool) -> int:
    """The level that restored files reach once the dump among them was loaded, with its checks added to `found`.

    Only where the inventory names a query as canary: then the data is a database, and files alone are not yet it. A
    part of the files (not `whole`) may well lack the newest dump.
    """
    level = found.level
    canary = workshop.canary
    if not whole or canary is None or canary.query is None or level < 3:
        return level
    name = newest_dump(await workshop.entries(folder))
    if name is None:
        return level
    path = folder / name
    dump = workshop.room / "dump"
    moved = path.parent if path.name == "toc.dat" else path
    await workshop.run(("mv", "--no-target-directory", "--", str(moved), str(dump)))
    # A server is not let near files that may lead elsewhere; what was verified is needed no more.
    await workshop.run((*_AWAY, str(folder)))
    opened = await backup_file.opened(dump, path.name, workshop, None)
    found.checks += opened.checks
    if not all(check.held for check in opened.checks if check.name != "canary"):
        return 1
    return max(level, opened.level)


def newest_dump(entries: Mapping[str, Entry]) -> str | None:
    """The dump that changed last, the larger of two."""
    dumps = [name for name in entries if _DUMP.fullmatch(name)]
    return max(dumps, key=lambda name: (entries[name].modified, entries[name].size), default=None)
