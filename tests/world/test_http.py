"""Servers that answer, keep silent, drag, refuse or lie, to what a visit says of each."""

from __future__ import annotations

import gzip
import os
import socket
import time
import tracemalloc
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.model.facts import ServiceState
from audit.model.verdict import CannotSee, Reason
from audit.world.world import Page
from tests.world.certificates import Authority
from tests.world.hands import LONG, SECOND, SOON, hands, only, run, unhurried
from tests.world.servers import Talk, asked, closed_port, page, resets, says, served, silent

HANDS = hands()


def visit(talk: Talk, *, timeout: timedelta = LONG, path: str = "/", **wanted: Any) -> ServiceState:
    with served(talk) as port:
        return run(unhurried(lambda: HANDS.http.visit(Page(f"http://127.0.0.1:{port}{path}", **wanted), timeout)))


def test_a_page_that_is_right() -> None:
    date = b"Date: " + time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()).encode()
    state = visit(says(page("보증 신청".encode(), date)), contains="보증")
    sample = only(state)
    assert (sample.failure, sample.status, sample.size, sample.address) == (None, 200, 13, "127.0.0.1")
    assert {"dns", "connect", "send", "first-byte", "body", "total"} == set(sample.phases)
    assert sample.phases["total"] >= sum(sample.phases.values()) - sample.phases["total"] - 0.001
    assert abs(state.clock_offset) < timedelta(seconds=5)


def test_the_request_is_fresh_and_says_who_asks() -> None:
    heads: list[bytes] = []

    def talk(channel: socket.socket) -> None:
        heads.append(asked(channel))
        channel.sendall(page())

    visit(talk, path="/health?deep=1", headers={"Accept": "application/json"})
    lines = heads[0].decode().split("\r\n")
    assert lines[0] == "GET /health?deep=1 HTTP/1.1"
    assert "Connection: close" in lines
    assert "Accept: application/json" in lines
    assert sum(line.lower().startswith("accept:") for line in lines) == 1
    assert any(line.startswith("User-Agent: haechi") for line in lines)


