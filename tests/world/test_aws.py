"""Clouds that refuse, turn in circles or are asked for more than to describe, to the reason that comes out."""

from __future__ import annotations

import socket
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import anyio
import pytest

from audit.contract import Verbs
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import AwsDoor, S3Answer
from audit.world.build import real_world
from audit.world.verbs import gated
from tests.world.servers import served

LONG = timedelta(seconds=20)
DENIED = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
CIRCLE = (
    b'<DescribeLoadBalancersResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">'
    b"<DescribeLoadBalancersResult><LoadBalancers/><NextMarker>again</NextMarker></DescribeLoadBalancersResult>"
    b"</DescribeLoadBalancersResponse>"
)


def asked(
    tmp_path: Path, body: bytes, status: bytes = b"200 OK", operation: str = "describe_load_balancers",
    service: str = "elbv2", heard: list[bytes] | None = None,
) -> S3Answer:  # fmt: skip
    pytest.importorskip("boto3")

    def answer(channel: socket.socket) -> None:
        came = channel.recv(65536)
        if heard is not None:
            heard.append(came)
        channel.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Type: text/xml\r\nConnection: close\r\n")
        channel.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async def ask(port: int) -> S3Answer:
        world = real_world(allow=(ip_network("127.0.0.0/8"),), root=tmp_path)
        door = AwsDoor("ap-northeast-2", f"http://127.0.0.1:{port}")
        return await world.aws.call(door, service, operation, {}, LONG)

    with served(answer) as port:
        return anyio.run(ask, port)


def test_a_refusal_is_a_code(tmp_path: Path) -> None:
    heard: list[bytes] = []
    assert asked(tmp_path, DENIED, b"403 Forbidden", heard=heard).code == "AccessDenied"
    assert heard[0].startswith(b"POST / HTTP/1.1")
    assert b"Action=DescribeLoadBalancers" in heard[0]


@pytest.mark.parametrize("body", [CIRCLE, b"<html>sorry</html", b"", b"{}", b"<a>" * 1_000_000])
def test_what_is_no_answer_is_a_reason(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(CannotSee) as gap:
        asked(tmp_path, body)
    assert gap.value.reason is Reason.INCOMPLETE


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("elbv2", "delete_load_balancer"),
        ("elbv2", "get_trust_store_ca_certificates_bundle"),
        ("secretsmanager", "list_secrets"),
        ("rds", "describe_db_instances; drop"),
    ],
)
def test_only_what_describes_is_asked(tmp_path: Path, service: str, operation: str) -> None:
    heard: list[bytes] = []
    with pytest.raises(CannotSee) as gap:
        asked(tmp_path, b"", operation=operation, service=service, heard=heard)
    assert (gap.value.reason, heard) == (Reason.DENIED, [])


def test_a_probe_asks_what_it_declared(tmp_path: Path) -> None:
    world = gated(real_world(allow=(), root=tmp_path), Verbs(aws=("rds.describe_db_instances",)))

    async def ask() -> S3Answer:
        return await world.aws.call(AwsDoor("x"), "rds", "describe_db_clusters", {}, LONG)

    with pytest.raises(CannotSee, match="declares"):
        anyio.run(ask)
