"""Ports that accept, refuse, keep silent or drag, to what connections and dialogues say of them."""

from __future__ import annotations

import resource
import socket
from collections.abc import Callable

import anyio
import anyio.lowlevel
import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.connect import Wire
from audit.world.fault import Fault, judged
from tests.world.hands import LONG, SOON, hands, only, run, unhurried
from tests.world.servers import Talk, closed_port, resets, served, silent

HANDS = hands()
ENDS = "VER END OK ERR"


def test_a_port_that_accepts() -> None:
    with served(silent) as port:
        sample = only(run(HANDS.tcp.knock("127.0.0.1", port, LONG)))
    assert sample.failure is None
    assert {"dns", "connect", "total"} == set(sample.phases)


def test_a_port_that_refuses() -> None:
    assert only(run(HANDS.tcp.knock("127.0.0.1", closed_port(), LONG))).failure == "refused"
    assert only(run(HANDS.tcp.knock("::1", closed_port(), LONG))).failure == "refused"


def test_a_port_that_never_takes_the_connection() -> None:
    # A listener whose queue is full drops what comes, as a firewall does.
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for channel in waiting:
            channel.setblocking(False)
            channel.connect_ex(("127.0.0.1", port))
        sample = only(run(unhurried(lambda: HANDS.tcp.knock("127.0.0.1", port, SOON))))
        for channel in waiting:
            channel.close()
    assert sample.failure == "connect-timeout"


def test_no_more_file_handles_is_trouble_of_ours() -> None:
    async def starved(port: int) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            await HANDS.tcp.knock("127.0.0.1", port, LONG)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    with served(silent) as port, pytest.raises(CannotSee) as seen:
        run(starved(port))
    assert seen.value.reason == Reason.UNREACHABLE
    assert "Too many open files" in str(seen.value)


@pytest.mark.parametrize(
    ("number", "kind", "word"),
    [
        (111, Fault, "refused"),
        (113, Fault, "no-host"),
        (110, Fault, "connect-timeout"),
        (104, Fault, "reset"),
        (101, CannotSee, "unreachable"),
        (99, CannotSee, "unreachable"),
        (13, CannotSee, "denied"),
        (1, CannotSee, "denied"),
        (24, CannotSee, "unreachable"),
        (12, CannotSee, "unreachable"),
    ],
)
def test_whose_trouble_an_error_is(number: int, kind: type, word: str) -> None:
    trouble = judged(OSError(number, "x"), "127.0.0.1")
    assert isinstance(trouble, kind)
    assert (trouble.failure if isinstance(trouble, Fault) else trouble.reason) == word


def lines(answers: dict[bytes, bytes]) -> Talk:
    def talk(channel: socket.socket) -> None:
        for line in channel.makefile("rb"):
            channel.sendall(answers.get(line.strip(), b"ERR UNKNOWN-COMMAND\n"))

    return talk


def talked(talk: Talk, *said: str, timeout: object = LONG) -> str:
    with served(talk) as port:
        return run(HANDS.tcp.talk("127.0.0.1", port, said, timeout, ENDS))  # type: ignore[arg-type]


def test_a_dialogue() -> None:
    server = lines({b"VER": b"VER 2.8.0\n", b"LIST UPS": b'BEGIN LIST UPS\nUPS a "END"\nEND LIST UPS\n'})
    assert talked(server, "VER", "LIST UPS", "X") == (
        'VER 2.8.0\nBEGIN LIST UPS\nUPS a "END"\nEND LIST UPS\nERR UNKNOWN-COMMAND\n'
    )


def test_an_answer_in_many_pieces() -> None:
    def talk(channel: socket.socket) -> None:
        channel.recv(100)
        for letter in b"BEGIN\r\n\xff\r\nEND\r\n":
            channel.sendall(bytes([letter]))

    assert talked(talk, "LIST") == "BEGIN\r\n\ufffd\r\nEND\r\n"


def endless(piece: bytes) -> Talk:
    def talk(channel: socket.socket) -> None:
        while True:
            channel.sendall(piece)

    return talk


def closing(channel: socket.socket) -> None:
    channel.recv(100)
    channel.sendall(b"BEGIN LIST\n")


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        (silent, Reason.TIMEOUT),
        (closing, Reason.UNREACHABLE),
        (resets, Reason.UNREACHABLE),
        (endless(b"x" * 65536), Reason.INCOMPLETE),
        (endless(b"x\n" * 4000), Reason.INCOMPLETE),
    ],
)
def test_dialogues_that_fail(talk: Callable[[socket.socket], None], reason: Reason) -> None:
    with pytest.raises(CannotSee) as seen:
        talked(talk, "LIST", timeout=SOON if talk is silent else LONG)
    assert seen.value.reason == reason


def test_a_line_cannot_smuggle_another() -> None:
    with pytest.raises(CannotSee) as seen:
        talked(silent, "GET VAR a\nSHUTDOWN")
    assert seen.value.reason == Reason.INCOMPLETE


def test_nobody_to_talk_to() -> None:
    for host in ("127.0.0.1", "10.1.1.1", "none.example"):
        with pytest.raises(CannotSee) as seen:
            run(hands(hosts={"none.example": ()}).tcp.talk(host, closed_port(), ["VER"], LONG, ENDS))
        assert seen.value.reason == (Reason.DENIED if host.startswith("10.") else Reason.UNREACHABLE)


def test_a_dialogue_with_the_second_address() -> None:
    hand = hands(hosts={"two.example": ("127.0.0.2", "127.0.0.1")})
    with served(lines({b"VER": b"VER 1\n"})) as port:
        assert run(hand.tcp.talk("two.example", port, ["VER"], LONG, ENDS)) == "VER 1\n"


def test_bytes_that_are_there_already_let_others_take_their_turn() -> None:
    async def turns() -> int:
        taken = 0

        async def other() -> None:
            nonlocal taken
            while True:
                taken += 1
                await anyio.lowlevel.checkpoint()

        here, there = socket.socketpair()
        here.setblocking(False)
        with here, there:
            there.sendall(b"x" * 800)
            async with anyio.create_task_group() as group:
                group.start_soon(other)
                wire = Wire(here)
                for _ in range(800):
                    await wire.receive(1)
                group.cancel_scope.cancel()
        return taken

    assert run(turns()) >= 50
