"""URLs of MySQL, without a server of their kind: what is refused, what is silent, what asks for the password."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import anyio
import pytest

from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.guard import Guard
from audit.world.mysql import MysqlHand
from audit.world.resolver import Resolver
from audit.world.secrets import Secrets
from tests.world.servers import closed_port, served

LOOPBACK = Guard((ip_network("127.0.0.0/8"),), Resolver({"db.example": ("127.0.0.1",), "away.example": ("10.1.1.1",)}))
GREETING = (
    b"\x0a" + b"8.0.36\0" + b"\1\0\0\0" + b"saltsalt" + b"\0" + b"\x00\x82" + b"\xff" + b"\2\0" + b"\x08\x00"
    + b"\x15" + bytes(10) + b"saltsaltsalt\0" + b"mysql_native_password\0"
)  # fmt: skip


def packet(number: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def refusal(tmp_path: Path, url: str, seconds: float = 30) -> CannotSee:
    (tmp_path / "url").write_text(url)
    (tmp_path / "url").chmod(0o600)
    hand = MysqlHand(Secrets(tmp_path), LOOPBACK)
    with pytest.raises(CannotSee) as gap:
        anyio.run(hand.rows, Secret("file", "url"), ("SELECT 1",), timedelta(seconds=seconds))
    assert "planted" not in str(gap.value)
    return gap.value


def test_nobody_listens(tmp_path: Path) -> None:
    assert refusal(tmp_path, f"mysql://audit:planted@127.0.0.1:{closed_port()}/").reason is Reason.UNREACHABLE


def test_a_silent_server_is_left_at_the_deadline(tmp_path: Path) -> None:
    def silent(channel: socket.socket) -> None:
        channel.recv(1)

    with served(silent) as port:
        began = time.monotonic()
        gap = refusal(tmp_path, f"mysql://audit:planted@db.example:{port}/", seconds=0.4)
    assert gap.reason is Reason.TIMEOUT
    assert time.monotonic() - began < 20


def test_a_server_that_drips_does_not_outlast_the_deadline(tmp_path: Path) -> None:
    def drip(channel: socket.socket) -> None:
        channel.sendall(b"\xff\xff\x7f\x00")
        while True:
            channel.sendall(b"x")
            time.sleep(0.05)

    with served(drip) as port:
        assert refusal(tmp_path, f"mysql://audit:planted@db.example:{port}/", seconds=0.5).reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x05\x00\x00\x00\x0anono", b"\x00\x00\x00\x00", b"\xff" * 64, b""]
)
def test_a_server_of_another_kind(tmp_path: Path, answer: bytes) -> None:
    with served(lambda channel: channel.sendall(answer)) as port:
        gap = refusal(tmp_path, f"mysql://audit:planted@127.0.0.1:{port}/", seconds=2)
    assert gap.reason in (Reason.UNREACHABLE, Reason.INCOMPLETE, Reason.TIMEOUT)


@pytest.mark.parametrize("plugin", [b"mysql_clear_password", b"dialog"])
def test_the_password_is_not_sent_in_clear(tmp_path: Path, plugin: bytes) -> None:
    heard: list[bytes] = []

    def asks(channel: socket.socket) -> None:
        channel.sendall(packet(0, GREETING))
        channel.settimeout(30)
        heard.append(channel.recv(4096))
        channel.sendall(packet(2, b"\xfe" + plugin + b"\0\x04Password: "))
        heard.append(channel.recv(4096))

    with served(asks) as port:
        gap = refusal(tmp_path, f"mysql://audit:planted-word@127.0.0.1:{port}/")
    assert gap.reason is Reason.DENIED, gap
    assert b"planted-word" not in b"".join(heard)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://audit:planted@127.0.0.1/", "mysql://127.0.0.1/", "planted", "mysql://audit:planted@/",
        "mysql://audit:planted@127.0.0.1:99999/", "mysql://audit:planted@127.0.0.1/?init_command=DROP",
        "mysql://audit:planted@127.0.0.1/?socket=/x", "mysql://audit:planted@/?socket=relative",
        "mysql://audit:planted@127.0.0.1/?tls=none",
    ],
)  # fmt: skip
def test_what_is_no_url_is_refused_unseen(tmp_path: Path, url: str) -> None:
    assert refusal(tmp_path, url).reason is Reason.DENIED


def test_a_host_outside_of_allow_is_not_asked(tmp_path: Path) -> None:
    assert refusal(tmp_path, "mysql://audit:planted@away.example/").reason is Reason.DENIED


def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path, f"mysql://audit:planted@/?socket={tmp_path}/none").reason is Reason.UNREACHABLE


@pytest.mark.parametrize(("begins", "first"), [(b"", 0), (packet(0, GREETING), 2)])
def test_a_server_that_sends_without_end_is_left_at_once(tmp_path: Path, begins: bytes, first: int) -> None:
    def pour(channel: socket.socket) -> None:
        channel.sendall(begins)
        number = first
        while True:
            # A packet of the largest size says that it goes on in the next one.
            channel.sendall(packet(number % 256, b"x" * 0xFFFFFF))
            number += 1

    with served(pour) as port:
        gap = refusal(tmp_path, f"mysql://audit:planted@db.example:{port}/", seconds=20)
    assert gap.reason is Reason.INCOMPLETE
    assert "16 MiB" in str(gap)
