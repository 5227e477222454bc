"""What was done behind borg's back to the check that is not fooled by it."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie(
        "the job stopped, the list is read in another time zone",
        "borg",
        "stopped-in-another-zone",
        "backup.age",
        number=15,
    ),
    Lie("a byte of a segment turned", "borg", "bytes-flipped", "backup.verified"),
    Lie("the segment with the stored data removed", "borg", "segment-removed", "backup.verified"),
    Lie("the newest backup was killed, a checkpoint is left", "borg", "checkpoint", "backup.newest-complete"),
    Lie("the source was not mounted, its folder empty", "borg", "source-empty", "backup.newest-complete"),
    Lie("an archive dated three days ahead", "borg", "from-the-future", "backup.clock"),
    Lie(
        "the index removed, so that borg writes one when it lists",
        "borg",
        "index-removed",
        "backup.age",
        verdict="unknown: incomplete",
    ),
    Lie("the key cut out of the repository", "borg", "key-removed", "backup.age", verdict="unknown: denied"),
    Lie("every file of the source encrypted in its place", "borg", "source-encrypted", "backup.newest-complete"),
)
