"""Broken buckets to the checks that are not to believe that a store which answers has a backup."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("the newest object is half a dump, soundly packed", "s3", "half-a-dump", "backup.newest-complete"),
    Lie("nearly all rows left out of the newest dump", "s3", "few-rows", "backup.newest-complete"),
    Lie("the newest object is empty", "s3", "empty", "backup.newest-complete"),
    Lie("one byte of the stored object flipped", "s3", "byte-flipped", "backup.verified"),
    Lie("the newest object taken out of the other bucket", "s3", "replica-missing", "backup.replicated"),
    Lie("an older object under its name in the other bucket", "s3", "replica-stale", "backup.replicated"),
    Lie("nothing was uploaded for three hours", "s3", "stopped", "backup.age"),
    Lie("a rule that takes everything after a day", "s3", "expires", "backup.never-empties"),
    Lie("all objects deleted, their versions left", "s3", "deleted", "backup.age"),
    Lie("the bucket lies in another region than was said", "s3", "other-region", "backup.verified"),
    Lie(
        "the newest object moved to an archive that gives it out after half a day",
        "s3",
        "cold",
        "backup.verified",
        verdict="unknown: incomplete",
    ),
)
