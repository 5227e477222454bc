"""A snapshot of etcd with those before it to why it is no backup of what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from audit.contract import CannotSee, FileSeen, Reason, Timed
from checks.backup.etcd_store import Kept, Store

_SUM: Final = 32
_FEW: Final = 10
"""Keys of which it may be chance that none is in another snapshot."""


@dataclass(slots=True)
class Stores:
    """What was read of the snapshots of one folder."""

    look: Timed
    may_shrink: float
    empty: bool
    """Whether a store without a key is a sound one."""
    read: dict[str, Kept] = field(default_factory=dict)

    async def doubt(self, file: FileSeen, before: Sequence[FileSeen]) -> str:
        """Why a snapshot does not count; empty where nothing speaks against it. `before` are older ones that count."""
        kept = await self._kept(file)
        if not kept.keys and not self.empty:
            return "it holds no key"
        first, last = await self._first(before), await self._first(before[::-1])
        if first is None or last is None:
            return ""
        earlier = await self._kept(first)
        if len(kept.keys) < len(earlier.keys) * (1 - self.may_shrink):
            return f"it holds {len(kept.keys)} keys, an earlier one {len(earlier.keys)}"
        if _strangers(kept, earlier):
            return "it is of another cluster than an earlier one: they have no member, no key in common"
        if kept.revision < await self._revision(last):
            return await self._back(file, kept, last, before)
        return ""

    async def _first(self, files: Sequence[FileSeen]) -> FileSeen | None:
        """The first of some that can be read: one that is broken tells nothing of the others."""
        for file in files:
            try:
                await self._revision(file)
            except CannotSee as gap:
                if gap.reason is Reason.TIMEOUT:
                    raise
            else:
                return file
        return None

    async def _revision(self, file: FileSeen) -> int:
        known = self.read.get(file.path)
        return (known or await Store(file.path, self.look).kept(keys=False)).revision

    async def _back(self, file: FileSeen, kept: Kept, last: FileSeen, before: Sequence[FileSeen]) -> str:
        """The count of all changes never goes back, but where a cluster was restored of an older snapshot."""
        told = f"it ends at revision {kept.revision}, the one before it at {(await self._kept(last)).revision}"
        files = self.look.world.files
        own = await files.tail(file.path, _SUM)
        for other in before:
            if other.size == file.size and await files.tail(other.path, _SUM) == own:
                return f"{told}: it is {other.path.rpartition('/')[2]} once more"
        earlier = await self._kept(last)
        if _same(kept, earlier) * 2 < min(len(kept.keys), len(earlier.keys)):
            return f"{told}: it is of another cluster"
        anew = _apart(kept, earlier) or (kept.restored and not earlier.restored)
        return "" if anew else f"{told}: it is an old one, or of a cluster that was put back"

    async def _kept(self, file: FileSeen) -> Kept:
        if file.path not in self.read:
            self.read[file.path] = await Store(file.path, self.look).kept()
        return self.read[file.path]


def _same(one: Kept, other: Kept) -> int:
    """How many keys live in both since they were made."""
    return sum(other.keys.get(key) == made for key, made in one.keys.items())


def _strangers(one: Kept, other: Kept) -> bool:
    few = min(len(one.keys), len(other.keys)) < _FEW
    return not few and _apart(one, other) and not _same(one, other)


def _apart(one: Kept, other: Kept) -> bool:
    return bool(one.members and other.members) and not one.members & other.members