@pytest.mark.parametrize(
    ("answer", "wanted", "failure"),
    [
        (page(status=b"503 Busy"), {}, "bad-status"),
        (page(status=b"503 Busy"), {"status": (503,)}, None),
        (page(status=b"204 No Content"), {"status": (200,)}, "bad-status"),
        (page(b"login"), {"contains": "ready"}, "assertion"),
        (page(b"error"), {"lacks": "error"}, "assertion"),
        (page(b"ready"), {"lacks": "error", "contains": "ready"}, None),
        (page("보증".encode("cp949")), {"contains": "보증"}, None),
        (page("보증".encode("cp949"), b"Content-Type: text/html; charset=EUC-KR"), {"contains": "보증"}, None),
        (page("보증".encode(), b"Content-Type: text/html; charset=punycode"), {"contains": "보증"}, None),
        (page("\u1107\u1169".encode()), {"contains": "\ubcf4"}, None),
        (page(gzip.compress(b"ready"), b"Content-Encoding: gzip"), {"contains": "ready"}, None),
        (page(gzip.compress(b"rea") + gzip.compress(b"dy"), b"Content-Encoding: gzip"), {"contains": "ready"}, None),
        (page(zlib.compress(b"ready"), b"Content-Encoding: deflate"), {"contains": "ready"}, None),
        (page(zlib.compress(b"ready")[2:-4], b"Content-Encoding: deflate"), {"contains": "ready"}, None),
        (page(gzip.compress(b"ready")[:-6], b"Content-Encoding: gzip"), {}, "truncated"),
        (page(b"not packed", b"Content-Encoding: gzip"), {}, "bad-encoding"),
        (page(b"ready", b"Content-Encoding: br"), {}, "bad-encoding"),
        (page(b"x" * 5000), {"largest": 4999}, "too-large"),
        (page(b"x" * 5000), {"largest": 5000}, None),
        (page(gzip.compress(b"x" * 5000), b"Content-Encoding: gzip"), {"largest": 4999}, "too-large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", {}, "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nready\r\n0\r\n\r\n", {"contains": "ready"}, None),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nready\r\n", {}, "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nready\r\n", {}, "protocol"),
        (b"HTTP/1.1 200 OK\r\n\r\nready", {"contains": "ready"}, None),
        (b"HTTP/1.0 200 OK\r\n\r\nready", {"contains": "ready"}, None),
        (b"HTTP/1.1 200 OK\r\nContent-Le", {}, "truncated"),
        (b"<html>ready</html>", {"contains": "ready"}, "protocol"),
        (b"\0\1\2\3\r\n\r\n", {}, "protocol"),
        (b"", {}, "reset"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + page(), {}, None),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 4000 + page(), {}, "too-large"),
        (page(b"", *(b"X-%d: y" % number for number in range(9000))), {}, "too-large"),
        (page(b"", b"X: " + b"y" * 70000), {}, "too-large"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", {}, "protocol"),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_answers(answer: bytes, wanted: dict[str, Any], failure: str | None) -> None:
    assert only(visit(says(answer), **wanted)).failure == failure


def test_head_has_no_body() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Encoding: gzip\r\n\r\n"
    sample = only(visit(says(answer), method="HEAD"))
    assert (sample.failure, sample.size) == (None, 0)


def test_a_method_that_changes_something() -> None:
    with pytest.raises(CannotSee, match="denied"):
        run(HANDS.http.visit(Page("http://127.0.0.1/", method="POST"), LONG))


def drip(first: bytes, drop: bytes) -> Talk:
    def talk(channel: socket.socket) -> None:
        asked(channel)
        channel.sendall(first)
        channel.settimeout(0.02)
        while True:
            channel.sendall(drop)
            try:
                if not channel.recv(100):
                    return
            except TimeoutError:
                continue

    return talk


@pytest.mark.parametrize(
    ("talk", "failure"),
    [
        (silent, "first-byte-timeout"),
        (drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), "first-byte-timeout"),
        (drip(b"HTTP/1.1 200 ", b"O"), "first-byte-timeout"),
        (drip(b"HTTP/1.1 200 OK\r\n\r\n", b"."), "body-timeout"),
        (drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"), "body-timeout"),
    ],
)
def test_slow_servers_do_not_outlast_the_time_of_one_attempt(talk: Talk, failure: str) -> None:
    assert only(visit(talk, timeout=SOON)).failure == failure


def endless(first: bytes, piece: bytes) -> Talk:
    def talk(channel: socket.socket) -> None:
        asked(channel)
        channel.sendall(first)
        while True:
            channel.sendall(piece)

    return talk


@pytest.mark.parametrize(
    ("talk", "failures"),
    [
        (endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536), {"too-large"}),
        (endless(b"HTTP/1.1 200 OK\r\n", b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 100), {"too-large"}),
        (endless(b"HTTP/1.1 200 OK\r\n", b"y" * 65536), {"too-large", "protocol"}),
        (
            endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n" * 9000),
            {"too-large", "body-timeout"},
        ),
        (
            endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"y" * 65536),
            {"too-large", "protocol"},
        ),
        (endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 9000), {"too-large"}),
    ],
)
def test_endless_servers_cost_little_memory(talk: Talk, failures: set[str]) -> None:
    tracemalloc.start()
    try:
        sample = only(visit(talk, timeout=SECOND))
        assert sample.failure in failures
        assert tracemalloc.get_traced_memory()[1] < 24_000_000
    finally:
        tracemalloc.stop()


def test_a_bomb_of_200_megabytes() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
    tracemalloc.start()
    try:
        assert only(visit(says(page(bomb, b"Content-Encoding: gzip")))).failure == "too-large"
        assert tracemalloc.get_traced_memory()[1] < 24_000_000
    finally:
        tracemalloc.stop()


