"""Ways in which mariabackup says that a backup is there while it is not, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("one byte flipped in a table of the newest backup", "mariabackup", "flipped", "backup.verified"),
    Lie(
        "the file of one table of the newest backup removed",
        "mariabackup",
        "stripped",
        "backup.verified",
        "unknown: incomplete",
    ),
    Lie("the newest backup killed half way", "mariabackup", "interrupted", "backup.newest-complete"),
    Lie("a link of the incremental chain taken away", "mariabackup", "unlinked", "backup.newest-complete"),
    Lie("the database dropped, the job goes on", "mariabackup", "dropped", "backup.newest-complete"),
)
