"""Stores that answer with more than a page in, the reason why nothing was read out."""

from __future__ import annotations

import socket
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import anyio
import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.asking import S3Door
from audit.world.build import real_world
from tests.world.servers import served

LISTING = b'<?xml version="1.0"?><ListBucketResult>'


def asked(tmp_path: Path, body: bytes) -> CannotSee:
    pytest.importorskip("boto3")

    def answer(channel: socket.socket) -> None:
        channel.recv(65536)
        channel.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nConnection: close\r\n")
        channel.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async def ask(port: int) -> None:
        world = real_world(allow=(ip_network("127.0.0.0/8"),), root=tmp_path)
        door = S3Door(endpoint=f"http://127.0.0.1:{port}")
        await world.s3.ask(door, "list_objects_v2", {"Bucket": "bucket"}, timedelta(seconds=20))

    with served(answer) as port, pytest.raises(CannotSee) as gap:
        anyio.run(ask, port)
    return gap.value


@pytest.mark.parametrize("element", [b"<a>", b"<a/>"])
def test_a_listing_of_too_many_elements_is_not_read(tmp_path: Path, element: bytes) -> None:
    gap = asked(tmp_path, LISTING + element * 1_000_000)
    assert gap.reason is Reason.INCOMPLETE
    assert "too many elements" in str(gap)
