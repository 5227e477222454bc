"""UNIX sockets, with servers behind them that answer, are silent, have no end: what the hand makes of each."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.local import MOST, LocalHand
from tests.world.hands import LONG, SOON, run

ASK = """
import ctypes, os, sys
from pathlib import Path
from audit.model.verdict import CannotSee
from tests.world.test_local import talked
talked(Path("/"), sys.argv[2])  # loads what another user may be unable to read
if os.getuid() == 0:
    os.setgroups(())
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # its own /proc is its own again, as behind an exec
try:
    print(talked(Path("/"), sys.argv[1]))
except CannotSee as gap:
    print(gap)
"""


@contextlib.contextmanager
def listening(path: Path, talk: Callable[[socket.socket], None]) -> Iterator[None]:
    """Every connection to the socket gets `talk`, one after the other."""
    listener = socket.socket(socket.AF_UNIX)
    # The folders of tests are longer than what an address can hold.
    before = Path.cwd()
    os.chdir(path.parent)
    listener.bind(path.name)
    os.chdir(before)
    listener.listen(8)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                channel, _ = listener.accept()
                with channel, contextlib.suppress(OSError):
                    talk(channel)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def echo(channel: socket.socket) -> None:
    channel.sendall(b"you said " + channel.recv(100))


def talked(root: Path, path: str, lines: Sequence[str] = ("show stat",), timeout: timedelta = LONG) -> str:
    return run(LocalHand(root).talk(path, lines, timeout))


def refusal(root: Path, path: str, *, line: str = "show stat", timeout: timedelta = LONG) -> CannotSee:
    with pytest.raises(CannotSee) as gap:
        talked(root, path, (line,), timeout)
    return gap.value


def test_each_line_gets_a_connection_of_its_own(tmp_path: Path) -> None:
    with listening(tmp_path / "s.sock", echo):
        assert talked(tmp_path, "s.sock", ("show stat", "show info")) == "you said show stat\nyou said show info\n"
        assert talked(Path("/"), str(tmp_path / "s.sock")) == "you said show stat\n"


def test_a_path_longer_than_an_address_can_hold(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    with listening(folder / "s.sock", echo):
        assert talked(folder, "s.sock") == "you said show stat\n"


def test_what_is_not_there_is_no_socket_or_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with listening(tmp_path / "s.sock", echo):
        (tmp_path / "link").symlink_to("s.sock")
        assert refusal(tmp_path, "link").reason is Reason.DENIED
    assert refusal(tmp_path, "s.sock").reason is Reason.UNREACHABLE  # left behind, nobody listens
    assert refusal(tmp_path, "none.sock").reason is Reason.UNREACHABLE
    assert refusal(tmp_path, "file/s.sock").reason is Reason.UNREACHABLE
    assert refusal(tmp_path, "file").reason is Reason.INCOMPLETE
    assert refusal(tmp_path, ".").reason is Reason.INCOMPLETE
    assert refusal(tmp_path, "\0haechi").reason is Reason.UNREACHABLE


def test_a_socket_of_datagrams(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(tmp_path / "d"))
        assert refusal(tmp_path, "d").reason is Reason.INCOMPLETE


def said_to_another(path: Path, free: Path) -> str:
    """What a user who is not root is told: by a program of its own, for this one may be root's."""
    told = subprocess.run(
        [sys.executable, "-B", "-c", ASK, path, free],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return told.stdout + told.stderr


def test_a_socket_that_this_user_may_not_use() -> None:
    with tempfile.TemporaryDirectory(prefix="haechi-local-") as folder, contextlib.ExitStack() as both:
        Path(folder).chmod(0o711)
        free, closed = Path(folder) / "free.sock", Path(folder) / "closed.sock"
        for path, mode in ((free, 0o777), (closed, 0)):
            both.enter_context(listening(path, echo))
            path.chmod(mode)
        assert said_to_another(free, free) == "you said show stat\n\n"
        assert said_to_another(closed, free) == f"denied: this user may not use {closed}\n"


def test_a_silent_server(tmp_path: Path) -> None:
    def silent(channel: socket.socket) -> None:
        while channel.recv(100):
            pass

    with listening(tmp_path / "s.sock", silent):
        assert refusal(tmp_path, "s.sock", timeout=SOON).reason is Reason.TIMEOUT


def test_a_server_whose_queue_is_full(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener, contextlib.ExitStack() as callers:
        listener.bind(str(tmp_path / "s"))
        listener.listen(0)
        with contextlib.suppress(BlockingIOError):
            for _ in range(5):
                caller = callers.enter_context(socket.socket(socket.AF_UNIX))
                caller.setblocking(False)
                caller.connect(str(tmp_path / "s"))
        assert refusal(tmp_path, "s", timeout=SOON).reason is Reason.TIMEOUT


def test_an_answer_that_trickles_ends_with_the_time_of_all(tmp_path: Path) -> None:
    def trickle(channel: socket.socket) -> None:
        for _ in range(2000):
            channel.sendall(b"x")
            time.sleep(0.02)

    with listening(tmp_path / "s.sock", trickle):
        began = time.monotonic()
        assert refusal(tmp_path, "s.sock", timeout=SOON).reason is Reason.TIMEOUT
        assert time.monotonic() - began < 20


def test_an_answer_without_an_end_is_cut(tmp_path: Path) -> None:
    def endless(channel: socket.socket) -> None:
        for _ in range(MOST // 50_000 + 20):
            channel.sendall(b"x" * 50_000)

    with listening(tmp_path / "s.sock", endless):
        assert refusal(tmp_path, "s.sock").reason is Reason.INCOMPLETE


def test_hostile_bytes_and_lines(tmp_path: Path) -> None:
    def rude(channel: socket.socket) -> None:
        if channel.recv(100) == b"show stat\n":
            channel.sendall(b"\xff\x1b[2J")

    with listening(tmp_path / "s.sock", rude):
        assert talked(tmp_path, "s.sock") == "\ufffd\x1b[2J"
        for line in ("show stat\ndisable server a/b", "show\rstat", "show\0"):
            assert refusal(tmp_path, "s.sock", line=line).reason is Reason.INCOMPLETE
        assert talked(tmp_path, "s.sock", ("show info",)) == ""
