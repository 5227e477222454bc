"""The first lines that PostgreSQL put into a base backup become when it began, from where it needs the log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from checks.backup.dump import placed

_WAL: Final = re.compile(r"^START WAL LOCATION: ([0-9A-F]+/[0-9A-F]+) \(file ([0-9A-F]{24})\)", re.MULTILINE)
_TIME: Final = re.compile(r"^START TIME: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?: (\S+))?\s*$", re.MULTILINE)
_RANGE: Final = re.compile(
    rb'"Timeline": (\d{1,10}), "Start-LSN": "([0-9A-F]+/[0-9A-F]+)", "End-LSN": "([0-9A-F]+/[0-9A-F]+)"'
)
_END: Final = re.compile(rb'"Manifest-Checksum": "[0-9a-f]{64}"\}\s*$')
_MEMBER: Final = 512


@dataclass(frozen=True, slots=True)
class Label:
    """What `backup_label` says."""

    position: str
    segment: str
    start: datetime | None
    """None where its zone is not known."""


def label(text: str, zone: str | None) -> Label | None:
    """The three lines that count; None where it is no `backup_label`. `zone` is that of the server."""
    where, begun = _WAL.search(text), _TIME.search(text)
    if not where:
        return None
    start = None
    if begun:
        try:
            start = placed(datetime.fromisoformat(begun[1]), begun[2] or "", zone)
        except ValueError:
            start = None
    return Label(where[1], where[2], start)


def packed_label(head: bytes) -> str:
    """`backup_label` in the first bytes of a `base.tar`, where it always stands first; empty where it does not."""
    if head[257:262] != b"ustar" or head[:100].rstrip(b"\0") != b"backup_label":
        return ""
    return head[_MEMBER : _MEMBER + 1024].split(b"\0")[0].decode("ascii", "replace")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The end of a `backup_manifest`."""

    whole: bool
    timeline: int = 0
    end: str = ""
    """The position up to which the log must be replayed before the backup can be opened."""


def manifest(tail: bytes) -> Manifest:
    """The last bytes of a `backup_manifest`; not whole where its own sum does not stand at the end."""
    found = _RANGE.findall(tail)
    whole = _END.search(tail) is not None
    if not found:
        return Manifest(whole)
    timeline, _, end = found[-1]
    return Manifest(whole, int(timeline), end.decode())
