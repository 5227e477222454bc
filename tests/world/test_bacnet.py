"""BACnet devices that answer, refuse, lie, say nothing, in; values or the right reason out."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.bacnet import BacnetHand
from tests.world.datagrams import answering
from tests.world.hands import hands, run

THING, NAME = "analog-input,1", "present-value"


def read(
    reply: Callable[[bytes], tuple[bytes, ...]],
    *asked: tuple[str, str],
    seconds: float = 15,
    allow: tuple[str, ...] = (),
) -> Any:
    async def main(port: int) -> Any:
        hand = BacnetHand(hands(*allow).guard)
        return await hand.read("127.0.0.1", port, asked or ((THING, NAME),), timedelta(seconds=seconds))

    with answering(reply) as port:
        return run(main(port))


def reason(
    reply: Callable[[bytes], tuple[bytes, ...]],
    *asked: tuple[str, str],
    seconds: float = 15,
    allow: tuple[str, ...] = (),
) -> Reason:
    with pytest.raises(CannotSee) as gap:
        read(reply, *asked, seconds=seconds, allow=allow)
    return gap.value.reason


def framed(body: bytes) -> bytes:
    """An answer with the heads of link and network."""
    return b"\x81\x0a" + struct.pack(">H", len(body) + 6) + b"\x01\x00" + body


def number(question: bytes) -> bytes:
    """By which an answer is told from others."""
    return question[8:9]


def told(question: bytes, value: float = 26.5, *, property_: int = 85) -> bytes:
    """A ReadProperty-ACK of analog input 1."""
    content = b"\x0c\x00\x00\x00\x01\x19" + bytes([property_]) + b"\x3e\x44" + struct.pack(">f", value) + b"\x3f"
    return framed(b"\x30" + number(question) + b"\x0c" + content)


def test_a_value() -> None:
    assert read(lambda data: (told(data),)) == (26.5,)


def test_a_value_that_is_no_number_is_none() -> None:
    assert read(lambda data: (told(data, float("nan")),)) == (None,)


def test_only_read_property_leaves_and_to_nobody_else() -> None:
    seen: list[bytes] = []

    def noting(data: bytes) -> tuple[bytes, ...]:
        seen.append(data)
        return (told(data),)

    read(noting)
    (question,) = seen
    assert question[:2] == b"\x81\x0a"  # original unicast, no broadcast
    assert (question[6] >> 4, question[9]) == (0, 12)  # a confirmed request: ReadProperty


@pytest.mark.parametrize(
    ("error", "expected"), [((1, 31), None), ((2, 32), None), ((2, 27), Reason.DENIED), ((0, 25), Reason.INCOMPLETE)]
)
def test_errors_of_the_device(error: tuple[int, int], expected: Reason | None) -> None:
    def refusing(data: bytes) -> tuple[bytes, ...]:
        return (framed(b"\x50" + number(data) + b"\x0c\x91" + bytes([error[0]]) + b"\x91" + bytes([error[1]])),)

    if expected is None:
        assert read(refusing) == (None,)
    else:
        assert reason(refusing) is expected


@pytest.mark.parametrize("kind", [b"\x60", b"\x71"])
def test_reject_and_abort_are_incomplete(kind: bytes) -> None:
    assert reason(lambda data: (framed(kind + number(data) + b"\x04"),)) is Reason.INCOMPLETE


def test_answers_to_other_questions_are_passed_over() -> None:
    def both(data: bytes) -> tuple[bytes, ...]:
        other = bytes([number(data)[0] ^ 1])
        return told(data[:8] + other + data[9:], 99.0), told(data, 98.0, property_=65), told(data)

    assert read(both) == (26.5,)


@pytest.mark.parametrize(
    "answer", [b"", b"\x81", b"\x81\x0a\x00\x04", b"\x00" * 50, b"\x81\x0a\x05\xdc" + b"\x0e" * 1400]
)
def test_nonsense_is_never_a_value(answer: bytes) -> None:
    assert reason(lambda data: (answer,), seconds=1) in (Reason.INCOMPLETE, Reason.TIMEOUT)


def test_silence_is_late_and_nobody_is_unreachable() -> None:
    assert reason(lambda data: (), seconds=0.5) is Reason.TIMEOUT
    assert reason(lambda data: (), seconds=1, allow=("10.0.0.0/8",)) is Reason.DENIED


@pytest.mark.parametrize(
    "asked", [("analog-input", NAME), ("nothing,1", NAME), (THING, "nothing-such"), (THING, "x y"), ("-a,1", NAME)]
)
def test_names_that_bacnet_does_not_have_are_not_asked(asked: tuple[str, str]) -> None:
    assert reason(lambda data: (told(data),), asked) is Reason.DENIED
