"""Broken pgBackRest repositories to the checks that are not to believe `status: ok`."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("one WAL segment taken out of the archive", "pgbackrest", "segment-removed", "backup.log-unbroken", number=1),
    Lie("three bytes of a stored file flipped", "pgbackrest", "bytes-flipped", "backup.verified", number=2),
    Lie("the newest WAL segment taken out", "pgbackrest", "newest-segment-removed", "backup.log-unbroken"),
    Lie(
        "the segment taken out without which the newest backup cannot be opened",
        "pgbackrest",
        "segment-of-the-backup-removed",
        "backup.newest-complete",
    ),
    Lie("the full backup removed under its differential", "pgbackrest", "full-removed", "backup.age"),
    Lie("archive_command ends with 0, copies nothing", "pgbackrest", "archived-to-nowhere", "backup.log-unbroken"),
    Lie(
        "a server restored for a try archives into the same stanza",
        "pgbackrest",
        "two-servers-write",
        "backup.log-unbroken",
    ),
    Lie("the newest backup was killed before its end", "pgbackrest", "never-finished", "backup.newest-complete"),
)
