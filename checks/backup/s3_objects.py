"""Objects of a bucket to what the store tells of each, with what is in it where it is read."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from audit.contract import CannotSee, Reason, say
from audit.model.backup import Lock, RestorePoint
from checks.backup.dump import HEAD, TAIL, content
from checks.backup.s3_bucket import Piece, refusal, waits
from checks.backup.s3_look import Look

_PIECE: Final = 2 * 1024 * 1024
_MD5: Final = re.compile(r"[0-9a-f]{32}")
_UNPACKED: Final = 1 << 40
_UNLOCKED: Final = (
    "ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration", "InvalidRequest", "NotImplemented",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What a store tells of one object."""

    lock: Lock
    until: datetime | None
    encryption: str
    """`AES256`, `aws:kms`, `customer` for a key that the client brings, empty for none."""
    replication: str
    """`COMPLETED`, `PENDING`, `FAILED`, `REPLICA`, empty where the store says nothing."""
    sums: Mapping[str, str]
    """Checksums over the whole object by their name, in base64."""
    told: bool
    """Whether the store spoke of a lock, be it one that has run out."""
    waits: timedelta = timedelta(0)
    """For how long its first byte is waited for."""


async def head(piece: Piece, look: Look) -> Seen:
    """Ask for everything about one object but its content."""
    version: dict[str, Any] = {"VersionId": piece.version} if piece.version else {}
    answer = await look.ask("head_object", Key=piece.key, ChecksumMode="ENABLED", **version)
    if answer.code:
        raise refusal(answer, "head_object")
    data = answer.data
    if data.get("ContentLength") != piece.size:
        raise CannotSee(Reason.INCOMPLETE, say("{key} changed while it was looked at", key=piece.key))
    until = data.get("ObjectLockRetainUntilDate")
    mode = str(data.get("ObjectLockMode") or "")
    lock: Lock = "compliance" if mode == "COMPLIANCE" else "governance" if mode == "GOVERNANCE" else "none"
    if not isinstance(until, datetime) or until.tzinfo is None or until <= look.now:
        # What was locked once, until a time that has passed, is as free as what never was.
        lock, until = "none", None
    if lock == "none" and data.get("ObjectLockLegalHoldStatus") == "ON":
        lock = "governance"
    encryption = "customer" if data.get("SSECustomerAlgorithm") else str(data.get("ServerSideEncryption") or "")
    sums = {
        name: str(data[f"Checksum{name}"])
        for name in ("SHA256", "SHA1", "CRC32")
        if data.get(f"Checksum{name}") and _of_the_whole(data, piece.etag)
    }
    cold = waits(str(data.get("ArchiveStatus") or data.get("StorageClass") or ""))
    return Seen(lock, until, encryption, str(data.get("ReplicationStatus") or ""), sums, told=bool(mode), waits=cold)


async def surely_free(held: Sequence[Piece], seen: Sequence[Seen], look: Look) -> bool:
    """Whether those of which no lock was told have none; CannotSee where the key may not see locks.

    A store leaves its locks out of what it tells a key without the right to see them.
    """
    silent = [piece for piece, one in zip(held, seen, strict=True) if not one.told]
    if not silent or await look.told("get_object_lock_configuration", *_UNLOCKED) is None:
        return True
    for piece in silent:
        version: dict[str, Any] = {"VersionId": piece.version} if piece.version else {}
        await look.told("get_object_retention", *_UNLOCKED, Key=piece.key, **version)
    return True


