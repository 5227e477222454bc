"""Broken dumps in a folder to the checks that are not to believe that a sound file is a backup."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("half a dump, soundly packed, with its checksum", "files", "half-a-dump", "backup.newest-complete", number=11),
    Lie("the newest dump is empty, its checksum says so", "files", "empty", "backup.newest-complete"),
    Lie("one byte of the newest dump flipped", "files", "byte-flipped", "backup.verified"),
    Lie("the newest file is the beginning of a copy", "files", "never-finished", "backup.age"),
    Lie("the newest dump is dated tomorrow", "files", "from-the-future", "backup.clock"),
)