def reset_in_the_middle(channel: socket.socket) -> None:
    asked(channel)
    channel.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    channel.recv(0)
    resets(channel)


def test_connections_that_break() -> None:
    assert only(visit(resets)).failure == "reset"
    assert only(visit(reset_in_the_middle)).failure == "reset"
    refused = run(HANDS.http.visit(Page(f"http://127.0.0.1:{closed_port()}/"), LONG))
    assert only(refused).failure == "refused"


def test_a_server_that_fills_the_line_does_not_stop_the_others() -> None:
    async def together(fast: int, good: int) -> list[str]:
        ended: list[str] = []

        async def look(name: str, port: int, time: timedelta) -> None:
            page = Page(f"http://127.0.0.1:{port}/", largest=10**12)
            ended.append(f"{name}: {only(await unhurried(lambda: HANDS.http.visit(page, time))).failure}")

        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(look, "fast", fast, timedelta(seconds=2))
            group.start_soon(look, "good", good, LONG)
        return ended

    flood = endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10\r\n" + b"." * 16 + b"\r\n")
    with served(flood) as fast, served(says(page())) as good:
        assert run(together(fast, good)) == ["good: None"] + 4 * ["fast: body-timeout"]


def test_server_text_is_cut() -> None:
    sample = only(visit(says(page(status=b"500 " + b"w" * 5000))))
    assert sample.failure == "bad-status"
    assert len(sample.detail) <= 200


def test_an_authority_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotSee) as seen:
        run(hands(root=tmp_path).http.visit(Page("https://127.0.0.1/", authority="authority.pem"), LONG))
    assert seen.value.reason == Reason.INCOMPLETE


def test_an_authority_that_never_ends(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for authority in ("pipe", "/dev/zero", "."):
        with pytest.raises(CannotSee) as seen:
            run(hands(root=tmp_path).http.visit(Page("https://127.0.0.1/", authority=authority), LONG))
        assert seen.value.reason == Reason.INCOMPLETE


def test_a_page_of_combining_marks_is_searched_at_once() -> None:
    marks = ("\u0316\u0301" * 400_000).encode()
    began = time.process_time()
    assert only(visit(says(page(marks)), contains="보증")).failure == "assertion"
    assert time.process_time() - began < 60  # eight minutes where the time grows with the square of the marks


@given(st.binary(max_size=300), st.binary(max_size=40))
@settings(max_examples=100, deadline=None)
def test_no_answer_is_more_than_a_server_can_say(head: bytes, body: bytes) -> None:
    for answer in (
        head,
        b"HTTP/1.1 200 OK\r\n" + head,
        page(body, b"Content-Encoding: gzip"),
        page(body, b"Date: " + head),
    ):
        sample = only(visit(says(answer)))
        assert sample.failure is None or sample.detail


def test_a_certificate_that_nobody_asked_to_trust(tmp_path: Path) -> None:
    with served(says(page()), tls=Authority.new(tmp_path).server("portal.example")) as port:
        sample = only(run(HANDS.http.visit(Page(f"https://127.0.0.1:{port}/", verify=False), LONG)))
    assert sample.failure is None
    assert sample.certificate is not None
    assert not sample.certificate.trusted


def test_a_request_that_cannot_be_written() -> None:
    with pytest.raises(CannotSee) as seen:
        visit(says(page()), headers={"X-A": "a\r\nb"})
    assert seen.value.reason == Reason.INCOMPLETE


def test_a_name_with_a_dot_at_its_end(tmp_path: Path) -> None:
    hand = hands(hosts={"portal.example": ("127.0.0.1",)})
    authority = Authority.new(tmp_path)
    with served(says(page()), tls=authority.server("portal.example")) as port:
        state = run(hand.http.visit(Page(f"https://portal.example.:{port}/", authority=authority.file), LONG))
    assert only(state).failure is None
