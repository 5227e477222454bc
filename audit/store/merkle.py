"""The hashes of leaves in, the root over them with the proofs of RFC 6962 out."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

EMPTY: Final = hashlib.sha256(b"").digest()
"""The root over nothing."""
_BLOCK: Final = 4096
"""Leaves that are joined level by level; a power of two."""
Range = tuple[int, int]
"""Leaves from the first number up to, not with, the second; the first leaf is 0."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves, which are held in memory only by the block."""
    rest = iter(hashes)
    stack: list[tuple[int, bytes]] = []
    while block := list(islice(rest, _BLOCK)):
        size, node = len(block), _whole(block)
        while stack and stack[-1][0] == size:
            node = node_hash(stack.pop()[1], node)
            size *= 2
        stack.append((size, node))
    if not stack:
        return EMPTY
    node = stack.pop()[1]
    while stack:
        node = node_hash(stack.pop()[1], node)
    return node


def _whole(level: list[bytes]) -> bytes:
    """The root over a few; an odd one at the end of a level goes up as it is, which is how the RFC splits."""
    new = hashlib.sha256
    while len(level) > 1:
        last = level[-1:] if len(level) % 2 else []
        pairs = iter(level)
        level = [new(b"\1" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)] + last
    return level[0]


def inclusion(hashes: Sequence[bytes], place: int) -> list[bytes]:
    """The proof that a leaf stands at a place: the subtrees beside its path, from the bottom up."""
    if not 0 <= place < len(hashes):
        raise ValueError(f"no leaf {place} among {len(hashes)}")
    proof: list[bytes] = []
    low, high = 0, len(hashes)
    while high - low > 1:
        middle = low + split(high - low)
        if place < middle:
            proof.append(root_of(hashes[middle:high]))
            high = middle
        else:
            proof.append(root_of(hashes[low:middle]))
            low = middle
    return proof[::-1]


def included(leaf: bytes, place: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that a proof of inclusion leads to from the hash of a leaf; None where it proves nothing."""
    if not 0 <= place < size:
        return None
    number, last, node = place, size - 1, leaf
    for part in proof:
        if not last:
            return None
        if number & 1 or number == last:
            node = node_hash(part, node)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            node = node_hash(node, part)
        number, last = number >> 1, last >> 1
    return node if not last else None


def consistency(hashes: Sequence[bytes], old: int) -> list[bytes]:
    """The proof that the tree over all hashes goes on from that over the first `old` of them."""
    if not 0 <= old <= len(hashes):
        raise ValueError(f"no tree of {old} within {len(hashes)}")
    if old in (0, len(hashes)):
        return []
    proof: list[bytes] = []
    low, high, known = 0, len(hashes), True
    while True:
        if old == high - low:
            return proof[::-1] if known else [root_of(hashes[low:high]), *proof[::-1]]
        middle = split(high - low)
        if old <= middle:
            proof.append(root_of(hashes[low + middle : high]))
            high = low + middle
        else:
            proof.append(root_of(hashes[low : low + middle]))
            low, old, known = low + middle, old - middle, False


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree of `new` leaves goes on from that of `old`."""
    if old == new:
        return not proof and old_root == new_root
    if not old:
        return not proof and old_root == EMPTY
    if not 0 < old < new:
        return False
    parts = list(proof)
    if not old & (old - 1):
        parts.insert(0, old_root)
    if not parts:
        return False
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    before = after = parts[0]
    for part in parts[1:]:
        if not last:
            return False
        if number & 1 or number == last:
            before, after = node_hash(part, before), node_hash(part, after)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            after = node_hash(after, part)
        number, last = number >> 1, last >> 1
    return not last and before == old_root and after == new_root


def split(size: int) -> int:
    """Where the RFC divides a tree: the greatest power of two below its size."""
    return 1 << (size - 1).bit_length() - 1


def covers(shown: Sequence[int], size: int) -> Iterator[Range]:
    """The largest subtrees without any of the leaves that are shown; `shown` is in order."""
    waiting: list[tuple[int, int, int, int]] = [(0, size, 0, len(shown))] if size else []
    while waiting:
        low, high, first, end = waiting.pop()
        if first == end:
            yield low, high
        elif high - low > 1:
            middle = low + split(high - low)
            between = bisect_left(shown, middle, first, end)
            waiting += [(middle, high, between, end), (low, middle, first, between)]


def covered_root(leaves: Mapping[int, bytes], hidden: Mapping[Range, bytes], size: int) -> bytes | None:
    """The root over the hashes of the leaves that are shown with those of the subtrees that are not; None for a gap."""
    if not size:
        return EMPTY
    # By a list of what is still to be joined, not by recursion: the numbers come from a file of somebody else's.
    done: list[bytes] = []
    waiting: list[Range | None] = [(0, size)]
    steps = 4 * (len(leaves) + len(hidden)) * 64 + 64
    while waiting and (steps := steps - 1) > 0:
        part = waiting.pop()
        if part is None:
            right = done.pop()
            done.append(node_hash(done.pop(), right))
            continue
        low, high = part
        node = hidden.get(part) or (leaves.get(low) if high - low == 1 else None)
        if node is not None:
            done.append(node)
        elif high - low == 1:
            return None
        else:
            middle = low + split(high - low)
            waiting += [None, (middle, high), (low, middle)]
    return done[0] if not waiting else None
