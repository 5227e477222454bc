"""A base backup of PostgreSQL as it lies in a folder becomes what its manifest finds wrong with it."""

from __future__ import annotations

import glob
import re
from datetime import timedelta
from typing import Final

from audit.contract import CannotSee, Reason, World, say

VERIFY: Final = (
    "pg_verifybackup --no-parse-wal *",
    "/usr/lib/postgresql/*/bin/pg_verifybackup --no-parse-wal *",
)
"""The command lines, for the verbs of a probe."""
_FOREIGN: Final = ("could not open", "ermission denied", "unrecognized option", "invalid option")
_MOST: Final = 20
_MOST_FILES: Final = 200_000
_LARGEST: Final = 256_000_000
_LISTED: Final = re.compile(rb'"Path": "(?!pg_tblspc/|\.|[^"]*/\.|[^"]*\\\\)([ -~]{1,1000}?)", "Size": (\d{1,15}),')
_CHANGED: Final = (b"postgresql.auto.conf", b"standby.signal", b"recovery.signal")
"""What is written for a restore, as by `pg_basebackup -R`; pg_verifybackup passes by the same."""


async def lost(folder: str, world: World) -> str:
    """A file that the manifest of a plain base backup names and that is not there in its length; empty for none.

    Names and lengths alone: this is no verification, and it is none where nothing can be listed. Table spaces lie
    behind links, and a walk passes by what is hidden.
    """
    try:
        text = await world.files.head(f"{folder}/backup_manifest", _LARGEST)
        seen = await world.files.list(f"{glob.escape(folder)}/**", _MOST_FILES)
    except CannotSee:
        return ""
    named = {path.decode(): int(size) for path, size in _LISTED.findall(text) if path not in _CHANGED}
    if len(seen) >= _MOST_FILES or not named:
        return ""
    there = {file.path.removeprefix(f"{folder}/"): file.size for file in seen}
    return next((path for path, size in sorted(named.items()) if there.get(path) != size), "")


async def faults(folder: str, world: World, timeout: timedelta) -> tuple[str, ...]:
    """Read every file of a base backup and hold it against the manifest; its log is not read, only counted elsewhere.

    CannotSee where there is no manifest, no program, no time, no right to read it.
    """
    release = (await world.files.head(f"{folder}/PG_VERSION", 20)).decode("ascii", "replace").strip()
    if not re.fullmatch(r"[1-9][0-9]", release):
        raise CannotSee(Reason.INCOMPLETE, say("{folder} is no base backup with a manifest", folder=folder))
    await world.files.head(f"{folder}/backup_manifest", 1)
    words = ("--no-parse-wal", folder)
    try:
        # Debian keeps the programs of each release in a folder of its own, outside PATH.
        output = await world.command.run((f"/usr/lib/postgresql/{release}/bin/pg_verifybackup", *words), timeout, {})
    except CannotSee as gap:
        if gap.reason is not Reason.NO_TOOL:
            raise
        output = await world.command.run(("pg_verifybackup", *words), timeout, {})
    if output.code == 0:
        return ()
    lines = [line.strip() for line in output.err.splitlines() if line.strip()]
    if output.code != 1 or not lines or any(word in lines[0] for word in _FOREIGN):
        line = lines[0] if lines else f"it ended with {output.code}"
        raise CannotSee(
            Reason.INCOMPLETE,
            say("pg_verifybackup could not read {folder}: {answer}", folder=folder, answer=line[:200]),
        )
    return tuple(line.removeprefix("pg_verifybackup: error: ")[:200] for line in lines[:_MOST])
