"""Trees of which roots and proofs are published, every tree of up to 69 leaves, against what is proven of them."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.store.merkle import (
    EMPTY,
    consistency,
    consistent,
    covered_root,
    covers,
    included,
    inclusion,
    leaf_hash,
    root_of,
)
from tests.store.test_seal import LEAVES, ROOTS, by_the_book

HASHES = [leaf_hash(leaf) for leaf in LEAVES]
A, B, C = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
D, E = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
)
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
MANY = [leaf_hash(bytes([number])) for number in range(69)]


@pytest.mark.parametrize(
    ("place", "size", "proof"),
    [
        (0, 1, []),
        (0, 8, [A, B, C]),
        (5, 8, [D, E, ROOTS[3]]),
        (2, 3, [ROOTS[1]]),
        (1, 5, [ROOTS[0], B, D]),
    ],
)
def test_known_proofs_of_inclusion(place: int, size: int, proof: list[str]) -> None:
    assert [part.hex() for part in inclusion(HASHES[:size], place)] == proof


@pytest.mark.parametrize(
    ("old", "new", "proof"), [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[3]]), (2, 5, [B, D])]
)
def test_known_proofs_of_consistency(old: int, new: int, proof: list[str]) -> None:
    assert [part.hex() for part in consistency(HASHES[:new], old)] == proof


@pytest.mark.parametrize("size", range(1, 70))
def test_every_small_tree(size: int) -> None:
    hashes, leaves = MANY[:size], [bytes([number]) for number in range(size)]
    root = root_of(hashes)
    assert root == by_the_book(leaves)
    for place in range(size):
        proof = inclusion(hashes, place)
        assert included(hashes[place], place, size, proof) == root
        assert all(included(hashes[place], other, size, proof) != root for other in range(size) if other != place)
        assert included(hashes[place], place, size, [*proof, EMPTY]) != root
        assert not proof or included(hashes[place], place, size, proof[:-1]) != root
    for old in range(size + 1):
        proof, before = consistency(hashes, old), root_of(hashes[:old])
        assert consistent(old, before, size, root, proof)
        assert not consistent(old, os.urandom(32), size, root, proof)
        assert not consistent(old, before, size, os.urandom(32), proof) or not old
        assert not consistent(old, before, size, root, [*proof, EMPTY])
        assert old in (0, size) or not consistent(old, before, size, root, proof[:-1])
        assert old in (0, size) or not consistent(old, before, size, root, [EMPTY, *proof[1:]])
    for other in range(1, size):
        assert not consistent(size, root, other, root_of(hashes[:other]), [])


@given(st.sets(st.integers(0, 68)), st.integers(1, 69))
def test_what_is_hidden_keeps_the_root(shown: set[int], size: int) -> None:
    places = sorted(place for place in shown if place < size)
    hidden = {part: root_of(MANY[slice(*part)]) for part in covers(places, size)}
    leaves = {place: MANY[place] for place in places}
    assert covered_root(leaves, hidden, size) == root_of(MANY[:size])
    assert not any(low <= place < high for low, high in hidden for place in places)
    if places:
        assert covered_root({**leaves, places[0]: EMPTY}, hidden, size) != root_of(MANY[:size])
        del leaves[places[0]]
        assert covered_root(leaves, hidden, size) is None


def test_nothing() -> None:
    assert root_of([]) == EMPTY == covered_root({}, {}, 0)
    for place in (-1, 1):
        with pytest.raises(ValueError):
            inclusion(MANY[:1], place)
        assert included(MANY[0], place, 1, []) is None


def test_large_trees_are_joined_by_the_block() -> None:
    for size in (4095, 4096, 4097, 9000):
        hashes = [leaf_hash(b"%d" % number) for number in range(size)]
        assert included(hashes[17], 17, size, inclusion(hashes, 17)) == root_of(hashes)
        assert consistent(4095, root_of(hashes[:4095]), size, root_of(hashes), consistency(hashes, 4095))
