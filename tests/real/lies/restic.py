"""What was done behind restic's back to the check that is not fooled by it."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("two bytes of a pack turned", "restic", "bytes-flipped", "backup.verified", number=3),
    Lie("a folder of the source could not be read", "restic", "source-unreadable", "backup.newest-complete", number=4),
    Lie("the source was not mounted, its folder empty", "restic", "source-empty", "backup.newest-complete"),
    Lie(
        "the newest snapshot is of another folder, made by hand",
        "restic",
        "other-folder",
        "backup.age",
        verdict="unknown: incomplete",
    ),
    Lie("a snapshot dated three days ahead", "restic", "from-the-future", "backup.clock"),
    Lie("the index of the repository removed", "restic", "index-removed", "backup.verified"),
    Lie("the only key of the repository removed", "restic", "key-removed", "backup.age", verdict="unknown: denied"),
)
