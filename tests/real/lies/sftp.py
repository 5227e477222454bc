"""Broken drops of a file server to the checks that are not to believe that a server which answers has a backup."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("half a dump, soundly packed, with its checksum", "sftp", "half-a-dump", "backup.newest-complete"),
    Lie("one byte of the newest dump flipped", "sftp", "byte-flipped", "backup.verified"),
    Lie("nothing was dropped for three hours", "sftp", "stopped", "backup.age"),
    Lie("another machine answers at the address", "sftp", "another-host", "backup.age", "unknown: denied"),
    Lie("the audit's key was taken away", "sftp", "locked-out", "backup.age", "unknown: denied"),
)
