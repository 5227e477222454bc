"""A door on loopback in: who may ask, what is answered, that nobody can hold it up."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import time
from collections.abc import Coroutine, Iterator
from threading import Event
from typing import Any

import pytest

from audit.model.exit import Exit, Stop
from audit.world import door
from audit.world.door import NOT_FOUND, Answer, is_loopback, open_door


def answer(path: str) -> Answer:
    if path == "/big":
        return Answer(pieces=[b"x" * 1_000_000] * 20)
    return Answer(b"hello\n") if path == "/metrics" else NOT_FOUND


async def asked(port: int, request: bytes) -> bytes:
    """Everything that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    told = await reader.read()
    while more := await reader.read():
        told += more
    writer.close()
    return told


def run(work: Coroutine[Any, Any, Any]) -> Any:
    async def limited() -> Any:
        async with asyncio.timeout(20):
            return await work

    return asyncio.run(limited())


def test_a_page_is_answered_whole_and_the_line_closed() -> None:
    async def work() -> None:
        async with open_door("127.0.0.1", 0, answer) as port:
            told = await asked(port, b"GET /metrics?x=1 HTTP/1.1\r\nHost: [::1]\r\n\r\n")
            head, _, body = told.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 ")
            assert b"content-length: 6" in head.lower()
            assert b"connection: close" in head.lower()
            assert body == b"hello\n"
            only = await asked(port, b"HEAD /metrics HTTP/1.1\r\nHost: localhost:9\r\n\r\n")
            assert b"content-length: 6" in only.lower()
            assert only.endswith(b"\r\n\r\n")
            big = await asked(port, b"GET /big HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert len(big.partition(b"\r\n\r\n")[2]) == 20_000_000

    run(work())


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
        (b"POST /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\nabc", b"405"),
        (b"DELETE /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"405"),
        (b"GET /metrics HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /metrics HTTP/1.1\r\nHost: rebound.example.net:9469\r\n\r\n", b"421"),
        (b"GET /metrics HTTP/1.1\r\nHost: localhost.example.net\r\n\r\n", b"421"),
        (b"GET /metrics HTTP/1.1\r\nHost: \r\n\r\n", b"421"),
        (b"GET http://localhost/metrics HTTP/1.1\r\nHost: 127.0.0.1.example.net\r\n\r\n", b"421"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + b"a" * 9000 + b"\r\n\r\n", b"431"),
    ],
)
def test_what_is_not_asked_rightly_is_refused(request_bytes: bytes, status: bytes) -> None:
    async def work() -> bytes:
        async with open_door("127.0.0.1", 0, answer) as port:
            return await asked(port, request_bytes)

    told = run(work())
    assert told.split(b" ")[1] == status
    assert (b"allow: get, head" in told.lower()) == (status == b"405")


def test_slow_callers_are_turned_out_when_somebody_else_wants_to_ask() -> None:
    async def work() -> None:
        async with open_door("127.0.0.1", 0, answer) as port:
            idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3 * door.CALLERS)]
            for _, writer in idle:
                writer.write(b"GET /metrics HTTP/1.1\r\nHo")
            began = time.monotonic()
            for _ in range(5):
                assert b"hello" in await asked(port, b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert time.monotonic() - began < door.HEAD_SECONDS
            told = await idle[-1][0].read()
            assert told == b""
            assert time.monotonic() - began < door.HEAD_SECONDS + 5
            for _, writer in idle:
                writer.close()

    run(work())


def test_callers_that_were_answered_and_stay_make_room_for_others() -> None:
    async def work() -> None:
        async with open_door("127.0.0.1", 0, answer) as port:
            staying = [await asyncio.open_connection("127.0.0.1", port) for _ in range(door.CALLERS)]
            for reader, writer in staying:
                writer.write(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                await reader.readuntil(b"hello\n")
            assert b"hello" in await asked(port, b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            for _, writer in staying:
                writer.close()

    run(work())


def test_callers_that_take_their_answers_slowly_do_not_keep_the_door_shut() -> None:
    async def work() -> None:
        async with open_door("127.0.0.1", 0, answer) as port:
            slow = [await asyncio.open_connection("127.0.0.1", port, limit=1024) for _ in range(door.CALLERS)]
            for reader, writer in slow:
                writer.write(b"GET /big HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                await reader.readexactly(1)
            await asyncio.sleep(door.HEAD_SECONDS)
            assert b"hello" in await asked(port, b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            for _, writer in slow:
                writer.transport.abort()

    run(work())


def test_whoever_does_not_take_the_answer_delays_nobody() -> None:
    async def work() -> None:
        async with open_door("127.0.0.1", 0, answer) as port:
            with socket.create_connection(("127.0.0.1", port)) as stuck:
                stuck.sendall(b"GET /big HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                await asyncio.sleep(0.2)
                assert b"hello" in await asked(port, b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    run(work())


def test_an_answer_that_takes_long_does_not_hold_up_the_loop() -> None:
    let_go = Event()

    def slow() -> Iterator[bytes]:
        let_go.wait(10)
        yield b"late\n"

    async def work() -> None:
        async with open_door(
            "127.0.0.1", 0, lambda path: Answer(b"quick\n") if path == "/quick" else Answer(pieces=slow())
        ) as port:
            call = asyncio.create_task(asked(port, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
            for _ in range(20):
                await asyncio.sleep(0.01)
            assert (await asked(port, b"GET /quick HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).endswith(b"quick\n")
            assert not call.done()
            let_go.set()
            assert (await call).endswith(b"late\n")

    run(work())


def test_a_port_that_is_taken_stops_with_the_reason() -> None:
    async def work() -> None:
        async with open_door("127.0.0.1", 0, answer) as port:
            with pytest.raises(Stop) as stopped:
                async with open_door("127.0.0.1", port, answer):
                    pass
            assert stopped.value.code is Exit.USAGE
            assert stopped.value.lines[0].endswith(f"127.0.0.1:{port}: {os.strerror(errno.EADDRINUSE)}")

    run(work())


def test_which_addresses_only_this_machine_can_call() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "metrics.example", "")))
