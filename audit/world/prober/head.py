"""The first bytes of a plain HTTP response to its head, or to the word that it is not plain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

END: Final = re.compile(rb"\n\r?\n")
"""Where a head ends, as h11 sees it."""
_PLAIN: Final = re.compile(
    rb"HTTP/1\.[01] ([2-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?\r\n"
    rb"((?:[-!#$%&'*+.^_`|~0-9A-Za-z]++:[\t\x20-\x7e\x80-\xff]*+\r\n)*+)\r\n"
)
_BARE: Final = (204, 304)
"""Answers whose framing does not follow from their length alone."""
_LENGTH: Final = re.compile(rb"[0-9]{1,15}")


class Head:
    """Status, reason, fields of a response."""

    __slots__ = ("_fields", "reason", "status")

    def __init__(self, status: int, reason: bytes, fields: Iterable[tuple[bytes, bytes]]) -> None:
        self.status = status
        self.reason = reason
        self._fields: dict[bytes, bytes] = {}
        """By name in small letters; the values of a name that comes twice are joined, as the standard has it."""
        for name, value in fields:
            before = self._fields.get(name)
            self._fields[name] = value if before is None else before + b", " + value

    def get(self, name: bytes) -> str | None:
        """The text of a field, None where it did not come."""
        value = self._fields.get(name)
        if value is None:
            return None
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.decode("latin-1")

    def raw(self) -> list[tuple[bytes, bytes]]:
        """All fields."""
        return list(self._fields.items())


def read_plain(came: bytes | bytearray, *, bare: bool) -> tuple[Head, int, int] | None:
    """Head, where it ends, length of the body; None where anything at all is not plain, which is left to h11.

    `bare` means that no body follows, whatever the head says: the answer to HEAD.
    """
    matched = _PLAIN.match(came)
    if matched is None:
        return None
    status = int(matched[1])
    if status in _BARE:
        return None
    fields: list[tuple[bytes, bytes]] = []
    length: bytes | None = None
    for line in matched[3].split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        name, value = name.lower(), value.strip(b" \t")
        if name == b"content-length":
            if length is not None or not _LENGTH.fullmatch(value):
                return None
            length = value
        elif name == b"transfer-encoding":
            return None
        fields.append((name, value))
    if length is None and not bare:
        return None
    return Head(status, matched[2] or b"", fields), matched.end(), 0 if bare else int(length or b"0")
