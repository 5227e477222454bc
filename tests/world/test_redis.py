"""Doors of Redis, without a server of their kind: what is refused, what is silent, what has no end."""

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
from audit.world.asking import RedisDoor
from audit.world.guard import Guard
from audit.world.redis import RedisHand
from audit.world.resolver import Resolver
from audit.world.secrets import Secrets
from audit.world.trust import Trust
from tests.world.servers import closed_port, served

LOOPBACK = Guard((ip_network("127.0.0.0/8"),), Resolver({"db.example": ("127.0.0.1",), "away.example": ("10.1.1.1",)}))


def refusal(door: RedisDoor, root: Path = Path(), seconds: float = 30) -> CannotSee:
    hand = RedisHand(Secrets(root), LOOPBACK, Trust(root))
    with pytest.raises(CannotSee) as gap:
        anyio.run(hand.ask, door, (("INFO", "server"),), timedelta(seconds=seconds))
    assert "planted" not in str(gap.value)
    return gap.value


def test_nobody_listens() -> None:
    assert refusal(RedisDoor("127.0.0.1", closed_port())).reason is Reason.UNREACHABLE


def test_a_silent_server() -> None:
    def silent(channel: socket.socket) -> None:
        while channel.recv(100):
            pass

    with served(silent) as port:
        assert refusal(RedisDoor("db.example", port), seconds=0.4).reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"$9999999999\r\n" + b"x" * 1000, b"$-7\r\n", b"*1\r\n" * 5000,
     b"*99999999\r\n", b":nonumber\r\n", b""],
)  # fmt: skip
def test_a_server_of_another_kind(answer: bytes) -> None:
    def talk(channel: socket.socket) -> None:
        channel.recv(100)
        channel.sendall(answer)

    with served(talk) as port:
        began = time.monotonic()
        gap = refusal(RedisDoor("127.0.0.1", port), seconds=30)
    assert gap.reason in (Reason.UNREACHABLE, Reason.INCOMPLETE), gap
    assert time.monotonic() - began < 20


def test_an_answer_without_an_end_is_cut() -> None:
    def talk(channel: socket.socket) -> None:
        channel.recv(100)
        channel.sendall(b"*100000000\r\n")
        while True:
            channel.sendall(b"$1000\r\n" + b"x" * 1000 + b"\r\n")

    with served(talk) as port:
        assert "more than 8 MiB" in str(refusal(RedisDoor("127.0.0.1", port), seconds=20))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"-WRONGPASS invalid username-password pair or user is disabled.\r\n", Reason.DENIED),
        (b"-NOAUTH Authentication required.\r\n", Reason.DENIED),
        (b"-ERR max number of clients reached\r\n", Reason.UNREACHABLE),
    ],
)
def test_a_door_that_stays_shut(tmp_path: Path, answer: bytes, reason: Reason) -> None:
    (tmp_path / "word").write_text("planted-word")
    (tmp_path / "word").chmod(0o600)

    def talk(channel: socket.socket) -> None:
        channel.recv(100)
        channel.sendall(answer)

    with served(talk) as port:
        door = RedisDoor("127.0.0.1", port, "audit", Secret("file", "word"))
        assert refusal(door, tmp_path).reason is reason


def test_a_host_outside_of_allow_is_not_asked() -> None:
    assert refusal(RedisDoor("away.example", 6379)).reason is Reason.DENIED


def test_an_error_to_one_command_stands_in_its_place() -> None:
    def talk(channel: socket.socket) -> None:
        channel.recv(100)
        channel.sendall(b"-NOPERM this user has no permissions\r\n")
        channel.recv(100)
        channel.sendall(b"$4\r\na:\xff1\r\n*3\r\n:7\r\n$-1\r\n+OK\r\n")

    with served(talk) as port:
        hand = RedisHand(Secrets(Path()), LOOPBACK)
        asked = (("ACL", "WHOAMI"), ("INFO", "server"), ("ROLE",))
        refused, text, role = anyio.run(hand.ask, RedisDoor("127.0.0.1", port), asked, timedelta(seconds=30))
    assert isinstance(refused, Exception)
    assert (text, role) == ("a:\\xff1", [7, None, "OK"])


def test_an_error_that_tells_the_password_is_redacted(tmp_path: Path) -> None:
    (tmp_path / "word").write_text("planted-word")
    (tmp_path / "word").chmod(0o600)

    def talk(channel: socket.socket) -> None:
        heard = channel.recv(100)
        channel.sendall(b"+OK\r\n")
        channel.recv(100)
        channel.sendall(b"-ERR you said " + heard[-14:-2] + b"\r\n")

    with served(talk) as port:
        hand = RedisHand(Secrets(tmp_path), LOOPBACK)
        door = RedisDoor("127.0.0.1", port, "audit", Secret("file", "word"))
        (refused,) = anyio.run(hand.ask, door, (("ROLE",),), timedelta(seconds=30))
    assert isinstance(refused, Exception)
    assert "you said" in str(refused)
    assert "planted" not in str(refused)
