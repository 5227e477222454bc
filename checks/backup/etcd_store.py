"""The file of a bbolt database that etcd keeps its keys in becomes the keys that live in it, with their history."""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from audit.contract import CannotSee, Reason, Timed, say

_MAGIC: Final = 0xED0CDAED
_BLOCK: Final = 256 * 1024
_KEPT: Final = 256
"""Blocks that are held at once: what follows each other in the store mostly lies near each other in the file."""
_META: Final = struct.Struct("<IIIIQQQQQ")
_PAGE: Final = struct.Struct("<QHHI")
_LEAF: Final = struct.Struct("<IIII")
_BRANCH: Final = struct.Struct("<IIQ")
_IS_BRANCH: Final = 1
_IS_LEAF: Final = 2
_IS_BUCKET: Final = 1
_SMALLEST: Final = 1024
_LARGEST: Final = 65_536
_DEEPEST: Final = 32
_FARTHEST: Final = 1 << 40
_LONGEST: Final = 1 << 16
"""Pages that hold one entry together."""
_REVISION: Final = 17
"""Bytes of the number of a change: eight, a line, eight for its place in that change; one more marks a deletion."""
_MOST: Final = 5_000_000
"""Changes that are looked through: etcd keeps them until it is told to forget them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one store holds."""

    revision: int
    """The number of the last change, be it one that was compacted."""
    members: frozenset[bytes]
    index: int | None
    """The last entry of the log of the cluster in it; a cluster that was restored begins to count anew."""
    keys: dict[int, int] = field(default_factory=dict)
    """A hash of each living key to the change that made it."""

    @property
    def restored(self) -> bool:
        """Whether its cluster was made of a snapshot once: else each change takes an entry of the log."""
        return self.index is not None and self.index + 1 < self.revision


