"""Hostile programs in an empty network in, the files and sockets of this machine that they reach out: none."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from audit.world.drilling.shop import Shop
from tests.world.drilling.shops import shop_in, work

pytestmark = [pytest.mark.real, pytest.mark.lab]
PYTHON = "/usr/bin/python3"
NOBODY = 65534
ATTACK = """
import os, socket, sys
for path in sys.argv[1].split(":"):
    try:
        open(path, "w").close()
        print("WROTE", path)
    except OSError as broken:
        print("not", broken)
for path in sys.argv[2].split(":"):
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        print("SPOKE", path)
    except OSError as broken:
        print("not", broken)
print("sees", sum(name.isdigit() for name in os.listdir("/proc")))
open("own", "w").close()
open(os.environ["HOME"] + "/own", "w").close()
print("done")
"""
AS_USER = """
import sys
from pathlib import Path
from tests.world.drilling.shops import shop_in
from tests.real.test_drill_walls import attacked
with shop_in(Path(sys.argv[1])) as shop:
    print(attacked(shop, sys.argv[2], sys.argv[3]))
"""


def attacked(shop: Shop, files: str, sockets: str) -> str:
    output = work(shop, lambda one: one.run((PYTHON, "-c", ATTACK, files, sockets), inside=True))
    return output.out + output.err


@pytest.fixture
def scratch(need: Callable[[str], Path]) -> Iterator[Path]:
    for program in ("unshare", "nsenter", "setpriv", PYTHON):
        need(program)
    # Not in memory: a drill has another one of its own there, into which it may write.
    with tempfile.TemporaryDirectory(prefix="haechi-scratch-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@contextmanager
def outside() -> Iterator[tuple[list[Path], list[str]]]:
    """Folders of this machine to which everybody may write, with a server's socket in each of them."""
    made: list[tempfile.TemporaryDirectory[str]] = []
    heard: list[socket.socket] = []
    try:
        for where in ("/tmp", "/var/tmp", "/dev/shm", Path.home(), "/var/lib", "/run"):
            if os.access(where, os.W_OK) and (where != Path.home() or Path.home().stat().st_mode & 1):
                made.append(tempfile.TemporaryDirectory(prefix="haechi-outside-", dir=where))
                Path(made[-1].name).chmod(0o777)
                heard.append(socket.socket(socket.AF_UNIX))
                heard[-1].bind(f"{made[-1].name}/socket")
                heard[-1].listen()
                Path(f"{made[-1].name}/socket").chmod(0o777)
        yield [Path(one.name) for one in made], [f"{one.name}/socket" for one in made]
    finally:
        for one in heard:
            one.close()
        for folder in made:
            folder.cleanup()


def judge(told: str, folders: list[Path]) -> None:
    assert "done" in told, told
    assert "WROTE" not in told, told
    assert "SPOKE" not in told, told
    assert int(told.partition("sees ")[2].split()[0]) < 6, told
    assert not [path for folder in folders for path in folder.iterdir() if path.name != "socket"]


def test_nothing_is_written_outside_of_the_room_and_nobody_spoken_to(scratch: Path) -> None:
    with outside() as (folders, sockets), shop_in(scratch) as shop:
        files = ":".join([*(f"{folder}/canary" for folder in folders), f"{scratch}/canary"])
        scratch.chmod(0o777)
        judge(attacked(shop, files, ":".join(sockets)), folders)
        assert (shop.room / "own").exists()


def test_nor_as_an_ordinary_user(scratch: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("the other test is one of an ordinary user")
    own = scratch / "own"
    own.mkdir(0o700)
    os.chown(own, NOBODY, NOBODY)
    with outside() as (folders, sockets):
        files = ":".join([*(f"{folder}/canary" for folder in folders), f"{own}/canary"])
        told = subprocess.run(
            ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--", PYTHON, "-P", "-c", AS_USER,
             str(own), files, ":".join(sockets)],
            capture_output=True, text=True, timeout=300, check=False,
            env={**os.environ, "HOME": str(own), "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        if "ModuleNotFoundError" in told.stderr or "Permission denied: " in told.stderr:
            pytest.skip("others may not read this program")
        if "lets nobody make an empty network namespace" in told.stderr:
            return
        assert told.returncode == 0, told.stderr
        judge(told.stdout, folders)
        assert not (own / "canary").exists()
