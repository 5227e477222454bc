"""Crowds of connections, blocked loops, cancelled visits, to what the engine makes of them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from audit.model.facts import Sample, ServiceState
from audit.model.verdict import CannotSee, Reason
from audit.world.prober.engine import Engine
from audit.world.tcp import TcpHand
from audit.world.world import Page
from tests.world.certificates import Authority
from tests.world.hands import LONG, SECOND, SOON, hands, only, run, unhurried
from tests.world.servers import Talk, asked, page, says, served, silent

GUARD = hands().guard
HTTP = hands().http
ANSWER = page(b"ready")


def open_files() -> int:
    return len(tuple(Path("/proc/self/fd").iterdir()))


@contextlib.asynccontextmanager
async def serving(delay: float, answer: bytes = ANSWER) -> AsyncIterator[int]:
    """A port at which any number of requests is answered after a delay, in this very loop."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(delay)
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=4096)
    async with server:
        yield server.sockets[0].getsockname()[1]


def test_300_at_once_take_as_long_as_one() -> None:
    async def all_of_them() -> tuple[list[ServiceState], float]:
        async with serving(0.5) as port:
            began = time.monotonic()
            looks = (HTTP.visit(Page(f"http://127.0.0.1:{port}/"), LONG) for _ in range(300))
            return await asyncio.gather(*looks), time.monotonic() - began

    states, took = run(all_of_them())
    assert [only(state).failure for state in states] == [None] * 300
    assert all(only(state).phases["first-byte"] >= 0.49 for state in states)
    assert took < 8


def test_no_more_in_the_air_than_there_is_room_for() -> None:
    most = 0
    open_now = 0
    lock = threading.Lock()

    def talk(channel: socket.socket) -> None:
        nonlocal most, open_now
        with lock:
            open_now += 1
            most = max(most, open_now)
        asked(channel)
        time.sleep(0.05)
        with lock:
            open_now -= 1
        channel.sendall(ANSWER)

    async def crowd(port: int) -> list[ServiceState]:
        hand = hands(engine=Engine(4)).http
        return await asyncio.gather(*(hand.visit(Page(f"http://127.0.0.1:{port}/"), LONG) for _ in range(40)))

    with served(talk) as port:
        states = run(crowd(port))
    # 40 visits of 0.05 s, four at a time, take half a second: no one's time runs while it waits on the ground.
    assert [only(state).failure for state in states] == [None] * 40
    assert most <= 4


def test_who_waits_too_long_on_the_ground_was_not_seen() -> None:
    async def crowd(port: int) -> list[ServiceState | BaseException]:
        hand = TcpHand(GUARD, Engine(1))
        http = hands(engine=hand.engine).http
        first = asyncio.create_task(http.visit(Page(f"http://127.0.0.1:{port}/"), SECOND))
        await asyncio.sleep(0.05)
        late = (hand.knock("127.0.0.1", port, timedelta(seconds=0.2)) for _ in range(3))
        return await asyncio.gather(first, *late, return_exceptions=True)

    with served(silent) as port:
        first, *late = run(crowd(port))
    assert isinstance(first, ServiceState)
    assert only(first).failure == "first-byte-timeout"
    assert all(isinstance(one, CannotSee) and one.reason == Reason.TIMEOUT for one in late)


def test_a_cancelled_visit_leaves_nothing_open() -> None:
    async def cancelled(port: int) -> int:
        hand = hands().http
        await unhurried(lambda: hand.visit(Page(f"http://127.0.0.1:{port}/"), SOON))
        before = open_files()
        looks = [asyncio.create_task(hand.visit(Page(f"http://127.0.0.1:{port}/"), LONG)) for _ in range(50)]
        for pause in (0, 0, 0, 0.1):
            looks.pop().cancel()
            await asyncio.sleep(pause)
        assert open_files() > before + 40
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)
        # The server, in this same process, closes its ends a little later.
        until = time.monotonic() + 10
        while open_files() > before and time.monotonic() < until:
            await asyncio.sleep(0.05)
        return open_files() - before

    with served(silent) as port:
        assert run(cancelled(port)) <= 0


