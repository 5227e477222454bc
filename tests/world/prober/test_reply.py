"""Answers, cut anywhere, to the same response from the quick reader as from h11."""

from __future__ import annotations

import gzip
import itertools
from dataclasses import dataclass

import h11
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit.world.body import Gathering
from audit.world.fault import Fault
from audit.world.prober.head import read_plain
from audit.world.prober.reply import Reply

MOST = 1000
NAMES = st.sampled_from(
    ["Content-Length", "content-length", "Transfer-Encoding", "Connection", "Date", "X-A", "Bad(Name", "\u00e9"]
)
VALUES = st.one_of(
    st.sampled_from(["5", " 5 ", "\t5", "05", "+5", "5, 5", "6", "0", "0x5", "-1", "", "chunked", "close", "identity"]),
    st.sampled_from(["9" * 15, "9" * 25, "a\x0bb", "a\x00b", "a\x01b", "a\rb", "\u00e9", "x" * 60, "gzip"]),
    st.text(max_size=10),
)
STATUSES = st.sampled_from(
    ["200 OK", "200", "200 ", "204 No", "304 X", "301 Moved", "500 \u00e9", "999 X", "20 X", "099 X"]
)
ENDS = st.sampled_from(["\r\n", "\r\n", "\r\n", "\r\n", "\n", " \r\n", "\r\r\n", "\r\n "])


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader made of an answer; `failure` is empty where it was whole."""

    failure: str
    status: int | None = None
    body: bytes = b""
    length: str | None = None


def answer(version: str, status: str, fields: list[tuple[str, str]], ends: list[str], body: bytes) -> bytes:
    end = itertools.cycle(ends)
    lines = [f"{version} {status}{next(end)}", *(f"{name}:{value}{next(end)}" for name, value in fields), next(end)]
    return "".join(lines).encode("utf-8", "replace") + body


ANSWERS = st.builds(
    answer,
    st.sampled_from(["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/1"]),
    STATUSES,
    st.lists(st.tuples(NAMES, VALUES), max_size=4).map(lambda fields: [("Content-Length", "5"), *fields][:4]),
    st.lists(ENDS, min_size=1, max_size=4),
    st.sampled_from([b"ready", b"read", b"", b"ready and more", b"5\r\nready\r\n0\r\n\r\n"]),
)


def by_h11(came: bytes, method: str) -> Said:
    """The answer as h11 alone reads it, to the end of the connection."""
    machine = h11.Connection(h11.CLIENT)
    machine.send(h11.Request(method=method, target="/", headers=[("Host", "")]))
    machine.send(h11.EndOfMessage())
    head: h11.Response | None = None
    body = b""
    try:
        machine.receive_data(came)
        machine.receive_data(b"")
        while True:
            event = machine.next_event()
            if isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                lengths = [value.decode("latin-1") for name, value in head.headers if name == b"content-length"]
                return Said("", head.status_code, body, ", ".join(lengths) if lengths else None)
            elif not isinstance(event, h11.InformationalResponse):
                return Said("broken")
    except h11.RemoteProtocolError:
        return Said("broken")


def by_reply(pieces: list[bytes], method: str) -> Said:
    reply = Reply(method, MOST, lambda head: Gathering("", MOST))
    try:
        for piece in (*(piece for piece in pieces if piece), b""):
            reply.take(piece)
            while reply.pending and not reply.done:
                reply.read_on()
            if reply.done:
                break
    except Fault as fault:
        return Said(fault.failure)
    assert reply.head is not None
    return Said("", reply.head.status, reply.body, reply.head.get(b"content-length"))


@given(ANSWERS, st.sampled_from(["GET", "HEAD"]))
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready", "GET")
@settings(max_examples=600, deadline=None)
def test_where_the_quick_reader_reads_h11_reads_the_same(came: bytes, method: str) -> None:
    found = read_plain(came, bare=method == "HEAD")
    if found is None:
        return
    head, end, length = found
    known = by_h11(came, method)
    if len(came) - end < length:
        assert known.failure == "broken"
        return
    assert known == Said("", head.status, came[end : end + length], head.get(b"content-length"))


@given(ANSWERS, st.lists(st.integers(0, 120), max_size=5), st.sampled_from(["GET", "HEAD"]))
@settings(max_examples=600, deadline=None)
def test_cuts_change_nothing(came: bytes, cuts: list[int], method: str) -> None:
    places = [0, *sorted(cuts), len(came)]
    pieces = [came[start:end] for start, end in itertools.pairwise(places)]
    cut, whole, known = by_reply(pieces, method), by_reply([came], method), by_h11(came, method)
    assert cut == whole
    assert bool(whole.failure) == bool(known.failure)
    if not known.failure:
        assert whole == known


def test_plain_answers_are_read_quickly() -> None:
    """The property above would hold for a quick reader that reads nothing."""
    plain = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    assert read_plain(plain, bare=False) is not None
    assert read_plain(plain.replace(b"Content-Length: 5\r\n", b""), bare=False) is None
    assert read_plain(plain.replace(b"Content-Length: 5\r\n", b""), bare=True) is not None


@pytest.mark.parametrize("size", [1, 2, 7, 100_000])
def test_a_packed_body_in_pieces(size: int) -> None:
    packed = gzip.compress(b"ready" * 50)
    came = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(packed), packed)
    reply = Reply("GET", MOST, lambda head: Gathering("gzip", MOST))
    for start in range(0, len(came), size):
        reply.take(came[start : start + size])
    assert reply.done
    assert reply.body == b"ready" * 50


def test_an_answer_of_tiny_parts_pauses() -> None:
    came = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n.\r\n" * 500
    reply = Reply("GET", MOST, lambda head: Gathering("", MOST))
    reply.take(came)
    pauses = 0
    while reply.pending:
        pauses += 1
        reply.read_on()
    assert pauses >= 5


def test_a_head_that_comes_letter_by_letter_is_read_once() -> None:
    came = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(5000)) + b"\r\n"
    reply = Reply("HEAD", MOST, lambda head: Gathering("", MOST))
    for letter in came:
        reply.take(bytes((letter,)))
    assert reply.done
