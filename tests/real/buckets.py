"""Nothing to an S3-compatible server in this process whose objects can be changed behind its back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

ACCESS: Final = "KOSMES3AUDIT"
SECRET: Final = "planted-s3-secret-word"
REGION: Final = "ap-northeast-2"


@dataclass(frozen=True, slots=True)
class Buckets:
    """A running server; `client` is whoever makes the backups."""

    url: str
    client: Any

    def make(self, name: str, *, region: str = REGION, locked: bool = False) -> None:
        where = {"LocationConstraint": region}
        self.client.create_bucket(Bucket=name, CreateBucketConfiguration=where, ObjectLockEnabledForBucket=locked)

    def put(self, bucket: str, key: str, content: bytes, *, age: timedelta = timedelta(0), **more: Any) -> None:
        self.client.put_object(Bucket=bucket, Key=key, Body=content, **more)
        self.held(bucket, key).last_modified = datetime.now(UTC).replace(tzinfo=None) - age

    def held(self, bucket: str, key: str) -> Any:
        """The server's own object."""
        from moto.s3.models import s3_backends

        return s3_backends["123456789012"]["aws"].buckets[bucket].keys[key]

    def flip(self, bucket: str, key: str) -> None:
        """Change one byte of what is stored, and nothing of what is known about it."""
        held = self.held(bucket, key)
        content, buffer = held.value, held._value_buffer
        buffer.seek(len(content) // 2)
        buffer.write(bytes((content[len(content) // 2] ^ 0xFF,)))

    def state(self, *buckets: str) -> dict[str, str]:
        """Every version of every object with its time, and what is set on each bucket."""
        found: dict[str, str] = {}
        for bucket in buckets:
            answer = self.client.list_object_versions(Bucket=bucket)
            for kind in ("Versions", "DeleteMarkers"):
                for entry in answer.get(kind, ()):
                    found[f"{bucket}/{entry['Key']}@{entry['VersionId']}"] = f"{kind} {sorted(entry.items(), key=str)}"
            found[bucket] = str(self.client.get_bucket_versioning(Bucket=bucket).get("Status"))
        return found


@contextmanager
def buckets() -> Iterator[Buckets]:
    """The server, ended with the context."""
    import boto3
    from botocore.config import Config
    from moto.s3.models import s3_backends
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # One account alone: the reset of a whole service wipes what others of this process hold in other services.
    s3_backends["123456789012"].reset()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        client = boto3.session.Session().client(
            "s3", endpoint_url=url, region_name=REGION, aws_access_key_id=ACCESS, aws_secret_access_key=SECRET,
            config=Config(retries={"total_max_attempts": 1}, proxies={}, s3={"addressing_style": "path"}),
        )  # fmt: skip
        yield Buckets(url, client)
    finally:
        server.stop()
        s3_backends["123456789012"].reset()
