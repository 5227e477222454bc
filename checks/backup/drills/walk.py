"""Folders of a backup, listed one by one, to the part of it whose turn it is, where one list would be too long."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from checks.backup.drills.sample import MOST_NAMES, turn_of

_LISTINGS: Final = 40
_SPREAD: Final = 20
"""Names for each turn, so that a turn is not one large folder alone."""


async def walked(
    listing: Callable[[str], Awaitable[Mapping[str, bool] | None]], share: float, turn: int
) -> tuple[str, ...]:
    """The files and folders, by their paths from the root, that a drill of a share restores in this turn.

    `listing` gives what lies right in a folder, by path, with whether it is a folder; None where that is too much.
    """
    slots = math.ceil(1 / share - 1e-9)
    names: dict[str, bool] = {"": True}
    for _ in range(_LISTINGS):
        if len(names) >= slots * _SPREAD:
            break
        folders = sorted((name for name, opens in names.items() if opens), key=lambda name: (name.count("/"), name))
        if not folders:
            break
        inside = await listing(folders[0])
        if inside is None or len(inside) + len(names) > MOST_NAMES * slots // 2:
            names[folders[0]] = False
            continue
        del names[folders[0]]
        names |= inside
    return tuple(sorted(turn_of(names, slots, turn))) if names else ()
