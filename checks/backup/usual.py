"""The sizes of the backups before one become the reason why its own is doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

_EARLIER: Final = 30
_FEW: Final = 3
_MANY: Final = 5
"""Earlier ones that tell what is usual, and by how much they differ among each other."""


def shrunk(size: int, earlier: Sequence[int]) -> str:
    """Why a size is doubtful; empty where it is not. `earlier` are those before it, oldest first.

    Less than half of what is usual, and further from it than the others ever are; of few others, less than half of the
    least.
    """
    others = [other for other in earlier[-_EARLIER:] if other]
    if len(others) < _FEW:
        return ""
    if len(others) < _MANY:
        return f"it has {size} bytes where none had less than {min(others)}" if size * 2 < min(others) else ""
    usual = median(others)
    spread = 1.4826 * median(abs(other - usual) for other in others)
    if size * 2 < usual and usual - size > 5 * spread:
        return f"it has {size} bytes where {usual:.0f} are usual"
    return ""
