"""An S3 server with buckets to what the hand brings of them, and what it never does."""

from __future__ import annotations

import gzip
import io
import json
import os
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import anyio
import pytest

from audit.contract import CannotSee, Reason, S3Answer, S3Door
from audit.model.backup import BackupState
from audit.model.item import Secret
from audit.world.build import real_world
from checks.backup.s3 import S3Objects, objects
from tests.real.buckets import ACCESS, REGION, SECRET, Buckets, buckets
from tests.world.servers import closed_port, page, says, served, silent

pytestmark = [pytest.mark.real, pytest.mark.lab]
HERE = "kosme-backup"
SECOND = timedelta(seconds=60)
ODD = "ledger/한 글+x%20/../y .dump"


@pytest.fixture(scope="module")
def store() -> Iterator[Buckets]:
    kept = dict(os.environ)
    os.environ |= {
        "KOSME_S3_ACCESS": ACCESS, "KOSME_S3_SECRET": SECRET,
        # Nothing of this may take part.
        "AWS_ACCESS_KEY_ID": "of-the-environment", "AWS_SECRET_ACCESS_KEY": "of-the-environment",
        "AWS_ENDPOINT_URL": "http://192.0.2.1", "HTTP_PROXY": "http://192.0.2.1:3128", "AWS_CA_BUNDLE": "/nowhere",
    }  # fmt: skip
    try:
        with buckets() as store:
            store.make(HERE)
            store.put(HERE, "ledger/a.dump", b"whole" * 1000)
            store.put(HERE, ODD, b"odd" * 1000)
            yield store
    finally:
        os.environ.clear()
        os.environ |= kept


def door(store: Buckets, **more: Any) -> S3Door:
    opened = {"access": Secret("env", "KOSME_S3_ACCESS"), "secret": Secret("env", "KOSME_S3_SECRET")}
    return S3Door(**{"endpoint": store.url, "region": REGION, **opened, **more})


def ask(door: S3Door, operation: str, *, timeout: timedelta = SECOND, **arguments: Any) -> S3Answer:
    world = real_world(allow=(ip_network("127.0.0.0/8"),), root=Path())
    return anyio.run(world.s3.ask, door, operation, arguments, timeout)


def test_what_a_store_answers_and_what_it_does_not_have(store: Buckets) -> None:
    listed = ask(door(store), "list_objects_v2", Bucket=HERE, Prefix="ledger/a")
    assert [entry["Key"] for entry in listed.data["Contents"]] == ["ledger/a.dump"]
    assert abs(listed.data["ClockOffset"]) < timedelta(seconds=60)
    assert ask(door(store), "get_object_lock_configuration", Bucket=HERE).code == "ObjectLockConfigurationNotFoundError"
    assert ask(door(store), "head_object", Bucket=HERE, Key="none").code == "404"
    assert ask(door(store), "list_objects_v2", Bucket="no-such-bucket").code == "NoSuchBucket"


def test_a_part_of_an_object_by_its_odd_name(store: Buckets) -> None:
    assert ask(door(store), "get_object", Bucket=HERE, Key=ODD, Range="bytes=0-5").data["Body"] == b"oddodd"


def test_what_is_stored_packed_comes_packed(store: Buckets) -> None:
    packed = gzip.compress(b"x" * 5000)
    store.put(HERE, "packed", packed, ContentEncoding="gzip")
    assert ask(door(store), "get_object", Bucket=HERE, Key="packed").data["Body"] == packed


@pytest.mark.parametrize(
    "operation",
    ["put_object", "delete_object", "create_bucket", "restore_object", "select_object_content", "get_paginator",
     "list_everything", "generate_presigned_url", "head object", "copy_object", "get_waiter"],
)  # fmt: skip
def test_only_what_reads_is_asked(store: Buckets, operation: str) -> None:
    with pytest.raises(CannotSee) as gap:
        ask(door(store), operation, Bucket=HERE)
    assert gap.value.reason is Reason.DENIED


def test_only_where_the_estate_allows() -> None:
    with pytest.raises(CannotSee, match="outside") as gap:
        ask(S3Door("http://192.0.2.1"), "list_buckets")
    assert gap.value.reason is Reason.DENIED


def test_a_server_that_is_away_or_is_no_store(store: Buckets) -> None:
    with pytest.raises(CannotSee) as gap:
        ask(S3Door(f"http://127.0.0.1:{closed_port()}"), "list_buckets")
    assert gap.value.reason is Reason.UNREACHABLE
    with served(silent) as port, pytest.raises(CannotSee) as gap:
        ask(S3Door(f"http://127.0.0.1:{port}"), "list_buckets", timeout=timedelta(seconds=1))
    assert gap.value.reason is Reason.TIMEOUT
    with served(says(page(b"<html>hello</html>"))) as port, pytest.raises(CannotSee) as gap:
        look(store, endpoint=f"http://127.0.0.1:{port}")
    assert gap.value.reason is Reason.INCOMPLETE


