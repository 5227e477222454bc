"""Keys with the changes that made or deleted them to a file like those that etcd keeps."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence

PAGE = 4096
LEAF, BRANCH, META = 2, 1, 4
BUCKET = 1
Entry = tuple[bytes, bytes, int]


def leaf(entries: Sequence[Entry], number: int) -> bytes:
    """A page with names, values, flags; as many pages as it takes."""
    place = 16 + 16 * len(entries)
    heads, bodies = b"", b""
    for at, (name, value, flags) in enumerate(entries):
        heads += struct.pack("<IIII", flags, place + len(bodies) - 16 - 16 * at, len(name), len(value))
        bodies += name + value
    size = place + len(bodies)
    more = max(0, -(-size // PAGE) - 1)
    page = struct.pack("<QHHI", number, LEAF, len(entries), more) + heads + bodies
    return page.ljust((more + 1) * PAGE, b"\0")


def branch(below: Mapping[bytes, int], number: int) -> bytes:
    """A page that leads to others."""
    place = 16 + 16 * len(below)
    heads, bodies = b"", b""
    for at, (name, page) in enumerate(below.items()):
        heads += struct.pack("<IIQ", place + len(bodies) - 16 - 16 * at, len(name), page)
        bodies += name
    return (struct.pack("<QHHI", number, BRANCH, len(below), 0) + heads + bodies).ljust(PAGE, b"\0")


def inline(entries: Sequence[Entry]) -> bytes:
    """What stands for a bucket that is so small that it lies in its entry."""
    return bytes(16) + leaf(entries, 0)


def field(number: int, value: int) -> bytes:
    """A number as a message holds it."""
    found = bytes([number << 3])
    while value >= 0x80:
        found, value = found + bytes([value & 0x7F | 0x80]), value >> 7
    return found + bytes([value])


def change(revision: int, key: bytes, made: int | None) -> Entry:
    """One change of a key, which `made` says the creation of; None for its deletion."""
    name = revision.to_bytes(8, "big") + b"_" + bytes(8)
    told = b"\x0a" + field(0, len(key))[1:] + key
    if made is None:
        return name + b"t", told, 0
    return name, told + field(2, made) + field(3, revision), 0


def store(changes: Sequence[Entry], *, member: bytes = b"8e9e05c52164694d", index: int = 10**6) -> bytes:
    """A file that holds these changes in two pages below a third, one member, the log up to `index`."""
    half = len(changes) // 2
    pages = [leaf(changes[:half], 5)]
    pages.append(leaf(changes[half:], 5 + len(pages[0]) // PAGE))
    second = 5 + len(pages[0]) // PAGE
    names = {changes[0][0]: 5, changes[half][0]: second} if half else {changes[0][0] if changes else b"": second}
    buckets = [
        (b"key", struct.pack("<QQ", 4, 0), BUCKET),
        (b"members", inline([(member, b"{}", 0)]), BUCKET),
        (b"meta", inline([(b"consistent_index", index.to_bytes(8, "big"), 0)]), BUCKET),
    ]
    inside = leaf(buckets, 0)
    root = second + len(pages[1]) // PAGE
    metas = b"".join(
        (struct.pack("<QHHI", number, META, 0, 0)
         + struct.pack("<IIIIQQQQQ", 0xED0CDAED, 2, PAGE, 0, root, 0, 2, root + 9, number)).ljust(PAGE, b"\0")
        for number in (0, 1)
    )  # fmt: skip
    rest = branch(names, 4) + pages[0] + pages[1] + struct.pack("<Q", root) + inside[8:]
    return metas + bytes(2 * PAGE) + rest


def snapshot(content: bytes) -> bytes:
    """The same with the sum that ends a snapshot."""
    return content + hashlib.sha256(content).digest()


def living(count: int, *, first: int = 2, name: bytes = b"key") -> list[Entry]:
    """So many keys, each made by one change."""
    return [change(first + number, name + str(number).encode(), first + number) for number in range(count)]