def test_many_loops_one_after_the_other_and_side_by_side() -> None:
    hand = hands().http
    seen: list[Sample] = []
    with served(says(ANSWER)) as port, warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        look = Page(f"http://127.0.0.1:{port}/")
        seen.extend(only(run(hand.visit(look, LONG))) for _ in range(3))
        threads = [threading.Thread(target=lambda: seen.append(only(run(hand.visit(look, LONG))))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        before = open_files()
        seen.extend(only(run(hand.visit(look, LONG))) for _ in range(20))
        gc.collect()
        assert open_files() <= before + 3
    assert [sample.failure for sample in seen] == [None] * 27


def test_an_engine_that_nobody_uses_any_more_leaves_nothing_open() -> None:
    async def reloaded(port: int) -> tuple[int, list[Sample]]:
        look = Page(f"http://127.0.0.1:{port}/")
        before, all_hands = open_files(), [hands().http for _ in range(5)]
        seen = [only(await hand.visit(look, LONG)) for hand in all_hands]
        until = time.monotonic() + 10
        while open_files() > before and time.monotonic() < until:
            await asyncio.sleep(0.05)
        left = open_files() - before
        seen.append(only(await all_hands[0].visit(look, LONG)))
        return left, seen

    with served(says(ANSWER)) as port:
        left, seen = run(reloaded(port))
    assert left <= 0
    assert [sample.failure for sample in seen] == [None] * 6


def computes(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


BUSY = pytest.mark.parametrize("busy", [time.sleep, computes], ids=["stopped", "busy"])


async def disturbed(look: Coroutine[Any, Any, ServiceState], busy: Callable[[float], None]) -> ServiceState:
    """A look that is just under way when nothing moves for longer than its time."""
    task = asyncio.create_task(look)
    for _ in range(3):
        await asyncio.sleep(0)
    busy(1.3)
    return await task


@BUSY
def test_an_answer_that_came_while_this_machine_was_busy_counts(busy: Callable[[float], None]) -> None:
    with served(says(ANSWER)) as port:
        sample = only(run(unhurried(lambda: disturbed(HTTP.visit(Page(f"http://127.0.0.1:{port}/"), SECOND), busy))))
    assert sample.failure is None
    assert sample.error > 1
    assert sample.phases["total"] - sample.error < 1


@BUSY
def test_a_handshake_while_this_machine_was_busy_counts(busy: Callable[[float], None], tmp_path: Path) -> None:
    authority = Authority.new(tmp_path)
    with served(silent, tls=authority.server("127.0.0.1")) as port:
        look = partial(hands().tls.greet, "127.0.0.1", port, None, SECOND, authority.file)
        sample = only(run(unhurried(lambda: disturbed(look(), busy))))
    assert sample.failure is None
    assert sample.error > 1


def test_who_sleeps_far_too_long_has_seen_nothing() -> None:
    with served(says(ANSWER)) as port, pytest.raises(CannotSee) as seen:
        run(disturbed(hands().http.visit(Page(f"http://127.0.0.1:{port}/"), SOON / 3), time.sleep))
    assert seen.value.reason == Reason.TIMEOUT
    assert "behind its work" in str(seen.value)


def test_slow_and_endless_servers_do_not_disturb_the_others() -> None:
    flood = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n.\r\n" * 10_000

    def endless(channel: socket.socket) -> None:
        asked(channel)
        while True:
            channel.sendall(flood)

    def drip(channel: socket.socket) -> None:
        asked(channel)
        for letter in ANSWER * 100:
            channel.sendall(bytes((letter,)))
            time.sleep(0.01)

    async def crowd(*bad: int) -> list[Sample]:
        hand = hands().http
        async with serving(0.2) as port:
            noise = [
                asyncio.create_task(hand.visit(Page(f"http://127.0.0.1:{one}/", largest=10**9), timedelta(seconds=4)))
                for one in bad
                for _ in range(3)
            ]
            looks = (hand.visit(Page(f"http://127.0.0.1:{port}/"), LONG) for _ in range(300))
            states = await asyncio.gather(*looks)
            for task in noise:
                task.cancel()
            await asyncio.gather(*noise, return_exceptions=True)
        return [only(state) for state in states]

    with served(endless) as one, served(drip) as other:
        samples = run(crowd(one, other))
    assert [sample.failure for sample in samples] == [None] * 300


@pytest.mark.parametrize(
    ("phase", "talk"), [("first-byte", silent), ("body", says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nread"))]
)
def test_a_phase_has_its_own_limit(phase: str, talk: Talk) -> None:
    def stays(channel: socket.socket) -> None:
        talk(channel)
        channel.recv(1)

    with served(stays) as port:
        limits = {phase: timedelta(seconds=0.2)}
        sample = only(run(unhurried(lambda: HTTP.visit(Page(f"http://127.0.0.1:{port}/", limits=limits), LONG))))
    assert sample.failure == f"{phase}-timeout"
    assert "limit" in sample.detail
    assert sample.phases["total"] < 2


def test_the_limit_of_a_handshake(tmp_path: Path) -> None:
    with served(silent) as port:
        limits = {"tls": timedelta(seconds=0.2), "body": LONG}
        hand = hands(root=tmp_path).http
        sample = only(run(unhurried(lambda: hand.visit(Page(f"https://127.0.0.1:{port}/", limits=limits), LONG))))
    assert sample.failure == "tls-timeout"


def test_a_large_request_goes_in_pieces() -> None:
    sizes: list[int] = []

    def talk(channel: socket.socket) -> None:
        time.sleep(0.1)
        sizes.append(len(asked(channel)))
        channel.sendall(ANSWER)

    with served(talk) as port:
        look = Page(f"http://127.0.0.1:{port}/", headers={"X": "y" * 5_000_000})
        assert only(run(hands().http.visit(look, LONG))).failure is None
    assert sizes[0] > 5_000_000


def test_what_comes_drop_by_drop_ends_at_the_deadline() -> None:
    """Each drop is news; none of them buys the server more time."""

    def drip(channel: socket.socket) -> None:
        asked(channel)
        channel.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            channel.sendall(b".")
            time.sleep(0.001)

    with served(drip) as port:
        sample = only(run(unhurried(lambda: HTTP.visit(Page(f"http://127.0.0.1:{port}/"), SECOND))))
    assert sample.failure == "body-timeout"
    assert sample.phases["total"] < 3
