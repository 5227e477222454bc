"""Real object stores from which a drill fetches: one object, a folder, a part of it, spoiled, gone, oddly named."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit.model.verdict import CannotSee, Reason
from checks.backup.drills.s3 import restored
from checks.backup.s3 import S3Objects
from tests.real.buckets import ACCESS, REGION, SECRET, Buckets, buckets
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]
FIVE: int = 5 * 1024 * 1024


@pytest.fixture(scope="module")
def store() -> Iterator[Buckets]:
    with buckets() as started:
        yield started


@pytest.fixture
def bucket(store: Buckets, request: pytest.FixtureRequest) -> str:
    name = "b" + hashlib.sha256(request.node.name.encode()).hexdigest()[:20]
    store.make(name)
    return name


def look(store: Buckets, bucket: str, folder: Path, *, more: dict[str, Any] | None = None, **terms: Any) -> Brought:
    for name, value in (("access", ACCESS), ("secret", SECRET)):
        (folder / name).write_text(value)
        (folder / name).chmod(0o600)
    written = {
        "id": "far", "kind": "s3", "at": "busan", "bucket": bucket, "endpoint": store.url, "region": REGION,
        "access": {"file": "access"}, "secret": {"file": "secret"},
    }  # fmt: skip
    copy = S3Objects.model_validate({**written, **(more or {})})
    before = store.state(bucket)
    brought = drill(restored, copy, folder, folder / "scratch", **terms)
    assert brought.left == ()
    assert SECRET not in repr(brought)
    assert store.state(bucket) == before
    return brought


FOLDER = {"point": "folder", "prefix": "db/"}


def night(store: Buckets, bucket: str, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        store.put(bucket, f"db/night/{name}", content)


def test_an_object_is_fetched_unpacked_and_held_against_its_sums(store: Buckets, bucket: str, tmp_path: Path) -> None:
    store.put(bucket, "ledger.gz", gzip.compress(os.urandom(20_000)))
    brought = look(store, bucket, tmp_path)
    assert brought.failed == {}
    assert (brought.restored.integrity, brought.restored.bytes) == (3, 20_000)
    assert {part.name for part in brought.parts} >= {"fetch", "verify"}


def test_a_byte_that_was_flipped_in_the_store_fails_the_drill(store: Buckets, bucket: str, tmp_path: Path) -> None:
    store.put(bucket, "image.raw", os.urandom(20_000))
    assert look(store, bucket, tmp_path).failed == {}
    stored = store.held(bucket, "image.raw")._value_buffer
    stored.seek(7)
    byte = stored.read(1)[0]
    stored.seek(7)
    stored.write(bytes([byte ^ 1]))
    brought = look(store, bucket, tmp_path)
    assert "not what its ETag says" in brought.failed["objects"]
    assert brought.restored.integrity == 1


def test_parts_of_an_upload_are_held_against_the_sum_of_their_sums(store: Buckets, bucket: str, tmp_path: Path) -> None:
    content = os.urandom(FIVE * 2 + 1000)
    upload = store.client.create_multipart_upload(Bucket=bucket, Key="large")["UploadId"]
    parts = []
    for number, start in enumerate(range(0, len(content), FIVE), 1):
        piece = content[start : start + FIVE]
        one = store.client.upload_part(Bucket=bucket, Key="large", PartNumber=number, UploadId=upload, Body=piece)
        parts.append({"PartNumber": number, "ETag": one["ETag"]})
    store.client.complete_multipart_upload(
        Bucket=bucket, Key="large", UploadId=upload, MultipartUpload={"Parts": parts}
    )
    brought = look(store, bucket, tmp_path)
    assert brought.failed == {}
    assert (brought.restored.bytes, brought.restored.integrity) == (len(content), 3)


def test_a_checksum_beside_an_object_is_held_against_it(store: Buckets, bucket: str, tmp_path: Path) -> None:
    store.put(bucket, "image.raw", b"x" * 100)
    store.put(bucket, "image.raw.sha256", f"{'0' * 64}  image.raw\n".encode())
    assert "names another" in look(store, bucket, tmp_path).failed["sha256"]


def test_a_folder_with_odd_names_comes_back_whole(store: Buckets, bucket: str, tmp_path: Path) -> None:
    files = {
        "a": b"1", "a/b": b"22", "../../up": b"333", "//x": b"4444", "-rf": b"5", "n" * 300: b"6", "marker": b"m",
    }  # fmt: skip
    night(store, bucket, files)
    brought = look(store, bucket, tmp_path, more=FOLDER, canary={"file": "marker", "expect": "m"})
    assert brought.failed == {}
    assert (brought.restored.files, brought.restored.integrity) == (7, 5)
    assert brought.restored.bytes == sum(map(len, files.values()))


def test_a_manifest_in_a_folder_names_what_is_missing(store: Buckets, bucket: str, tmp_path: Path) -> None:
    ledger = hashlib.sha256(b"ledger").hexdigest()
    night(store, bucket, {"ledger": b"ledger", "SHA256SUMS": f"{ledger}  ledger\n{ledger}  gone\n".encode()})
    assert "gone: named by its manifest" in look(store, bucket, tmp_path, more=FOLDER).failed["manifest"]


def test_a_share_of_a_folder_comes_round(store: Buckets, bucket: str, tmp_path: Path) -> None:
    sums = "".join(f"{hashlib.sha256(bytes([n])).hexdigest()}  {n}\n" for n in range(12))
    night(store, bucket, {**{str(n): bytes([n]) for n in range(12)}, "SHA256SUMS": sums.encode()})
    shares = []
    for turn in range(3):
        brought = look(store, bucket, tmp_path, more=FOLDER, share=0.34, turn=turn)
        assert brought.failed == {}
        assert {check.name for check in brought.restored.checks} == {"objects", "files", "manifest"}
        shares.append(brought.restored.share)
    assert sum(shares) == pytest.approx(1)
    assert max(shares) < 1


def test_an_older_version_by_its_id(store: Buckets, bucket: str, tmp_path: Path) -> None:
    store.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = store.client.put_object(Bucket=bucket, Key="state", Body=b"first")["VersionId"]
    store.client.put_object(Bucket=bucket, Key="state", Body=b"second, longer")
    brought = look(store, bucket, tmp_path, more={"point": "version"}, wanted=f"state@{first}")
    assert (brought.failed, brought.restored.bytes) == ({}, 5)


def test_an_empty_object_alone_is_a_failed_drill(store: Buckets, bucket: str, tmp_path: Path) -> None:
    store.put(bucket, "ledger.gz", b"")
    assert look(store, bucket, tmp_path).failed.keys() == {"complete point"}


def test_an_empty_bucket_is_no_drill(store: Buckets, bucket: str, tmp_path: Path) -> None:
    with pytest.raises(CannotSee) as gap:
        look(store, bucket, tmp_path)
    assert gap.value.reason is Reason.INCOMPLETE


def test_more_than_may_be_restored(store: Buckets, bucket: str, tmp_path: Path) -> None:
    store.put(bucket, "image.raw", b"x" * 5000)
    with pytest.raises(CannotSee) as gap:
        look(store, bucket, tmp_path, most=4000)
    assert gap.value.reason is Reason.DENIED
