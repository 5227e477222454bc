"""What the snapshots of a restic repository say that they stored, against the packs there, to why none counts."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from typing import Final

from audit.contract import CannotSee, Timed
from checks.backup.restic_output import Snapshot

_MOST: Final = 100_000
"""Packs that are counted: a tera byte and a half in the usual size."""
_LEAST: Final = 0.1
"""The share that is left of what was stored, whatever packed it tighter since."""


async def lost(look: Timed, repository: str, snapshots: Sequence[Snapshot]) -> str:
    """Why nothing of a repository on this machine can be brought back; empty where its packs may hold it all.

    What a snapshot added stays as long as it is listed. Older releases do not tell that: they are asked for sizes, and
    walk through what is stored for it.
    """
    stored = sum(min(one.stored or 0, one.weight.size or 0) for one in snapshots)
    if not stored:
        return ""
    try:
        packs = await look.world.files.list(f"{glob.escape(repository)}/data/*/*", _MOST)
    except CannotSee:
        return ""
    there = sum(pack.size for pack in packs)
    if len(packs) == _MOST or there >= stored * _LEAST:
        return ""
    return f"the packs of the repository hold {there} bytes, its snapshots stored {stored}"
