"""A scratch folder with what a drill wants to put there to whether it fits, now and while it works."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import anyio

from audit.model.message import say
from audit.model.units import bytes_text
from audit.model.verdict import CannotSee, Reason

NEEDED: Final = 2.2
"""Free space that a drill has to find, in sizes of what it restores: some tools keep it twice for a while."""
_LOOK: Final = 1.0
_KEPT: Final = 20
"""One part in so many of the disk stays free."""


def afford(folder: Path, size: int, most: int, *, sampled: bool = False) -> None:
    """CannotSee(denied) where so many bytes are more than a drill may restore, or do not fit.

    `sampled` where only a share was asked for, which not every kind can give.
    """
    if size > most and sampled:
        says = say("{size} are more than one drill restores ({most}), though a share was asked for; raise `most:`",
                   size=bytes_text(size), most=bytes_text(most))  # fmt: skip
        raise CannotSee(Reason.DENIED, says)
    if size > most:
        says = say("{size} are more than one drill restores ({most}); write `sample:` into its consent",
                   size=bytes_text(size), most=bytes_text(most))  # fmt: skip
        raise CannotSee(Reason.DENIED, says)
    free = _free(folder)
    if free < size * NEEDED:
        says = say("{size} need {needed} of free scratch space, there are {free}",
                   size=bytes_text(size), needed=bytes_text(int(size * NEEDED)), free=bytes_text(free))  # fmt: skip
        raise CannotSee(Reason.DENIED, says)


async def full(folder: Path) -> None:
    """Return as soon as the disk is nearly full: a small backup may unpack to anything."""
    disk = os.statvfs(folder)
    least = min(_free(folder) // 2, disk.f_blocks * disk.f_frsize // _KEPT)
    while _free(folder) >= least:
        await anyio.sleep(_LOOK)


def _free(folder: Path) -> int:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize
