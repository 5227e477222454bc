"""The first bytes of the files of a PostgreSQL log become the pieces of it that are what their names say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from audit.contract import CannotSee, Files
from checks.backup.wal import Piece, parsed

_HEAD: Final = 16
_MOST: Final = 2000
"""So many of the newest pieces are opened: more would cost a look more than the list of them."""
_MAGIC: Final = (0xD0, 0xD1)
"""The higher byte of what each page begins with, of every release so far."""


async def named_rightly(found: Sequence[tuple[str, Piece]], size: int, files: Files) -> tuple[Piece, ...]:
    """The pieces by their paths, `size` bytes a segment; one that holds something else has no length here.

    After a power failure a file has its name, its length and zeros; a script that renames puts one piece for another.
    Each page of a log begins with its own place in it. What is packed or encrypted tells nothing and is left as it is.
    """
    plain = [
        (piece.at, path, piece)
        for path, piece in found
        if len(piece.name) == 24 and piece.size == size and not piece.packed and parsed(piece.name, size)
    ]
    wrong: set[str] = set()
    for _, path, piece in sorted(plain, key=lambda one: one[0])[-_MOST:]:
        try:
            head = await files.head(path, _HEAD)
        except CannotSee:
            continue
        if _wrong(head, piece.name, size):
            wrong.add(path)
    return tuple(Piece(piece.name, 0, piece.at) if path in wrong else piece for path, piece in found)


def _wrong(head: bytes, name: str, size: int) -> bool:
    """Whether the first page is that of another place, or none at all."""
    if len(head) < _HEAD or not any(head):
        return True
    place = parsed(name, size)
    if head[1] in _MAGIC:  # written by a machine that puts the low byte first, as nearly all do
        return place is not None and int.from_bytes(head[8:16], "little") != place[1] * size
    return False
