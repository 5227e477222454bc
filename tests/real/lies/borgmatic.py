"""What was done behind borgmatic's back to the check that is not fooled by it."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("a byte turned; the next check is due in two weeks", "borgmatic", "bytes-flipped", "backup.verified"),
    Lie("a folder taken out of the job", "borgmatic", "folder-left-out", "backup.newest-complete"),
)
