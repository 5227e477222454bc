"""Modbus devices that are sound, silent, refusing, garbled, endless, in; words or the right reason out."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.modbus import ModbusHand
from tests.world.hands import LONG, SECOND, hands, run
from tests.world.servers import closed_port

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def device(serve: Serve) -> AsyncIterator[int]:
    """A server on loopback for one test."""

    async def held(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(held, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def framed(question: bytes, body: bytes) -> bytes:
    """An answer to a question, with its head."""
    return question[:4] + struct.pack(">H", len(body) + 1) + question[6:7] + body


def answering(make: Callable[[bytes], bytes]) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            question = await reader.readexactly(12)
            writer.write(make(question))
            await writer.drain()

    return serve


def read(serve: Serve, *asked: tuple[Any, int, int], timeout: timedelta = LONG) -> Any:
    async def main() -> Any:
        async with device(serve) as port:
            opened = ModbusHand(hands().guard).registers("127.0.0.1", port, 7, timeout)
            async with opened as connection:
                return [await connection.read(*one) for one in asked]

    return run(main())


def reason(serve: Serve, *asked: tuple[Any, int, int], timeout: timedelta = LONG) -> Reason:
    with pytest.raises(CannotSee) as gap:
        read(serve, *(asked or (("holding-registers", 0, 2),)), timeout=timeout)
    return gap.value.reason


def sound(question: bytes) -> bytes:
    function, _, count = struct.unpack(">BHH", question[7:12])
    held = bytes([0b101] + [0] * ((count - 1) // 8)) if function < 3 else struct.pack(f">{count}H", *range(count))
    return framed(question, bytes([function, len(held)]) + held)


def test_every_table_is_read_by_its_own_function() -> None:
    seen: list[int] = []

    def noting(question: bytes) -> bytes:
        seen.append(question[7])
        assert question[6] == 7
        return sound(question)

    found = read(
        answering(noting), ("coils", 0, 3), ("discrete-inputs", 0, 3), ("holding-registers", 5, 2),
        ("input-registers", 5, 1),
    )  # fmt: skip
    assert found == [(1, 0, 1), (1, 0, 1), (0, 1), (0,)]
    assert seen == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("code", "expected"),
    [(1, Reason.INCOMPLETE), (2, Reason.INCOMPLETE), (4, Reason.INCOMPLETE), (6, Reason.TIMEOUT),
     (11, Reason.UNREACHABLE), (99, Reason.INCOMPLETE)],
)  # fmt: skip
def test_refusals_have_their_reasons(code: int, expected: Reason) -> None:
    assert reason(answering(lambda question: framed(question, bytes([question[7] | 0x80, code])))) is expected


def test_fewer_words_than_asked_for_are_incomplete() -> None:
    short = answering(lambda question: framed(question, b"\x03\x02\x00\x01"))
    assert reason(short) in (Reason.INCOMPLETE, Reason.TIMEOUT)


@pytest.mark.parametrize("garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 300, b"\xff" * 7])
def test_what_is_no_modbus_is_never_a_value(garbage: bytes) -> None:
    found = reason(answering(lambda question: garbage), timeout=SECOND)
    assert found in (Reason.TIMEOUT, Reason.UNREACHABLE, Reason.INCOMPLETE)


def test_a_silent_device_is_late() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    assert reason(silent, timeout=SECOND) is Reason.TIMEOUT


def test_a_device_that_hangs_up_is_unreachable() -> None:
    async def hanging(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(12)

    assert reason(hanging, timeout=2 * SECOND) in (Reason.UNREACHABLE, Reason.TIMEOUT)


def test_a_device_without_end_is_cut_off() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"\x00\x01" * 5000)
            await writer.drain()
            await asyncio.sleep(0)

    assert reason(endless, timeout=2 * SECOND) in (Reason.UNREACHABLE, Reason.TIMEOUT, Reason.INCOMPLETE)


def test_nobody_there_and_nothing_outside_of_allow() -> None:
    async def main(*allow: str) -> None:
        async with ModbusHand(hands(*allow).guard).registers("127.0.0.1", closed_port(), 1, LONG):
            pass

    for allow, expected in (((), Reason.UNREACHABLE), (("10.0.0.0/8",), Reason.DENIED)):
        with pytest.raises(CannotSee) as gap:
            run(main(*allow))
        assert gap.value.reason is expected


@pytest.mark.parametrize("asked", [("coils", -1, 1), ("holding-registers", 0, 126), ("coils", 65_535, 2)])
def test_ranges_that_nobody_has_are_not_asked(asked: tuple[Any, int, int]) -> None:
    assert reason(answering(sound), asked) is Reason.DENIED


def test_there_is_no_way_to_write() -> None:
    async def main() -> list[str]:
        hand = ModbusHand(hands().guard)
        async with device(answering(sound)) as port, hand.registers("127.0.0.1", port, 1, SECOND) as connection:
            return [name for name in dir(connection) if not name.startswith("_")]

    assert run(main()) == ["read"]
