"""Broken files behind rclone to the checks that are not to believe that a storage which counts them has them."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("one byte of the newest file flipped", "rclone", "byte-flipped", "backup.verified"),
    Lie("the newest file is empty, its checksum says so", "rclone", "empty", "backup.newest-complete"),
    Lie("one older file of the list taken out", "rclone", "removed", "backup.verified"),
    Lie("the newest file is the beginning of a copy", "rclone", "never-finished", "backup.age"),
    Lie("the newest file is in no list", "rclone", "not-listed", "backup.verified", "unknown: incomplete"),
)