def test_a_store_that_sends_elsewhere_is_not_followed(store: Buckets) -> None:
    moved = says(page(b"", b"Location: http://192.0.2.1/x", status=b"307 Temporary Redirect"))
    with served(moved) as port, pytest.raises(CannotSee, match="elsewhere") as gap:
        ask(S3Door(f"http://127.0.0.1:{port}"), "list_objects_v2", Bucket=HERE)
    assert gap.value.reason is Reason.INCOMPLETE


def test_a_key_without_its_secret_is_not_asked_with(store: Buckets) -> None:
    with pytest.raises(CannotSee) as gap:
        ask(door(store, secret=None), "list_buckets")
    assert gap.value.reason is Reason.DENIED
    with pytest.raises(CannotSee) as gap:
        ask(door(store, secret=Secret("env", "NOT_SET")), "list_buckets")
    assert SECRET not in str(gap.value)


def look(store: Buckets, **more: Any) -> BackupState:
    written: dict[str, Any] = {
        "id": "nightly", "kind": "s3", "at": "busan", "bucket": HERE, "endpoint": store.url,
        "access": {"env": "KOSME_S3_ACCESS"}, "secret": {"env": "KOSME_S3_SECRET"},
    }  # fmt: skip
    copy = S3Objects.model_validate({**written, **more})
    found = anyio.run(objects.look, copy, real_world(allow=(ip_network("127.0.0.0/8"),), root=Path()))
    assert isinstance(found, BackupState)
    assert SECRET not in str(found.plain())
    return found


def test_each_version_of_one_object_is_a_point(store: Buckets) -> None:
    store.make("versions")
    store.client.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    for number in range(3):
        store.put("versions", "latest.dump", b"whole" * (number + 1))
    seen = look(store, bucket="versions", point="version", verify="content")
    assert len(seen.points) == 3
    assert (seen.size, seen.integrity, seen.errors) == (15, 2, ())


def test_an_object_in_parts_has_a_checksum_of_parts(store: Buckets) -> None:
    from boto3.s3.transfer import TransferConfig

    store.make("parts")
    content = os.urandom(1000) * 11_000
    settings = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20, use_threads=False)
    store.client.upload_fileobj(io.BytesIO(content), "parts", "large.bin", Config=settings)
    seen = look(store, bucket="parts", verify="content")
    assert seen.newest is not None
    assert seen.size == len(content)
    with pytest.raises(CannotSee, match="checksum of the whole"):
        seen.errors  # noqa: B018


def test_a_bucket_that_everybody_may_write(store: Buckets) -> None:
    store.make("open")
    store.put("open", "a.dump", b"whole")
    store.client.put_bucket_acl(Bucket="open", ACL="public-read")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::open/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    store.client.put_bucket_policy(Bucket="open", Policy=policy)
    seen = look(store, bucket="open")
    assert seen.excess == ("everybody may s3:DeleteObject",)
    assert "the bucket is public: everybody may READ" in seen.errors


def test_folders_by_their_marker(store: Buckets) -> None:
    store.make("folders")
    for name in ("1/data", "1/done", "2/data"):
        store.put("folders", f"full/{name}", b"whole")
    seen = look(store, bucket="folders", prefix="full/", point="folder", marker="done")
    assert [(point.id, point.complete) for point in seen.points] == [("1", True), ("2", False)]
    assert seen.sets == seen.taken == ("folders/full/",)


@pytest.mark.parametrize(("kind", "hours"), [("STANDARD", 0), ("GLACIER", 5), ("DEEP_ARCHIVE", 12)])
@pytest.mark.parametrize("verify", ["ends", "content", "none"])
def test_how_long_cold_storage_lets_wait(store: Buckets, kind: str, hours: int, verify: str) -> None:
    bucket = f"cold-{kind.lower().replace('_', '-')}-{verify}"
    store.make(bucket)
    store.put(bucket, "a.dump", b"whole", StorageClass=kind)
    seen = look(store, bucket=bucket, verify=verify)
    assert seen.newest is not None
    assert seen.waits == timedelta(hours=hours)
    if hours and verify != "none":
        with pytest.raises(CannotSee, match="cold storage"):
            seen.errors  # noqa: B018
