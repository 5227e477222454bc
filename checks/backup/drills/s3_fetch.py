"""One object of a store with a workshop to a file in its room, hashed on the way as the store itself hashes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from audit.contract import CannotSee, Reason, Workshop, say
from checks.backup.s3_bucket import Piece, refusal
from checks.backup.s3_look import Look
from checks.backup.s3_objects import Seen, head

_PIECE: Final = 8 * 1024 * 1024
_MD5: Final = re.compile(r"([0-9a-f]{32})(?:-([0-9]{1,5}))?")
_GONE: Final = ("NoSuchKey", "NoSuchVersion", "404", "NotFound", "InvalidRange")
_LONGEST: Final = 200


class Gone(Exception):
    """An object that the store lists and does not give; carries its key with why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One object in the room."""

    seen: Seen
    etag: str
    """What its ETag would be if it is made of the content, whole or in parts."""
    piece: Piece

    @property
    def known(self) -> bool:
        """Whether the store has a checksum of the whole that can be held against the file."""
        return "SHA256" in self.seen.sums or self._etag_is_of_content

    @property
    def _etag_is_of_content(self) -> bool:
        # With a key of somebody else the ETag is none of the content.
        return bool(self.etag) and self.seen.encryption in ("", "AES256")

    def wrong(self, sha256: str) -> str:
        """The name of the checksum that does not hold; empty where all do. `sha256` in base64."""
        if self.seen.sums.get("SHA256", sha256) != sha256:
            return "SHA256"
        return "ETag" if self._etag_is_of_content and self.etag != self.piece.etag else ""


async def fetched(piece: Piece, name: str, look: Look, workshop: Workshop) -> Fetched:
    """Gone where the object cannot be had though it is listed; CannotSee where the store refuses for another reason."""
    try:
        seen = await head(piece, look)
    except CannotSee as gap:
        if gap.says.values.get("code") in _GONE:
            raise Gone(f"{piece.key}: it is listed, but it is not there") from gap
        raise
    part = await _part(piece, look)
    hashing = Hashing(part)
    await workshop.save(name, _pieces(piece, look, hashing))
    return Fetched(seen, hashing.etag(piece.etag), piece)


async def _part(piece: Piece, look: Look) -> int:
    """The size of the parts in which an object was uploaded; 0 where it came as one, or the store does not tell."""
    found = _MD5.fullmatch(piece.etag)
    if found is None or found[2] is None:
        return 0
    version: dict[str, Any] = {"VersionId": piece.version} if piece.version else {}
    count, sizes = int(found[2]), []
    for number in (1, count):
        answer = await look.ask("head_object", Key=piece.key, PartNumber=number, **version)
        size = answer.data.get("ContentLength")
        if answer.code or not isinstance(size, int) or size <= 0:
            return 0
        sizes.append(size)
    # Where the first and the last part fit, all between them are taken to be as long as the first.
    return sizes[0] if sizes[0] * (count - 1) + sizes[1] == piece.size else 0


@dataclass(slots=True)
class Hashing:
    """The MD5 of a stream, of each of its parts where it has some."""

    part: int
    whole: Any
    parts: bytes
    current: Any
    filled: int

    def __init__(self, part: int) -> None:
        self.part, self.parts, self.filled = part, b"", 0
        self.whole = hashlib.md5(usedforsecurity=False)
        self.current = hashlib.md5(usedforsecurity=False)

    def take(self, piece: bytes) -> None:
        if not self.part:
            self.whole.update(piece)
            return
        while piece:
            now = piece[: self.part - self.filled]
            self.current.update(now)
            self.filled += len(now)
            piece = piece[len(now) :]
            if self.filled == self.part:
                self._close()

    def _close(self) -> None:
        self.parts += self.current.digest()
        self.current, self.filled = hashlib.md5(usedforsecurity=False), 0

    def etag(self, told: str) -> str:
        """What the ETag would be, in the form of the one that was told; empty for a form that is not known."""
        found = _MD5.fullmatch(told)
        if found is None:
            return ""
        if found[2] is None:
            return str(self.whole.hexdigest())
        if not self.part:
            return ""
        if self.filled:
            self._close()
        return f"{hashlib.md5(self.parts, usedforsecurity=False).hexdigest()}-{len(self.parts) // 16}"


async def _pieces(piece: Piece, look: Look, hashing: Hashing) -> AsyncIterator[bytes]:
    """An object in pieces, all of the content that was listed."""
    for start in range(0, piece.size, _PIECE):
        size = min(_PIECE, piece.size - start)
        more: dict[str, Any] = {"VersionId": piece.version} if piece.version else {}
        if piece.etag:
            more["IfMatch"] = f'"{piece.etag}"'
        answer = await look.ask("get_object", Key=piece.key, Range=f"bytes={start}-{start + size - 1}", **more)
        if answer.code in _GONE:
            raise Gone(f"{piece.key}: it is listed, but it is not there")
        if answer.code in ("PreconditionFailed", "412"):
            raise CannotSee(Reason.INCOMPLETE, say("{key} changed while it was fetched", key=piece.key))
        if answer.code == "InvalidObjectState":
            raise CannotSee(
                Reason.INCOMPLETE, say("{key} lies in an archive, from which it has to be called first", key=piece.key)
            )
        if answer.code:
            raise refusal(answer, "get_object")
        body = answer.data.get("Body")
        if not isinstance(body, bytes) or len(body) != size:
            raise Gone(f"{piece.key}: the store gave another part of it than was asked for")
        hashing.take(body)
        yield body


def places(pieces: Iterable[Piece], base: str) -> Mapping[str, Piece]:
    """Where in the room each object is put: as its key says, or under a name of its own where that is no path."""
    keys = {piece.key.removeprefix(base): piece for piece in pieces}
    folders = {key[:end] for key in keys for end in range(len(key)) if key[end] == "/"}
    found: dict[str, Piece] = {}
    for key, piece in keys.items():
        parts = key.split("/")
        plain = not any(part in ("", ".", "..") or len(part.encode()) > _LONGEST for part in parts)
        if not plain or "\0" in key or key in folders or len(key) > 900:
            key = "odd-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        found[key] = piece
    return found
