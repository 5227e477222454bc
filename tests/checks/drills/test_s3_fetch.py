"""Keys of objects, pieces of a stream: where in a room they are put, what ETag they make."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.backup.drills.s3_fetch import Hashing, places
from checks.backup.s3_bucket import Piece

AT = datetime(2026, 9, 1, tzinfo=UTC)


def piece(key: str) -> Piece:
    return Piece(key, 1, AT, "")


def md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


@given(st.sets(st.text(max_size=12).map(lambda text: "db/night/" + text), max_size=12))
def test_every_key_has_a_place_of_its_own_inside(keys: set[str]) -> None:
    found = places([piece(key) for key in keys], "db/night/")
    assert {one.key for one in found.values()} == keys
    for place in found:
        parts = place.split("/")
        assert not {"", ".", ".."} & set(parts)
        assert not any(other.startswith(place + "/") for other in found)


@pytest.mark.parametrize("key", ["../up", "a//b", "", "./a", "n" * 300, "a/", "a\0b"])
def test_a_key_that_is_no_path_gets_a_name(key: str) -> None:
    (place,) = places([piece("x/" + key)], "x/")
    assert place.startswith("odd-")


def test_a_plain_key_stays() -> None:
    assert list(places([piece("x/a/b c")], "x/")) == ["a/b c"]


@pytest.mark.parametrize("steps", [1, 3, 7, 100])
def test_the_etag_of_an_upload_in_parts(steps: int) -> None:
    data = bytes(range(25))
    hashing = Hashing(10)
    for start in range(0, len(data), steps):
        hashing.take(data[start : start + steps])
    whole = md5(md5(data[:10]) + md5(data[10:20]) + md5(data[20:])).hex()
    assert hashing.etag("0" * 32 + "-3") == f"{whole}-3"


def test_the_etag_of_an_upload_as_one() -> None:
    hashing = Hashing(0)
    hashing.take(b"ledger")
    assert hashing.etag("0" * 32) == md5(b"ledger").hex()
    assert hashing.etag("not an md5") == ""
    assert hashing.etag("0" * 32 + "-3") == ""
