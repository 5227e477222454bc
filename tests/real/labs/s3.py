"""A folder to a bucket of dumps with versions, a lock, a replica."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.real.buckets import ACCESS, REGION, SECRET, Buckets, buckets
from tests.real.lab import Lab, Said

NEEDS: Final = ()
HERE: Final = "kosme-backup"
THERE: Final = "kosme-backup-busan"
NEWEST: Final = "ledger/newest.sql.gz"
_BEGIN: Final = b"-- PostgreSQL database dump\n\nCREATE TABLE loan (id integer);\n"
_END: Final = b"--\n-- PostgreSQL database dump complete\n--\n\n"


def dump(rows: int = 2000, *, whole: bool = True) -> bytes:
    """A dump, or the first half of one, packed: the packing is sound in both."""
    lines = b"".join(b"INSERT INTO loan VALUES (%d);\n" % number for number in range(rows))
    return gzip.compress(_BEGIN + lines + (_END if whole else b""), mtime=0)


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with buckets() as store:
        store.make(HERE, locked=True)
        store.make(THERE)
        store.client.put_bucket_versioning(Bucket=THERE, VersioningConfiguration={"Status": "Enabled"})
        for minutes in (130, 90, 50):
            put(store, f"ledger/{minutes}.sql.gz", dump(), timedelta(minutes=minutes))
        put(store, NEWEST, dump(), timedelta(minutes=20))
        yield Lab(
            item=item(store),
            state=lambda: store.state(HERE, THERE),
            breaks={
                "half-a-dump": lambda: _put_anew(store, dump(whole=False)),
                "empty": lambda: _put_anew(store, b""),
                "few-rows": lambda: _put_anew(store, dump(20)),
                "byte-flipped": lambda: _flipped(store),
                "replica-missing": lambda: _unreplicated(store),
                "replica-stale": lambda: _stale(store),
                "stopped": lambda: _stopped(store),
                "expires": lambda: _expires(store),
                "lock-forgotten": lambda: _unlocked(store),
                "deleted": lambda: _deleted(store),
                "other-region": lambda: _moved(store),
                "cold": lambda: _frozen(store),
            },
            environment={"KOSME_S3_ACCESS": ACCESS, "KOSME_S3_SECRET": SECRET},
        )


def item(store: Buckets) -> dict[str, Any]:
    opened = {"endpoint": store.url, "access": {"env": "KOSME_S3_ACCESS"}, "secret": {"env": "KOSME_S3_SECRET"}}
    return {
        "kind": "s3", "bucket": HERE, "prefix": "ledger/", "match": "*.gz", "region": REGION, "verify": "content",
        "replica": {"bucket": THERE, **opened}, **opened,
    }  # fmt: skip


def put(store: Buckets, key: str, content: bytes, age: timedelta, *, locked: bool = True) -> None:
    """Upload as a backup job does, to both stores as replication does."""
    until = datetime.now(UTC) + timedelta(days=30)
    lock = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": until} if locked else {}
    store.put(HERE, key, content, age=age, ServerSideEncryption="AES256", **lock)
    store.put(THERE, key, content, age=age, ServerSideEncryption="AES256")


def _listed(store: Buckets) -> str:
    newest = max(store.client.list_objects_v2(Bucket=HERE)["Contents"], key=lambda entry: entry["LastModified"])
    return f"the newest object is {newest['Key']}"


def _put_anew(store: Buckets, content: bytes) -> Said:
    put(store, NEWEST, content, timedelta(0))
    told = store.client.head_object(Bucket=HERE, Key=NEWEST)["ResponseMetadata"]["HTTPStatusCode"]
    return Said(f"HeadObject {told}; {_listed(store)}", content=True)


def _flipped(store: Buckets) -> Said:
    before = store.client.head_object(Bucket=HERE, Key=NEWEST)["ETag"]
    store.flip(HERE, NEWEST)
    same = store.client.head_object(Bucket=HERE, Key=NEWEST)["ETag"] == before
    return Said(f"HeadObject 200, ETag {'as before' if same else 'changed'}", content=same)


def _unreplicated(store: Buckets) -> Said:
    store.client.delete_object(Bucket=THERE, Key=NEWEST)
    told = store.client.head_object(Bucket=HERE, Key=NEWEST)
    return Said(f"HeadObject 200, ReplicationStatus {told.get('ReplicationStatus', 'not told')}", content=True)


def _stale(store: Buckets) -> Said:
    store.put(THERE, NEWEST, dump(5), age=timedelta(days=1), ServerSideEncryption="AES256")
    told = store.client.head_object(Bucket=THERE, Key=NEWEST)["ResponseMetadata"]["HTTPStatusCode"]
    return Said(f"HeadObject {told} in the other bucket", content=True)


def _stopped(store: Buckets) -> Said:
    for entry in store.client.list_objects_v2(Bucket=HERE)["Contents"]:
        held = store.held(HERE, entry["Key"])
        held.last_modified -= timedelta(hours=3)
    count = store.client.list_objects_v2(Bucket=HERE)["KeyCount"]
    return Said(f"ListObjectsV2 200, {count} objects", content=True)


def _frozen(store: Buckets) -> Said:
    """A rule that saves money moved it to where it has to be asked for half a day before."""
    until = datetime.now(UTC) + timedelta(days=30)
    lock = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": until}
    more = {"ServerSideEncryption": "AES256", "StorageClass": "DEEP_ARCHIVE", **lock}
    store.put(HERE, NEWEST, dump(), age=timedelta(minutes=20), **more)
    told = store.client.head_object(Bucket=HERE, Key=NEWEST)["ResponseMetadata"]["HTTPStatusCode"]
    return Said(f"HeadObject {told}; {_listed(store)}", content=True)


def _expires(store: Buckets) -> Said:
    rule = {
        "ID": "clean", "Status": "Enabled", "Filter": {"Prefix": "ledger/"}, "Expiration": {"Days": 1},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }  # fmt: skip
    store.client.put_bucket_lifecycle_configuration(Bucket=HERE, LifecycleConfiguration={"Rules": [rule]})
    return Said(f"ListObjectsV2 200; {_listed(store)}", content=True)


def _unlocked(store: Buckets) -> Said:
    put(store, NEWEST, dump(), timedelta(0), locked=False)
    told = store.client.get_object_lock_configuration(Bucket=HERE)["ObjectLockConfiguration"]["ObjectLockEnabled"]
    return Said(f"GetObjectLockConfiguration {told}", content=True)


def _deleted(store: Buckets) -> Said:
    for entry in store.client.list_objects_v2(Bucket=HERE)["Contents"]:
        store.client.delete_object(Bucket=HERE, Key=entry["Key"])
    versions = store.client.list_object_versions(Bucket=HERE)
    return Said(f"ListObjectVersions 200, {len(versions['Versions'])} versions", content=True)


def _moved(store: Buckets) -> Said:
    from moto.s3.models import s3_backends

    s3_backends["123456789012"]["aws"].buckets[HERE].region_name = "us-west-2"
    return Said(f"HeadBucket 200; {_listed(store)}", content=True)
