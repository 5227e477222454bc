"""Nothing to a cloud in this process with the interface of AWS, whose machines can be changed behind its back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

ACCESS: Final = "KODITCLOUDAUDIT"
SECRET: Final = "planted-cloud-secret-word"
REGION: Final = "ap-northeast-2"
ACCOUNT: Final = "123456789012"
ENVIRONMENT: Final = {"LAB_CLOUD_ACCESS": ACCESS, "LAB_CLOUD_SECRET": SECRET}


@dataclass(frozen=True, slots=True)
class CloudThere:
    """A running cloud."""

    url: str

    def client(self, service: str, region: str = REGION) -> Any:
        """As whoever runs the things there has it."""
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client(
            service, endpoint_url=self.url, region_name=region, aws_access_key_id=ACCESS, aws_secret_access_key=SECRET,
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )  # fmt: skip

    def held(self, service: str, region: str = REGION) -> Any:
        """The cloud's own records."""
        from moto.backends import get_backend

        return get_backend(service)[ACCOUNT][region]  # type: ignore[call-overload]

    @property
    def item(self) -> dict[str, Any]:
        """What every item of this cloud says."""
        return {
            "region": REGION, "endpoint": self.url, "access": {"env": "LAB_CLOUD_ACCESS"},
            "secret": {"env": "LAB_CLOUD_SECRET"},
        }  # fmt: skip


@contextmanager
def cloud(*services: str) -> Iterator[CloudThere]:
    """The cloud, ended with the context; of these services it begins and ends with nothing in it."""
    from moto.backends import get_backend
    from moto.server import ThreadedMotoServer

    def forget() -> None:
        for service in services:
            get_backend(service)[ACCOUNT].reset()  # type: ignore[call-overload]

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    forget()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield CloudThere(f"http://{host}:{port}")
    finally:
        server.stop()
        forget()
