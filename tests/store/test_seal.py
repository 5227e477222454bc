"""Leaves of which the roots are known, runs that were changed, against the seal."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.store.seal import merkle_root, sealed_root
from tests.store.contract import closing, run

# The leaves of the reference tests of Certificate Transparency, with the root over the first one, two, ... of them.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots(size: int) -> None:
    assert merkle_root(LEAVES[:size]) == "sha256:" + ROOTS[size - 1]


def test_no_leaves() -> None:
    assert merkle_root([]) == "sha256:" + hashlib.sha256(b"").hexdigest()


def by_the_book(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word for word."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + by_the_book(leaves[:split]) + by_the_book(leaves[split:])).digest()


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70))
def test_the_definition(leaves: list[bytes]) -> None:
    assert merkle_root(leaves) == "sha256:" + by_the_book(leaves).hex()


def test_every_part_is_under_the_seal() -> None:
    whole = closing(run())
    roots = {
        sealed_root(whole, ["a", "b"], ["o"], [b"f"]),
        sealed_root(replace(whole, state="interrupted"), ["a", "b"], ["o"], [b"f"]),
        sealed_root(replace(whole, tool="haechi 9"), ["a", "b"], ["o"], [b"f"]),
        sealed_root(replace(whole, at=whole.ended), ["a", "b"], ["o"], [b"f"]),
        sealed_root(whole, ["a", "c"], ["o"], [b"f"]),
        sealed_root(whole, ["a", "b"], ["p"], [b"f"]),
        sealed_root(whole, ["a", "b"], ["o"], [b"g"]),
        sealed_root(whole, ["a", "b"], ["o"], []),
        sealed_root(whole, ["a", "b"], ["o"], [b"f", b"f"]),
    }
    assert len(roots) == 9
    assert sealed_root(replace(whole, root="sha256:x"), ["b", "a"], ["o"], [b"f"]) in roots
