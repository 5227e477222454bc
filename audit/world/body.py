"""The pieces of an HTTP body to its text, within a cap on what comes and on what it unpacks to."""

from __future__ import annotations

import re
import unicodedata
import zlib
from typing import Final

from audit.world.fault import Fault

_EITHER: Final = 47
"""zlib's window bits that take gzip and zlib alike."""
_BARE: Final = -15
"""The same for deflate without any frame, which some servers send in spite of the standard."""
_NAMED: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_CHARSETS: Final = re.compile(
    r"utf-?8|utf-16(le|be)?|us-ascii|ascii|iso-?8859-\d{1,2}|latin-?1|windows-12\d\d|cp12\d\d|cp949|euc-?kr|uhc|"
    r"ks_c_5601-1987|johab|shift_jis|euc-jp|gb2312|gbk|gb18030|big5",
    re.IGNORECASE,
)
"""Codecs that read any bytes in time that grows with their number; punycode and idna do not."""


class Unpacker:
    """Undoes gzip or deflate piece by piece; never makes more than `most` bytes in all."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._machine = zlib.decompressobj(_EITHER)
        self._started = False
        self.size = 0

    def feed(self, piece: bytes) -> bytes:
        """What a piece unpacks to; Fault where that is broken or too much."""
        made: list[bytes] = []
        while piece:
            if self._machine.eof:
                self._machine = zlib.decompressobj(_EITHER)
                if not piece.strip(b"\0"):
                    break
            try:
                part = self._machine.decompress(piece, self._most - self.size + 1)
            except zlib.error as broken:
                if self._started:
                    raise Fault("bad-encoding", f"the packed body is broken: {broken}") from broken
                self._machine, self._started = zlib.decompressobj(_BARE), True
                continue
            self._started = True
            self.size += len(part)
            if self.size > self._most:
                raise Fault("too-large", f"more than {self._most} bytes, unpacked")
            made.append(part)
            piece = self._machine.unused_data if self._machine.eof else self._machine.unconsumed_tail
        return b"".join(made)

    def end(self) -> None:
        """Fault where the packed stream is not complete."""
        if self._started and not self._machine.eof:
            raise Fault("truncated", "the packed body ends too early")


class Gathering:
    """The body of one answer while it comes; Fault where it is too large, cut or packed in a way that is not known."""

    __slots__ = ("_made", "_most", "_size", "_unpacker")

    def __init__(self, encoding: str, most: int) -> None:
        kinds: tuple[str, ...] = ()
        if encoding:
            words = (word.strip().lower() for word in encoding.split(","))
            kinds = tuple(word for word in words if word not in ("", "identity"))
        if len(kinds) > 1 or any(kind not in ("gzip", "x-gzip", "deflate") for kind in kinds):
            raise Fault("bad-encoding", f"the body is packed as {encoding!r}, which was not asked for")
        self._unpacker = Unpacker(most) if kinds else None
        self._most = most
        self._size = 0
        self._made = bytearray()

    def take(self, piece: bytes) -> None:
        """The next bytes, as they came."""
        self._size += len(piece)
        if self._size > self._most:
            raise Fault("too-large", f"more than {self._most} bytes")
        self._made += piece if self._unpacker is None else self._unpacker.feed(piece)

    def end(self) -> bytes:
        """All of it, unpacked."""
        if self._unpacker is not None:
            self._unpacker.end()
        return bytes(self._made)


def holds(body: bytes, kind: str, wanted: str) -> bool:
    """Whether a body has a text in it, read in the charset that its content type names."""
    named = _NAMED.search(kind)
    charset = named[1] if named is not None and _CHARSETS.fullmatch(named[1]) else "utf-8"
    if charset == "utf-8" and wanted.isascii():
        # The same in every code that a body without a charset may be in: no need to read it as text.
        return wanted.encode() in body
    try:
        text = body.decode(charset)
    except (UnicodeError, LookupError):
        # Pages in the old Korean code often do not say so.
        return any(form in body for code in ("utf-8", "cp949") for form in _forms(wanted, code))
    # Not the other way round: to normalise a text of combining marks takes time that grows with its square.
    return any(unicodedata.normalize(form, wanted) in text for form in ("NFC", "NFD"))


def _forms(wanted: str, code: str) -> tuple[bytes, ...]:
    try:
        return (wanted.encode(code),)
    except UnicodeError:
        return ()
