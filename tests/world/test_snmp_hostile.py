"""Agents that answer late, other things, without end, nonsense, in; values or the right reason out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import SnmpDoor
from audit.world.guard import Guard
from audit.world.secrets import Secrets
from audit.world.snmp import SnmpHand
from tests.bench.agents import reply
from tests.world.datagrams import answering
from tests.world.servers import closed_port
from tests.world.test_snmp import LOOPBACK

SOURCE = "1.3.6.1.2.1.33.1.4.1.0"
CHARGE = "1.3.6.1.2.1.33.1.2.4.0"


def hand(root: Path) -> SnmpHand:
    (root / "word").write_text("planted-word")
    (root / "word").chmod(0o600)
    guard: Guard = LOOPBACK
    return SnmpHand(Secrets(root), guard)


def got(root: Path, answer: Callable[[bytes], tuple[bytes, ...]], *oids: str, seconds: float = 30) -> Any:
    with answering(answer) as port:
        door = SnmpDoor("127.0.0.1", port, Secret("file", "word"))
        return anyio.run(hand(root).get, door, oids or (SOURCE,), timedelta(seconds=seconds))


def walked(root: Path, answer: Callable[[bytes], tuple[bytes, ...]], oid: str) -> Any:
    with answering(answer) as port:
        door = SnmpDoor("127.0.0.1", port, Secret("file", "word"))
        return anyio.run(hand(root).walk, door, oid, timedelta(seconds=30))


def reason(call: Callable[[], Any]) -> Reason:
    with pytest.raises(CannotSee) as gap:
        call()
    assert "planted" not in str(gap.value)
    return gap.value.reason


def test_values_and_what_is_not_there(tmp_path: Path) -> None:
    found = got(tmp_path, lambda data: (reply(data),), SOURCE, "." + CHARGE, "1.3.6.1.2.1.33.1.99.0")
    assert found == {SOURCE: 3, "." + CHARGE: 98, "1.3.6.1.2.1.33.1.99.0": None}
    assert len(walked(tmp_path, lambda data: (reply(data),), "1.3.6.1.2.1.33")) == 12
    assert walked(tmp_path, lambda data: (reply(data),), "1.3.6.1.4.1.318") == {}


def test_more_objects_than_one_question_holds(tmp_path: Path) -> None:
    names = [f"1.3.6.1.2.1.33.1.2.{number}.0" for number in range(1, 60)]
    found = got(tmp_path, lambda data: (reply(data),), *names)
    assert len(found) == 59
    assert found[CHARGE] == 98


def test_a_lost_datagram_is_asked_again(tmp_path: Path) -> None:
    seen: list[bytes] = []

    def second(data: bytes) -> tuple[bytes, ...]:
        seen.append(data)
        return (reply(data),) if len(seen) > 1 else ()

    assert got(tmp_path, second, seconds=6)[SOURCE] == 3
    assert seen[0] == seen[1]


def test_an_answer_to_another_question_is_not_taken(tmp_path: Path) -> None:
    def other(data: bytes) -> tuple[bytes, ...]:
        # The number of the question stands behind two bytes of every PDU here, four bytes long.
        place = data.index(b"\x02\x04", 10) + 2
        wrong = data[:place] + bytes(byte ^ 1 for byte in data[place : place + 4]) + data[place + 4 :]
        return reply(wrong), reply(data)

    assert got(tmp_path, other)[SOURCE] == 3


@pytest.mark.parametrize(
    "answer",
    [b"", b"\x00", b"\x30\x80" * 400, b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x02\x01\x01", b"none", b"\x30" * 60_000],
)  # fmt: skip
def test_nonsense_is_incomplete(tmp_path: Path, answer: bytes) -> None:
    assert reason(lambda: got(tmp_path, lambda data: (answer,), seconds=2)) is Reason.INCOMPLETE


def test_other_objects_than_asked_for(tmp_path: Path) -> None:
    def swapped(data: bytes) -> tuple[bytes, ...]:
        return (reply(data.replace(b"\x21\x01\x04\x01\x00", b"\x21\x01\x02\x04\x00")),)

    assert reason(lambda: got(tmp_path, swapped)) is Reason.INCOMPLETE


def test_an_error_of_the_agent(tmp_path: Path) -> None:
    def refusing(data: bytes) -> tuple[bytes, ...]:
        return (reply(data).replace(b"\x02\x01\x00\x02\x01\x00", b"\x02\x01\x10\x02\x01\x01", 1),)

    assert reason(lambda: got(tmp_path, refusing)) is Reason.DENIED


def test_an_answer_that_is_too_big_is_asked_in_halves(tmp_path: Path) -> None:
    asked: list[int] = []

    def small(data: bytes) -> tuple[bytes, ...]:
        asked.append(len(data))
        whole = reply(data)
        if len(data) > 100:
            return (whole.replace(b"\x02\x01\x00\x02\x01\x00", b"\x02\x01\x01\x02\x01\x00", 1),)
        return (whole,)

    names = [f"1.3.6.1.2.1.33.1.2.{number}.0" for number in range(1, 20)]
    assert got(tmp_path, small, *names)[CHARGE] == 98
    assert len(asked) > 3


def test_a_table_without_end_is_refused(tmp_path: Path) -> None:
    first: list[bytes] = []

    def number(data: bytes) -> slice:
        place = data.index(b"\x02\x04", 10) + 2
        return slice(place, place + 4)

    def circling(data: bytes) -> tuple[bytes, ...]:
        """The first rows again and again, whatever comes after them."""
        first.append(data.replace(b"\x02\x01\x14", b"\x02\x01\x05", 1))
        return (reply(first[0]).replace(first[0][number(first[0])], data[number(data)], 1),)

    assert reason(lambda: walked(tmp_path, circling, "1.3.6.1")) is Reason.INCOMPLETE


def test_nobody_there_is_unreachable(tmp_path: Path) -> None:
    door = SnmpDoor("127.0.0.1", closed_port(), Secret("file", "word"))
    found = reason(lambda: anyio.run(hand(tmp_path).get, door, (SOURCE,), timedelta(seconds=30)))
    assert found is Reason.UNREACHABLE