@dataclass(slots=True)
class Store:
    """A file of which pages are read as they are needed."""

    path: str
    look: Timed
    size: int = 4096
    """Of a page."""
    blocks: OrderedDict[int, bytes] = field(default_factory=OrderedDict)

    async def kept(self, *, keys: bool = True) -> Kept:
        """What it holds, the keys where they are asked for. CannotSee where the file is none that is known."""
        try:
            return await self._kept(keys=keys)
        except (struct.error, ValueError, IndexError) as broken:
            says = say("what is in {name} has a form that is not known", name=self.path.rpartition("/")[2])
            raise CannotSee(Reason.INCOMPLETE, says) from broken

    async def _kept(self, *, keys: bool) -> Kept:
        root = await self._root()
        buckets = {name: value async for name, value, flags in self._entries(root) if flags & _IS_BUCKET}
        last = 0
        found: dict[int, int] = {}
        if b"key" in buckets and keys:
            last, found = await self._living(buckets[b"key"])
        elif b"key" in buckets:
            last = await self._last(buckets[b"key"])
        told = {name: value async for name, value, _ in self._inside(buckets.get(b"meta"))}
        members = frozenset([name async for name, _, _ in self._inside(buckets.get(b"members"))])
        index = told.get(b"consistent_index", b"")
        forgotten = told.get(b"finishedCompactRev", b"")
        if len(forgotten) == _REVISION:
            last = max(last, int.from_bytes(forgotten[:8], "big"))
        return Kept(last, members, int.from_bytes(index, "big") if len(index) == 8 else None, found)

    async def _root(self) -> int:
        """The page from which all others hang, by the newer one of two records that is whole."""
        first = _META.unpack(await self._read(_PAGE.size, _META.size))
        size = first[2] if first[0] == _MAGIC else self.size
        if not _SMALLEST <= size <= _LARGEST:
            raise ValueError(size)
        self.size = size
        second = _META.unpack(await self._read(size + _PAGE.size, _META.size))
        metas = [meta for meta in (first, second) if meta[0] == _MAGIC]
        return int(max(metas, key=lambda meta: meta[8])[4])

    async def _living(self, bucket: bytes) -> tuple[int, dict[int, int]]:
        """The last change with all keys that were not deleted since they were made."""
        last, count = 0, 0
        found: dict[int, int] = {}
        async for change, value, _ in self._inside(bucket):
            count += 1
            if count > _MOST:
                raise CannotSee(Reason.INCOMPLETE, say("the snapshot holds more than {count} changes", count=_MOST))
            last = int.from_bytes(change[:8], "big")
            key, at = _text(value)
            if len(change) > _REVISION:
                found.pop(hash(key), None)
            else:
                found[hash(key)] = _number(value, at + 1) if value[at : at + 1] == b"\x10" else 0
        return last, found

    async def _last(self, bucket: bytes) -> int:
        """The last change alone."""
        page = int.from_bytes(bucket[:8], "little")
        if not page:
            last = 0
            async for change, _, _ in self._inside(bucket):
                last = int.from_bytes(change[:8], "big")
            return last
        for _ in range(_DEEPEST):
            kind, count, content = await self._page(page)
            if not count:
                return 0
            if kind & _IS_LEAF:
                at = _PAGE.size + (count - 1) * _LEAF.size
                _, place, _, _ = _LEAF.unpack_from(content, at)
                return int.from_bytes(content[at + place : at + place + 8], "big")
            page = _BRANCH.unpack_from(content, _PAGE.size + (count - 1) * _BRANCH.size)[2]
        raise ValueError(page)

    async def _inside(self, bucket: bytes | None) -> AsyncIterator[tuple[bytes, bytes, int]]:
        """The entries of a bucket, by what stands for it; a small one lies in that itself."""
        if bucket is None:
            return
        page = int.from_bytes(bucket[:8], "little")
        if page:
            async for entry in self._entries(page):
                yield entry
        else:
            for entry in _leaf(bucket[16:]):
                yield entry

    async def _entries(self, page: int, depth: int = 0) -> AsyncIterator[tuple[bytes, bytes, int]]:
        if depth > _DEEPEST:
            raise ValueError(page)
        kind, count, content = await self._page(page)
        if kind & _IS_LEAF:
            for entry in _leaf(content):
                yield entry
        elif kind & _IS_BRANCH:
            for number in range(count):
                below = _BRANCH.unpack_from(content, _PAGE.size + number * _BRANCH.size)[2]
                async for entry in self._entries(below, depth + 1):
                    yield entry
        else:
            raise ValueError(kind)

    async def _page(self, page: int) -> tuple[int, int, bytes]:
        if not 2 <= page < _FARTHEST:
            raise ValueError(page)
        content = await self._read(page * self.size, self.size)
        number, kind, count, more = _PAGE.unpack_from(content)
        if number != page or more > _LONGEST:
            raise ValueError(page)
        return kind, count, await self._read(page * self.size, (more + 1) * self.size) if more else content

    async def _read(self, at: int, size: int) -> bytes:
        number, offset = divmod(at, _BLOCK)
        if offset + size > _BLOCK:
            return await self.look.world.files.piece(self.path, at, size)
        block = self.blocks.get(number)
        if block is None:
            self.look.left(self.path.rpartition("/")[2])
            block = await self.look.world.files.piece(self.path, number * _BLOCK, _BLOCK)
            self.blocks[number] = block
            if len(self.blocks) > _KEPT:
                self.blocks.popitem(last=False)
        return block[offset : offset + size]


def _leaf(content: bytes) -> list[tuple[bytes, bytes, int]]:
    """Names, values, flags of the entries of a page."""
    count = _PAGE.unpack_from(content)[2]
    found = []
    for at in range(_PAGE.size, _PAGE.size + count * _LEAF.size, _LEAF.size):
        flags, place, name, value = _LEAF.unpack_from(content, at)
        start = at + place + name
        if start + value > len(content):
            raise ValueError(place)
        found.append((content[at + place : start], content[start : start + value], flags))
    return found


def _text(value: bytes) -> tuple[bytes, int]:
    """The first field of a message, with where it ends; empty where another field comes first."""
    if value[:1] != b"\x0a":
        return b"", 0
    at = 2
    size = value[1]
    if size >= 0x80:
        size = _number(value, 1)
        while value[at - 1] >= 0x80:
            at += 1
    return value[at : at + size], at + size


def _number(value: bytes, at: int) -> int:
    """A number in pieces of seven bits, the least first."""
    found = shift = 0
    while True:
        piece = value[at]
        found |= (piece & 0x7F) << shift
        if piece < 0x80:
            return found
        at, shift = at + 1, shift + 7
        if shift > 63:
            raise ValueError(at)