def _of_the_whole(data: Mapping[str, Any], etag: str) -> bool:
    """Whether checksums cover the object: of one that came in parts they are usually checksums of checksums."""
    return str(data.get("ChecksumType", "COMPOSITE" if "-" in etag else "FULL_OBJECT")) == "FULL_OBJECT"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the inventory says of how to read a point."""

    verify: str
    timezone: str | None
    may_be_empty: bool


@dataclass(slots=True)
class Read:
    """One point after it was read."""

    point: RestorePoint
    size: int | None = None
    """Bytes, unpacked."""
    integrity: int = 1
    verified: bool = False
    """Whether everything that is stored was held against a checksum."""
    gap: CannotSee | None = None


async def read_object(point: RestorePoint, held: Sequence[Piece], look: Look, how: Reading) -> Read:
    """Look into a point: the ends of its one object, or every byte of all of them."""
    read = Read(point, size=point.size)
    try:
        if how.verify == "content":
            for piece in held:
                await _content(piece, read, look, how, alone=len(held) == 1)
                if not read.point.complete:
                    return read
            read.verified = read.gap is None
            read.integrity = 2 if read.verified else 1
        elif len(held) == 1:
            first = await _bytes(held[0], 0, HEAD, look)
            last = await _bytes(held[0], max(0, held[0].size - TAIL), TAIL, look)
            _judge(read, first, last, held[0].key, how)
            read.gap = read.gap or CannotSee(
                Reason.INCOMPLETE, say("its ends were read alone: write `verify: content` to have all of it read")
            )
    except CannotSee as gap:
        read.gap = gap
    return read


def _judge(read: Read, first: bytes, last: bytes, name: str, how: Reading, *, unpacked: bool = False) -> None:
    found = content(first, last, name, how.timezone, unpacked=unpacked, empty=how.may_be_empty)
    if found.started is not None:
        read.point = read.point.model_copy(update={"start": found.started})
    elif found.ended is not None and found.ended < read.point.start:
        read.point = read.point.model_copy(update={"start": found.ended})
    if found.whole is False:
        _doubt(read, found.doubt)


def _doubt(read: Read, doubt: str) -> None:
    read.point = read.point.model_copy(update={"complete": False, "doubt": doubt[:300]})


async def _bytes(piece: Piece, start: int, size: int, look: Look) -> bytes:
    """A part of an object, of the very content that was listed."""
    size = min(size, piece.size - start)
    if size <= 0:
        return b""
    more: dict[str, Any] = {"VersionId": piece.version} if piece.version else {}
    if piece.etag:
        more["IfMatch"] = f'"{piece.etag}"'
    answer = await look.ask("get_object", Key=piece.key, Range=f"bytes={start}-{start + size - 1}", **more)
    if answer.code in ("PreconditionFailed", "412"):
        raise CannotSee(Reason.INCOMPLETE, say("{key} changed while it was looked at", key=piece.key))
    if answer.code:
        raise refusal(answer, "get_object")
    body = answer.data.get("Body")
    if not isinstance(body, bytes) or len(body) != size:
        raise CannotSee(
            Reason.INCOMPLETE, say("the store gave another part of {key} than was asked for", key=piece.key)
        )
    return body


async def _pieces(piece: Piece, look: Look) -> AsyncIterator[bytes]:
    for start in range(0, piece.size, _PIECE):
        yield await _bytes(piece, start, _PIECE, look)


@dataclass(slots=True)
class _Unpacking:
    """A gzip stream while it comes: its ends, its length, whether it came to an end."""

    machine: Any = None
    first: bytes = b""
    last: bytes = b""
    size: int = 0
    trouble: str = ""
    plain: bool = field(default=False)

    def take(self, piece: bytes) -> None:
        if self.machine is None and not self.plain:
            self.plain = not piece.startswith(b"\x1f\x8b")
            self.machine = zlib.decompressobj(31)
        if self.plain:
            self._note(piece)
        while piece and not self.plain and not self.trouble:
            if self.machine.eof:
                self.machine = zlib.decompressobj(31)
            try:
                self._note(self.machine.decompress(piece, _PIECE))
            except zlib.error as broken:
                self.trouble = f"it cannot be unpacked: {broken}"
            piece = self.machine.unused_data.lstrip(b"\0") if self.machine.eof else self.machine.unconsumed_tail
            if self.size > _UNPACKED:
                self.trouble = "it unpacks to more than 1 TiB"

    def end(self) -> None:
        if not self.plain and not self.trouble and not self.machine.eof:
            self.trouble = "it cannot be unpacked: its end is missing"

    def _note(self, made: bytes) -> None:
        if len(self.first) < HEAD:
            self.first += made[: HEAD - len(self.first)]
        self.last = (self.last + made)[-TAIL:]
        self.size += len(made)


async def _content(piece: Piece, read: Read, look: Look, how: Reading, *, alone: bool) -> None:
    """Read one object to its end, holding it against the checksum that the store has of it."""
    seen = await head(piece, look)
    md5, sha256, sha1, crc = (
        hashlib.md5(usedforsecurity=False),
        hashlib.sha256(),
        hashlib.sha1(usedforsecurity=False),
        0,
    )
    unpacking = _Unpacking()
    async for part in _pieces(piece, look):
        md5.update(part)
        sha256.update(part)
        sha1.update(part)
        crc = zlib.crc32(part, crc)
        if alone:
            unpacking.take(part)
    made = {
        "SHA256": base64.b64encode(sha256.digest()).decode(),
        "SHA1": base64.b64encode(sha1.digest()).decode(),
        "CRC32": base64.b64encode(crc.to_bytes(4, "big")).decode(),
    }
    wrong = [name for name, value in seen.sums.items() if made[name] != value]
    plain = bool(_MD5.fullmatch(piece.etag)) and seen.encryption in ("", "AES256")
    if plain and md5.hexdigest() != piece.etag:
        wrong.append("ETag")
    if wrong:
        _doubt(read, f"{piece.key} is not what its {wrong[0]} says")
        return
    if alone and piece.size:
        unpacking.end()
        if unpacking.trouble:
            _doubt(read, unpacking.trouble)
            return
        _judge(read, unpacking.first, unpacking.last, piece.key, how, unpacked=not unpacking.plain)
        read.size = unpacking.size
    if not seen.sums and not plain:
        read.gap = CannotSee(Reason.INCOMPLETE, say("the store has no checksum of the whole of {key}", key=piece.key))
