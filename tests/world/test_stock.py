"""Proxies, HTTP/2 and tokens to what a visit by httpx's own transport says."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.world import Page
from tests.world.certificates import DAY, Authority
from tests.world.hands import LONG, SOON, only, run
from tests.world.servers import Talk, asked, closed_port, page, resets, says, served, silent
from tests.world.stocked import stock, visit


def test_a_page_as_the_engine_sees_it(tmp_path: Path) -> None:
    heads: list[bytes] = []

    def talk(channel: socket.socket) -> None:
        heads.append(asked(channel))
        channel.sendall(page("보증 신청".encode(), b"Set-Cookie: a=b"))

    with served(talk) as port:
        sample = only(visit(tmp_path, f"http://a.example:{port}/x?y=1", contains="보증", headers={"X-A": "b"}))
        visit(tmp_path, f"http://a.example:{port}/")
    assert (sample.failure, sample.status, sample.size, sample.address) == (None, 200, 13, "127.0.0.1")
    assert {"dns", "connect", "send", "first-byte", "body", "total"} == set(sample.phases)
    lines = heads[0].decode().split("\r\n")
    assert lines[0] == "GET /x?y=1 HTTP/1.1"
    assert {f"Host: a.example:{port}", "Connection: close", "X-A: b"} <= set(lines)
    assert b"Cookie" not in heads[1]


@pytest.mark.parametrize(
    ("talk", "wanted", "failure"),
    [
        (says(page(status=b"503 Busy")), {}, "bad-status"),
        (says(page(b"login")), {"contains": "ready"}, "assertion"),
        (says(page(b"x" * 5000)), {"largest": 4000}, "too-large"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), {}, "truncated"),
        (says(page(b"x", b"Content-Encoding: br")), {}, "bad-encoding"),
        (says(page(b"", b"Location: http://10.0.0.1/", status=b"302 Found")), {}, "redirect-policy"),
        (says(page(b"", b"Location: /", status=b"302 Found")), {}, "redirect-loop"),
        (says(b"SSH-2.0-x\r\n\r\n"), {}, "protocol"),
        (says(b""), {}, "reset"),
        (resets, {}, "reset"),
        (silent, {"limits": {"first-byte": SOON}}, "first-byte-timeout"),
    ],
)
def test_what_is_wrong(tmp_path: Path, talk: Talk, wanted: dict[str, Any], failure: str) -> None:
    with served(talk) as port:
        assert only(visit(tmp_path, f"http://a.example:{port}/", **wanted)).failure == failure


def test_each_address_by_itself(tmp_path: Path) -> None:
    with served(says(page())) as port:
        state = visit(tmp_path, f"http://two.example:{port}/")
    assert [(sample.address, sample.failure) for sample in state.samples] == [
        ("127.0.0.1", None),
        ("127.0.0.2", "refused"),
    ]


def test_a_body_of_tiny_pieces_holds_up_nobody(tmp_path: Path) -> None:
    # Much more than the system keeps for who comes late: what is there already is read at once.
    body = b"1\r\na\r\n" * 80_000 + b"0\r\n\r\n"
    longest = 0.0

    async def whole(port: int) -> float:
        nonlocal longest
        page = Page(f"http://a.example:{port}/", transport="httpx")
        # Of this thread alone: a busy machine holds up everybody.
        began = last = time.thread_time()
        look = asyncio.ensure_future(stock(tmp_path).visit(page, 2 * LONG))
        while not look.done():
            await asyncio.sleep(0)
            longest, last = max(longest, time.thread_time() - last), time.thread_time()
        assert only(look.result()).size == 80_000
        return time.thread_time() - began

    with served(says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)) as port:
        took = run(whole(port))
    assert longest < took / 4


def test_silence_and_an_address_that_is_not_allowed(tmp_path: Path) -> None:
    with served(silent) as port:
        assert only(visit(tmp_path, f"http://a.example:{port}/", timeout=SOON)).failure == "first-byte-timeout"
    with pytest.raises(CannotSee, match="outside what the estate allows"):
        visit(tmp_path, "http://10.0.0.1/")


def test_no_proxy_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{closed_port()}")
    with served(says(page())) as port:
        assert only(visit(tmp_path, f"http://a.example:{port}/")).failure is None


def newer(channel: socket.socket) -> None:
    """One request of HTTP/2, with the answer that names its authority."""
    assert isinstance(channel, ssl.SSLSocket)
    if channel.selected_alpn_protocol() != "h2":
        return says(page(b"old"))(channel)
    machine = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding=None))
    machine.initiate_connection()
    channel.sendall(machine.data_to_send())
    while came := channel.recv(65536):
        for event in machine.receive_data(came):
            if isinstance(event, h2.events.RequestReceived):
                named = dict(event.headers or ())[b":authority"]
                machine.send_headers(event.stream_id or 1, [(":status", "200"), ("content-type", "text/plain")])
                machine.send_data(event.stream_id or 1, b"newer at " + named, end_stream=True)
        channel.sendall(machine.data_to_send())
    return None


def test_http_2_where_the_server_speaks_it(tmp_path: Path) -> None:
    authority = Authority.new(tmp_path)
    context = authority.server("a.example")
    for protocols, text in ((["h2", "http/1.1"], "newer at a.example"), (["http/1.1"], "old")):
        context.set_alpn_protocols(protocols)
        with served(newer, tls=context) as port:
            url = f"https://a.example:{port}/"
            sample = only(visit(tmp_path, url, http2=True, authority=authority.file, contains=text))
        assert (sample.failure, sample.tls[:5]) == (None, "TLSv1")
        assert sample.certificate is not None
        assert sample.certificate.trusted
        assert sample.phases["tls"] > 0


@pytest.mark.parametrize(
    ("names", "dates", "failure"),
    [
        (("b.example",), {}, "tls-hostname"),
        (("a.example",), {"starts": -9 * DAY, "ends": -DAY}, "tls-expired"),
        (("a.example",), {"signed_by_itself": True}, "tls-untrusted"),
    ],
)
def test_certificates_that_cannot_be_trusted(
    tmp_path: Path, names: tuple[str, ...], dates: dict[str, Any], failure: str
) -> None:
    authority = Authority.new(tmp_path)
    with served(says(page()), tls=authority.server(*names, **dates)) as port:
        sample = only(visit(tmp_path, f"https://a.example:{port}/", authority=authority.file))
        blind = only(visit(tmp_path, f"https://a.example:{port}/", verify=False))
    assert sample.failure == failure
    assert sample.certificate is not None
    assert (sample.certificate.names, sample.certificate.trusted) == (names, False)
    assert blind.failure is None
    assert blind.certificate is not None
    assert not blind.certificate.trusted


@contextlib.contextmanager
def proxy(lines: list[str], *, answer: bytes = b"200 Connection established") -> Iterator[str]:
    """A proxy that connects to the port that was asked for on loopback, whatever the host."""

    def talk(channel: socket.socket) -> None:
        head = asked(channel)
        line = head.split(b"\r\n")[0].decode()
        lines.append(line)
        if not line.startswith("CONNECT") or not answer.startswith(b"200"):
            status = b"HTTP/1.1 " + answer + b"\r\nContent-Length: 5\r\n\r\nready"
            channel.sendall(status)
            return
        target = socket.create_connection(("127.0.0.1", int(line.split()[1].rpartition(":")[2])))
        channel.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_pump, args=(target, channel), daemon=True)
        back.start()
        _pump(channel, target)
        back.join(5)
        target.close()

    with served(talk) as port:
        yield f"http://127.0.0.1:{port}"


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def test_a_page_behind_a_proxy(tmp_path: Path) -> None:
    authority, lines = Authority.new(tmp_path), list[str]()
    with proxy(lines) as through:
        plain = only(visit(tmp_path, "http://away.example/x", proxy=through, contains="ready"))
        with served(says(page()), tls=authority.server("away.example")) as port:
            url = f"https://away.example:{port}/"
            secure = only(visit(tmp_path, url, proxy=through, authority=authority.file, contains="ready"))
            wrong = only(visit(tmp_path, f"https://b.example:{port}/", proxy=through, authority=authority.file))
    assert lines == ["GET http://away.example/x HTTP/1.1", f"CONNECT away.example:{port} HTTP/1.1",
                     f"CONNECT b.example:{port} HTTP/1.1"]  # fmt: skip
    assert (plain.failure, plain.address, secure.failure) == (None, "127.0.0.1", None)
    assert secure.certificate is not None
    assert secure.certificate.names == ("away.example",)
    assert wrong.failure == "tls-hostname"


def test_a_proxy_that_is_not_well_says_nothing_of_the_page(tmp_path: Path) -> None:
    with pytest.raises(CannotSee, match=r"proxy .* cannot be reached") as seen:
        visit(tmp_path, "http://a.example/", proxy=f"http://127.0.0.1:{closed_port()}")
    assert seen.value.reason is Reason.UNREACHABLE
    for answer, reason in ((b"407 Who are you", Reason.DENIED), (b"403 No", Reason.DENIED)):
        with proxy([], answer=answer) as through, pytest.raises(CannotSee) as seen:
            visit(tmp_path, "https://a.example/", proxy=through)
        assert seen.value.reason is reason
    with proxy([], answer=b"502 Gone") as through:
        assert only(visit(tmp_path, "https://a.example/", proxy=through)).failure == "bad-status"


@pytest.mark.parametrize(
    ("url", "through", "wanted"),
    [
        ("http://a.example/", "http://10.0.0.1:3128", {}),
        ("http://169.254.169.254/", "http://127.0.0.1:1", {}),
        ("http://a.example/", "http://127.0.0.1:1", {"follow": "any"}),
    ],
)
def test_where_a_proxy_may_not_lead(tmp_path: Path, url: str, through: str, wanted: dict[str, Any]) -> None:
    with pytest.raises(CannotSee) as seen:
        visit(tmp_path, url, proxy=through, **wanted)
    assert seen.value.reason is Reason.DENIED
