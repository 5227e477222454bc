"""Broken mirrors to the checks that are not to believe that what rsync finds the same is the same."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("one byte flipped, size and date as before", "tree", "byte-flipped", "backup.verified"),
    Lie("one file taken out", "tree", "file-removed", "backup.newest-complete"),
    Lie("one hidden file taken out", "tree", "hidden-removed", "backup.newest-complete"),
    Lie("half a file that rsync was sending", "tree", "half-sent", "backup.newest-complete"),
    Lie("the last run did not come to its end", "tree", "run-not-ended", "backup.newest-complete"),
    Lie("no run for three hours", "tree", "stopped", "backup.age"),
    Lie("a file that no list names", "tree", "unlisted", "backup.verified"),
    Lie("everything taken out, the folder left", "tree", "emptied", "backup.age"),
    Lie("the list of checksums taken out", "tree", "list-removed", "backup.age", "unknown: incomplete"),
)
