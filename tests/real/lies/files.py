"""Broken dumps in a folder to the checks that are not to believe that a sound file is a backup."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("half a dump, soundly packed, with its checksum", "files", "half-a-dump", "backup.newest-complete", number=11),
    Lie("the newest dump is empty, its checksum says so", "files", "empty", "backup.newest-complete"),
    Lie("nearly all rows left out of the newest dump", "files", "few-rows", "backup.newest-complete"),
    Lie("one byte of the newest dump flipped", "files", "byte-flipped", "backup.verified"),
    Lie("the newest file is the beginning of a copy", "files", "never-finished", "backup.age"),
    Lie("the newest dump is dated tomorrow", "files", "from-the-future", "backup.clock"),
    Lie("half a dump, soundly packed by zstd", "dumps_zst", "half-a-dump", "backup.newest-complete"),
    Lie("half of a file that zstd packed cut off", "dumps_zst", "cut", "backup.newest-complete"),
    Lie("one bit flipped in a file that zstd packed", "dumps_zst", "flipped", "backup.verified"),
    Lie("the newest dump encrypted in its place", "dumps_plain", "encrypted", "backup.newest-complete"),
    Lie("the complaint of the tool under the name of a dump", "dumps_plain", "refused", "backup.newest-complete"),
)
