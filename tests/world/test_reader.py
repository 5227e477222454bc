"""Servers that answer, cut, redirect, lie, to the document that is read or the reason why there is none."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.secrets import Secrets
from audit.world.world import Answer, Page
from tests.world.certificates import Authority
from tests.world.hands import LONG, SECOND, SOON, hands, run
from tests.world.servers import Talk, asked, closed_port, page, resets, says, served, silent

HOSTS = {"a.example": ("127.0.0.1",), "b.example": ("127.0.0.1",), "two.example": ("127.0.0.9", "127.0.0.1")}


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    (tmp_path / "word").write_text("planted-word&co")
    (tmp_path / "basic").write_text("Basic cGxhbnRlZDpwbGFudGVk")
    for name in ("word", "basic"):
        (tmp_path / name).chmod(0o600)
    return Secrets(tmp_path)


def read(url: str, known: Secrets | None = None, *, timeout: timedelta = LONG, **wanted: Any) -> Answer:
    own = hands(hosts=HOSTS)
    return run(replace(own.http, secrets=known).read(Page(url, **wanted), timeout))


def of(talk: Talk, **wanted: Any) -> Answer:
    with served(talk) as port:
        return read(f"http://127.0.0.1:{port}/metrics", **wanted)


def noted(heads: list[bytes], answer: bytes = b"ready") -> Talk:
    def talk(channel: socket.socket) -> None:
        heads.append(asked(channel))
        channel.sendall(page(answer))

    return talk


def test_a_document_whatever_its_status() -> None:
    date = b"Date: " + time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()).encode()
    answer = of(says(page(b"no such thing", date, b"X-Api: 1", status=b"404 Not Found")))
    assert (answer.status, answer.body, answer.headers["x-api"]) == (404, b"no such thing", "1")
    assert answer.address == "127.0.0.1"
    assert answer.clock_offset is not None
    assert abs(answer.clock_offset) < timedelta(seconds=5)


def test_a_packed_document_comes_unpacked_within_its_cap() -> None:
    packed = gzip.compress(b"x" * 5000)
    assert of(says(page(packed, b"Content-Encoding: gzip"))).body == b"x" * 5000
    with pytest.raises(CannotSee, match="too-large") as gap:
        of(says(page(packed, b"Content-Encoding: gzip")), largest=4999)
    assert gap.value.reason is Reason.INCOMPLETE


@pytest.mark.parametrize(
    ("talk", "reason"),
    [(says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), Reason.INCOMPLETE), (resets, Reason.UNREACHABLE),
     (says(b"SSH-2.0-x\r\n"), Reason.INCOMPLETE)],
)  # fmt: skip
def test_half_a_document_is_none(talk: Talk, reason: Reason) -> None:
    with pytest.raises(CannotSee) as gap:
        of(talk)
    assert gap.value.reason is reason


def test_a_silent_server_a_closed_port_a_forbidden_address() -> None:
    with pytest.raises(CannotSee) as gap:
        of(silent, timeout=SOON)
    assert gap.value.reason is Reason.TIMEOUT
    with pytest.raises(CannotSee, match="refused") as gap:
        read(f"http://127.0.0.1:{closed_port()}/")
    assert gap.value.reason is Reason.UNREACHABLE
    with pytest.raises(CannotSee, match="outside") as gap:
        read("http://10.0.0.1/")
    assert gap.value.reason is Reason.DENIED


def test_the_first_address_that_can_be_reached_is_read() -> None:
    with served(says(page(b"here"))) as port:
        answer = read(f"http://two.example:{port}/")
    assert (answer.body, answer.address) == (b"here", "127.0.0.1")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "get"])
def test_other_methods_are_refused(method: str) -> None:
    with pytest.raises(CannotSee) as gap:
        read("http://127.0.0.1:1/", method=method)
    assert gap.value.reason is Reason.DENIED


@pytest.mark.parametrize(
    ("secret", "header"), [("word", b"Bearer planted-word&co"), ("basic", b"Basic cGxhbnRlZDpwbGFudGVk")]
)
def test_a_secret_opens_the_page(secrets: Secrets, secret: str, header: bytes) -> None:
    heads: list[bytes] = []
    of(noted(heads), known=secrets)
    with served(noted(heads)) as port:
        read(f"http://127.0.0.1:{port}/", secrets, secrets={"authorization": Secret("file", secret)})
    assert b"uthorization: " + header + b"\r\n" in heads[1]
    assert b"uthorization" not in heads[0]


def test_a_secret_that_is_not_there_is_never_asked_without(secrets: Secrets) -> None:
    heads: list[bytes] = []
    with served(noted(heads)) as port, pytest.raises(CannotSee) as gap:
        read(f"http://127.0.0.1:{port}/", secrets, secrets={"x-key": Secret("file", "none")})
    assert gap.value.reason is Reason.DENIED
    assert heads == []


def test_a_form_takes_its_secret_and_the_token_that_comes_back_stays_hidden(secrets: Secrets) -> None:
    came: list[bytes] = []

    def talk(channel: socket.socket) -> None:
        head = asked(channel)
        while b"\r\n\r\nuser=" not in head or not head.endswith(b"co"):
            head += channel.recv(4096)
        came.append(head)
        channel.sendall(page(b'{"access_token": "planted-token-1"}'))

    with served(talk) as port:
        wanted = Page(
            f"http://127.0.0.1:{port}/token",
            method="POST",
            body="user=a&password={password}",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            secrets={"{password}": Secret("file", "word")},
        )
        answer = run(replace(hands().http, secrets=secrets).read(wanted, LONG))
    assert came[0].startswith(b"POST /token HTTP/1.1\r\n")
    assert came[0].endswith(b"user=a&password=planted-word%26co")
    assert b"planted-token-1" in answer.body
    assert secrets.redact("it is planted-token-1") == "it is [hidden]"


def redirecting(where: Callable[[int], bytes], heads: list[bytes]) -> Talk:
    def talk(channel: socket.socket) -> None:
        head = asked(channel)
        heads.append(head)
        port = channel.getsockname()[1]
        away = b" /old " in head
        channel.sendall(page(b"", b"Location: " + where(port), status=b"302 Found") if away else page(b"new"))

    return talk


def test_a_redirect_stays_on_its_host(secrets: Secrets) -> None:
    heads: list[bytes] = []
    with served(redirecting(lambda _: b"/new", heads)) as port:
        assert read(f"http://a.example:{port}/old", follow="any").body == b"new"
    with served(redirecting(lambda port: b"http://b.example:%d/new" % port, heads)) as port:
        with pytest.raises(CannotSee, match="another host"):
            read(f"http://a.example:{port}/old", follow="any")
        assert read(f"http://a.example:{port}/old", follow="none").status == 302


def test_a_secret_does_not_follow_to_another_port(secrets: Secrets) -> None:
    first: list[bytes] = []
    second: list[bytes] = []
    opened = {"authorization": Secret("file", "word"), "x-key": Secret("file", "word")}
    with (
        served(noted(second)) as other,
        served(redirecting(lambda _: b"http://a.example:%d/" % other, first)) as port,
    ):
        assert read(f"http://a.example:{port}/old", secrets, secrets=opened).body == b"ready"
    assert b"planted-word" in first[0]
    assert b"planted-word" not in second[0]


def test_redirects_in_a_ring_end() -> None:
    with pytest.raises(CannotSee, match="redirect-loop"):
        of(says(page(b"", b"Location: /metrics", status=b"302 Found")))


def test_a_certificate_that_is_not_trusted_gives_no_document(tmp_path: Path) -> None:
    authority = Authority.new(tmp_path)
    with served(says(page(b"ready")), tls=authority.server("a.example")) as port:
        url = f"https://a.example:{port}/"
        with pytest.raises(CannotSee, match="tls-untrusted") as gap:
            read(url)
        assert gap.value.reason is Reason.UNREACHABLE
        assert read(url, verify=False).body == b"ready"
        assert read(url, authority=str(tmp_path / authority.file)).body == b"ready"


def test_what_is_no_url() -> None:
    for url in ("file:///etc/passwd", "http://", "http://[", "nothing"):
        with pytest.raises(CannotSee):
            read(url, timeout=SECOND)
