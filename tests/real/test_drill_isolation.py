"""Servers and commands of a real drill in, what they can reach, what is left of them out."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.drilling.shop import Shop
from tests.real.children import PATIENCE, wait_until
from tests.world.drilling.shops import shop_in, work

pytestmark = [pytest.mark.real, pytest.mark.lab]
PYTHON = "/usr/bin/python3"
"""One that everybody may run, as servers are run as somebody else."""
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 3).close()
    print("reached")
except OSError as broken:
    print("refused", broken)
"""


@pytest.fixture
def scratch(need: Callable[[str], Path]) -> Iterator[Path]:
    for program in ("unshare", "nsenter", "setpriv", PYTHON):
        need(program)
    with tempfile.TemporaryDirectory(prefix="haechi-scratch-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def run(shop: Shop, *words: str, **more: Any) -> str:
    return work(shop, lambda one: one.run(words, **more)).out


def test_nothing_inside_reaches_a_listener_of_the_host(scratch: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, shop_in(scratch) as shop:
        port = str(listener.getsockname()[1])
        assert "reached" in run(shop, PYTHON, "-c", CONNECT, "127.0.0.1", port)
        for host in ("127.0.0.1", "192.0.2.1", "::1"):
            assert "refused" in run(shop, PYTHON, "-c", CONNECT, host, port, inside=True)


def test_inside_nobody_has_rights(scratch: Path) -> None:
    with shop_in(scratch) as shop:
        told = run(shop, "sh", "-c", "id -u; grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status; touch ../marker",
                   inside=True).split()  # fmt: skip
        user = shop.terms.user
        assert told[0] == str(user.uid if user is not None else os.getuid())
        assert told[told.index("CapEff:") + 1] == "0" * 16
        assert told[told.index("NoNewPrivs:") + 1] == "1"
        if user is not None:
            assert told[told.index("CapBnd:") + 1] == "0" * 16


def test_a_server_ends_with_all_that_it_started(scratch: Path) -> None:
    mark = f"4{os.getpid()}"

    async def job(shop: Shop) -> None:
        async def ready() -> bool:
            return len(running(mark)) == 2

        async with shop.serve(["sh", "-c", f"setsid sleep {mark} & trap '' TERM; sleep {mark}"], ready):
            assert len(running(mark)) == 2

    with shop_in(scratch) as shop:
        work(shop, job)
        wait_until(lambda: not running(mark), "the end of the server's children")


def test_a_server_that_does_not_come_up_tells_its_last_words(scratch: Path) -> None:
    async def job(shop: Shop) -> None:
        async def ready() -> bool:
            return False

        async with shop.serve(["sh", "-c", "echo FATAL: no such thing >&2; exit 1"], ready):
            pass

    with shop_in(scratch) as shop, pytest.raises(CannotSee, match="no such thing") as gap:
        work(shop, job)
    assert gap.value.reason is Reason.INCOMPLETE


def test_what_fails_beside_a_server_is_told_as_it_is(scratch: Path) -> None:
    async def job(shop: Shop) -> None:
        async def ready() -> bool:
            return True

        async with shop.serve(["sh", "-c", "sleep 60"], ready):
            raise CannotSee(Reason.STALE, shop_says)

    from audit.model.message import say

    shop_says = say("so it is")
    with shop_in(scratch) as shop, pytest.raises(CannotSee, match="so it is"):
        work(shop, job)


def test_scratch_that_servers_cannot_enter_is_told(scratch: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("a user may always enter its own folders")
    scratch.chmod(0o700)
    with shop_in(scratch) as shop, pytest.raises(CannotSee, match="chmod") as gap:
        run(shop, "sh", "-c", "true", inside=True)
    assert gap.value.reason is Reason.DENIED


@pytest.mark.parametrize("word", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_whoever_is_killed_leaves_no_process(scratch: Path, word: signal.Signals) -> None:
    mark = f"5{os.getpid()}{int(word)}"
    text = f"""
import asyncio, sys
from pathlib import Path
from tests.world.drilling.shops import shop_in
async def job(shop):
    async def ready():
        return (shop.room / "up").exists()
    async with shop.serve(["sh", "-c", "setsid sleep {mark} & touch up; sleep {mark}"], ready):
        await shop.run(["sleep", "{mark}"])
with shop_in(Path(sys.argv[1])) as shop:
    asyncio.run(job(shop))
"""
    child = subprocess.Popen(
        [sys.executable, "-c", text, scratch], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        wait_until(lambda: len(running(mark)) >= 3, "the drill")
        child.send_signal(word)
        child.wait(PATIENCE)
        wait_until(lambda: not running(mark), "the end of what it started")
    finally:
        if child.poll() is None:
            child.kill()
            child.wait(PATIENCE)


def running(mark: str) -> list[int]:
    """The processes whose command line is `sleep MARK`."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"sleep") and words[1:2] == [mark.encode()]:
            found.append(int(path.name))
    return found


def test_as_an_ordinary_user(scratch: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("every other test here is one of an ordinary user")
    own = scratch / "own"
    own.mkdir(0o700)
    os.chown(own, 65534, 65534)
    text = f"""
import sys
from pathlib import Path
from tests.world.drilling.shops import shop_in, work
with shop_in(Path(sys.argv[1])) as shop:
    out = work(shop, lambda one: one.run([{PYTHON!r}, "-c", {CONNECT!r}, "127.0.0.1", sys.argv[2]], inside=True)).out
    print(shop.terms.user, out)
"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", PYTHON, "-P", "-c", text, str(own),
             str(listener.getsockname()[1])],
            capture_output=True, text=True, timeout=300, check=False,
            env={**os.environ, "HOME": str(own), "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
    if "ModuleNotFoundError" in told.stderr or "Permission denied: " in told.stderr:
        pytest.skip("others may not read this program")
    if "lets nobody make an empty network namespace" in told.stderr:
        return
    assert "None refused" in told.stdout, told.stderr
