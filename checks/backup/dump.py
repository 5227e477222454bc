"""The first and last bytes of a backup file become what kind it is, whether it is whole, when it was begun."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

HEAD: Final = 65536
"""So much that the structure of a middling database lies in it as a whole."""
TAIL: Final = 66_000
"""So much that the list at the end of a zip archive lies in it, whatever is said behind that list."""
_END: Final = 4096
"""In so many bytes the last line of a dump lies."""
_ENCRYPTED: Final = (b"age-encryption.org/", b"-----BEGIN PGP MESSAGE", b"-----BEGIN AGE ENCRYPTED", b"Salted__")
_PGP: Final = (b"\x85", b"\x8c", b"\xc1", b"\xd2", b"\x84")
_UNPACKERS: Final = (
    (b"\x28\xb5\x2f\xfd", ("zstd", "--decompress", "--stdout", "--quiet", "--")),
    (b"\x04\x22\x4d\x18", ("lz4", "-d", "-c", "-q", "--")),
)
COMMANDS: Final = tuple(f"{' '.join(words)} *" for _, words in _UNPACKERS)
"""What unpacks files that are not unpacked here."""
_SEVEN: Final = b"7z\xbc\xaf\x27\x1c"
_LISTED: Final = "the archive ends before its list of contents"
_POSTGRESQL: Final = (b"-- PostgreSQL database dump", b"-- PostgreSQL database cluster dump")
_MYSQL: Final = (b"-- MySQL dump", b"-- MariaDB dump", b"/*M!999999")
_COMPLAINT: Final = re.compile(
    rb"\A((?:(?:Warning|Error): )?(?:\S*/)?(?:mysqldump|mariadb-dump):? [^\n]{0,120})[^\n]*\n"
)
_STARTED: Final = re.compile(rb"^-- Started on (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?: (\S+))?\s*$", re.MULTILINE)
_EMPTY: Final = "it holds no table"
_STRUCTURE: Final = "it holds tables without their rows"
_ROWS: Final = re.compile(rb"^(?:INSERT |COPY |REPLACE |-- Dumping data for table|-- Data for Name: )", re.MULTILINE)
_ENDED: Final = re.compile(rb"^-- Dump completed on (\d{4}-\d\d-\d\d) +(\d{1,2}:\d\d:\d\d)\s*$", re.MULTILINE)
_EARLIEST: Final = timedelta(hours=12)
"""By how much a local time can lie behind UTC."""
_CALLED: Final = (
    (".gz", b"\x1f\x8b"), (".tgz", b"\x1f\x8b"), (".bz2", b"BZh"), (".xz", b"\xfd7zXZ\0"),
    (".zst", b"\x28\xb5\x2f\xfd"), (".lz4", b"\x04\x22\x4d\x18"), (".7z", b"7z\xbc\xaf\x27\x1c"), (".zip", b"PK"),
)  # fmt: skip
_UNPACKING: Final[tuple[tuple[bytes, Callable[[], Any]], ...]] = (
    (b"\x1f\x8b", lambda: zlib.decompressobj(31)), (b"BZh", bz2.BZ2Decompressor), (b"\xfd7zXZ", lzma.LZMADecompressor),
)  # fmt: skip
_PAGE: Final = re.compile(rb"\s*(?:<!doctype html|<html|<\?xml[^>]*>\s*<(?:error|html)\b)", re.IGNORECASE)
_ZONES: Final = (("UTC", 0), ("GMT", 0), ("Z", 0), ("KST", 9))
_OFFSET: Final = re.compile(r"([+-])(\d\d)(?::?(\d\d))?")


@dataclass(frozen=True, slots=True)
class Content:
    """What a file is, as far as its ends tell."""

    kind: str
    """`sql`, `custom`, `directory` (by its `toc.dat`), `tar`, `encrypted`, `opaque` (packed in a way of which the ends
    alone are known), `other`."""
    whole: bool | None = None
    """Whether its end is there; None where its ends cannot tell."""
    doubt: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    """The latest instant at which it can have been written to its end, by its own last line."""
    dump: bool = False
    """Whether `pg_restore` can read it to its end."""

    def given(self, path: str) -> str | None:
        """What `pg_restore` is to be given for a file of this content; None where it could not read it."""
        if not self.dump:
            return None
        return path.rpartition("/")[0] if self.kind == "directory" else path


def unpacker(head: bytes) -> tuple[str, ...]:
    """The command, without the file, that unpacks one that begins so; empty for one that is packed in no such way."""
    return next((words for magic, words in _UNPACKERS if head.startswith(magic)), ())


def content(
    head: bytes, tail: bytes, name: str, zone: str | None, *, unpacked: bool = False, empty: bool = False
) -> Content:
    """`head` and `tail` of a file, `unpacked` where it was packed; `zone` is that of the machine that made it.

    `empty` where a dump without a row, or without a table, is a sound one.
    """
    found = _content(head, tail, name, zone, unpacked=unpacked)
    if not empty or found.doubt not in (_EMPTY, _STRUCTURE):
        return found
    # Their ends are there, else that were the doubt; the formats of pg_dump are read by pg_restore.
    own = found.kind in ("custom", "directory")
    return replace(found, whole=None if own else True, doubt="", dump=found.kind != "sql")


def _content(head: bytes, tail: bytes, name: str, zone: str | None, *, unpacked: bool) -> Content:
    if head.startswith(b"PGDMP"):
        # A dump in a folder writes the sign of the tar format into its list of contents.
        kind = "directory" if name.rpartition("/")[2] == "toc.dat" else "custom"
        empty = len(head) < HEAD and b"STDSTRINGS" in head and b"TABLE DATA" not in head
        return Content(kind, False if empty else None, _EMPTY if empty else "", _custom_start(head, zone), dump=True)
    # A dump may open with lines that newer releases put before the title.
    opening = head[:1500]
    if any(mark in opening for mark in _POSTGRESQL):
        # Not at the very end: since the security releases of 2025 a line with `\unrestrict` follows.
        ended = re.compile(rb"^-- PostgreSQL database (cluster )?dump complete\s*$", re.MULTILINE)
        whole = ended.search(tail[-_END:]) is not None
        doubt = "" if whole else "the dump ends before its last line"
        # The dump of a whole cluster may well hold roles alone.
        if whole and b"cluster dump" not in opening and (lack := _lack(head)):
            whole, doubt = False, lack
        return Content("sql", whole, doubt, _sql_start(head, zone))
    if any(opening.startswith(mark) or b"\n" + mark in opening for mark in _MYSQL):
        whole = re.search(rb"^-- Dump completed", tail[-_END:], re.MULTILINE) is not None
        doubt = "" if whole else "the dump ends before its last line"
        if whole and (lack := _complaint(opening) or _lack(head)):
            whole, doubt = False, lack
        return Content("sql", whole, doubt, ended=_ended(tail, zone))
    if head[257:262] == b"ustar":
        whole = len(tail) >= 1024 and not any(tail[-1024:])
        doubt = "" if whole else "the archive ends before its last block"
        inner = head[512:] if head.startswith(b"toc.dat\0") and head[512:517] == b"PGDMP" else b""
        listed = inner[: int(head[124:135], 8)] if re.fullmatch(rb"[0-7]{11}", head[124:135]) else inner
        if whole and b"STDSTRINGS" in listed and len(listed) < len(inner) and b"TABLE DATA" not in listed:
            whole, doubt = False, _EMPTY
        # Only where it is whole: pg_restore goes round in a dump of this format that was cut off, for ever.
        return Content("tar", whole, doubt, _custom_start(inner, zone) if inner else None, dump=bool(whole and inner))
    if head.startswith(_ENCRYPTED) or (name.endswith((".gpg", ".pgp")) and head.startswith(_PGP)):
        return Content("encrypted")
    if unpacker(head):
        return Content("opaque")
    if head.startswith(_SEVEN):
        return _seven(head, tail)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if head.startswith(b"PK\x05\x06"):
            return Content("opaque", False, "the archive holds nothing")
        there = b"PK\x05\x06" in tail
        return Content("opaque", there, "" if there else _LISTED)
    doubt = _impossible(head, tail, name.lower(), unpacked=unpacked)
    return Content("other", False if doubt else None, doubt)


def _seven(head: bytes, tail: bytes) -> Content:
    """An archive of 7-Zip, which writes at its beginning, when it has ended, where its list lies."""
    if len(head) < 32 or not any(head[12:32]):
        return Content("opaque", False, "the archive was never ended, or holds nothing")
    size, wanted = int.from_bytes(head[20:28], "little"), int.from_bytes(head[28:32], "little")
    if size > len(tail):
        return Content("opaque")
    whole = size > 0 and zlib.crc32(tail[-size:]) == wanted
    return Content("opaque", whole, "" if whole else _LISTED)


def _impossible(head: bytes, tail: bytes, name: str, *, unpacked: bool) -> str:
    """Why a file of no known kind is no backup of any kind; empty where it may be one."""
    if head and not any(head) and not any(tail[-_END:]):
        # What a file system leaves of a file that was written shortly before the power failed.
        return "it begins with zeros and ends with zeros"
    if _PAGE.match(head) and not re.search(r"\.(?:x?html?|xml)(?:\.\w+)?$", name):
        return "it is a page of the web: what was fetched was an answer that tells of an error"
    packed = next((magic for ending, magic in _CALLED if name.endswith(ending)), None)
    if packed is not None and not unpacked and not head.startswith(packed):
        return "it is not packed in the way that its name says"
    inner = name[: name.rfind(".")] if unpacked and packed is not None else name
    if inner.endswith(".sql") and b"\0" in head[:_END] and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it does not hold text, as its name says"
    return ""


def begins(head: bytes, name: str) -> str:
    """The kind of a file by its beginning, unpacked as far as that goes; empty where that is of no known kind."""
    for magic, unpacking in _UNPACKING:
        if head.startswith(magic):
            try:
                head = unpacking().decompress(head, HEAD)
            except (zlib.error, OSError, lzma.LZMAError):
                return ""
            break
    if unpacker(head):
        return ""
    kind = content(head, b"", name, None, unpacked=True).kind
    return "" if kind == "other" else "archive" if kind == "opaque" else kind


def _lack(head: bytes) -> str:
    """What a dump that lies here whole lacks: the database, or the options, were not those that were meant."""
    titled = b"-- Dumped from database version" in head or b"-- Server version" in head
    if len(head) >= HEAD or not titled or _ROWS.search(head):
        return ""
    return _STRUCTURE if b"CREATE TABLE" in head else _EMPTY


def _complaint(opening: bytes) -> str:
    """What the tool said beside its dump and was kept with it: whoever loads that stops at the first line."""
    found = _COMPLAINT.search(opening)
    return (
        f"it begins with a complaint of the tool, no statement: {found[1].decode('utf-8', 'replace')}" if found else ""
    )


def _ended(tail: bytes, zone: str | None) -> datetime | None:
    found = _ENDED.findall(tail)
    if not found:
        return None
    day, hour = (piece.decode() for piece in found[-1])
    try:
        naive = datetime.fromisoformat(f"{day} {hour.zfill(8)}")
        if zone:
            return placed(naive, "", zone)
        return naive.replace(tzinfo=UTC) + _EARLIEST
    except (ValueError, OverflowError):
        return None


def _sql_start(head: bytes, zone: str | None) -> datetime | None:
    found = _STARTED.search(head)
    if not found:
        return None
    try:
        naive = datetime.fromisoformat(found[1].decode())
    except ValueError:
        return None
    return placed(naive, (found[2] or b"").decode("ascii", "replace"), zone)


def _custom_start(head: bytes, zone: str | None) -> datetime | None:
    """The start in the header of a custom-format dump: local time of the machine that made it, without its zone."""
    try:
        version, width = (head[5], head[6]), head[8]
        position = 11
        numbers: list[int] = []
        if version >= (1, 15):
            position += 1
        else:
            position += 1 + width
        for _ in range(6):
            sign, piece = head[position], head[position + 1 : position + 1 + width]
            if sign > 1 or len(piece) != width or not 1 <= width <= 8:
                return None
            numbers.append(int.from_bytes(piece, "little") * (-1 if sign else 1))
            position += 1 + width
        second, minute, hour, day, month, year = numbers
        naive = datetime(year + 1900, month + 1, day, hour, minute, min(second, 59))  # noqa: DTZ001 - placed below
    except (IndexError, ValueError, OverflowError):
        return None
    return placed(naive, "", zone)


def placed(naive: datetime, written: str, zone: str | None) -> datetime | None:
    """A local time with the zone that is written behind it, else that of the machine, else nowhere."""
    if not 1970 <= naive.year < 9000:  # a zone may lead beyond the ends of the calendar
        return None
    hours = dict(_ZONES).get(written)
    if hours is not None:
        return naive.replace(tzinfo=UTC) - timedelta(hours=hours)
    found = _OFFSET.fullmatch(written)
    if found:
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return naive.replace(tzinfo=UTC) - (ahead if found[1] == "+" else -ahead)
    return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if zone else None
