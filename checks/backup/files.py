"""Backup files as the inventory words them become the points in time to which they can bring data back."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator

from audit.contract import Verbs, World, probe
from audit.model.backup import BackupState
from audit.model.estate import parse_timezone
from audit.model.item import Text
from audit.model.technology import Copy
from audit.model.units import Duration, Flag
from checks.backup.dropped import Drop, dropped
from checks.backup.dump import COMMANDS


class FileCopies(Copy, kind="files"):
    """Files that match a pattern, one backup each, such as dumps.

    Dumps of PostgreSQL and MySQL, tar archives, what gzip, bzip2, xz, zstd or lz4 packed are looked into: a backup
    without its end is none, nor is one without rows. Of zip and 7z archives the list at the end must be there. Other
    files count as whole unless they are empty, hold zeros or a page of the web, are not what their names say or what
    the one before them was; a manifest of checksums lets them be verified.
    """

    path: Text
    """A pattern such as `/srv/dumps/*.sql.gz`; a relative one starts at the estate's folder."""
    manifest: Text | None = None
    """File with sha256 sums; else `NAME.sha256` or `SHA256SUMS` beside the newest file is taken where there is one."""
    timezone: Annotated[Text, AfterValidator(parse_timezone)] | None = None
    """Of the machine that makes the dumps: most write the hour of their start without a zone."""
    may_be_empty: Flag = False
    """Whether a dump without a row is a sound one, as of a database that is not used yet."""
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt; a file that takes longer to read stays unverified."""


@probe(deadline=185, verbs=Verbs(commands=("pg_restore --file=/dev/null *", *COMMANDS)))
async def newest_files(copy: FileCopies, world: World) -> BackupState:
    drop = Drop(
        world,
        copy.timeout,
        world.files,
        copy.path,
        manifest=copy.manifest,
        zone=copy.timezone,
        empty=copy.may_be_empty,
    )
    return await dropped(drop, "")
