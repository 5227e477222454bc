"""Whatever language this machine speaks, whatever signals were ignored before, the tests begin in the same state."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.programs import needed
from tests.together import Together, turn

REAL: Final = Path(__file__).with_name("real")
MEMORY: Final = Path("/dev/shm")
ENOUGH: Final = 8 << 30
"""Bytes; what the labs have at one time is at most a quarter of that."""


def pytest_configure(config: pytest.Config) -> None:
    os.environ["LC_ALL"] = "C.UTF-8"
    if config.getoption("dist", "no") == "loadgroup":
        in_memory()
    # A shell that begins something in the background has it ignore Ctrl-C, and all that it begins too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def in_memory() -> None:
    """Where there is plenty of memory, labs make their files in it: to have a disk write them is what they wait for."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return
    there = os.statvfs(MEMORY)
    told = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    left = min(there.f_bavail * there.f_frsize, int(told["MemAvailable"].split()[0]) * 1024)
    if left >= ENOUGH and not there.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # it keeps what it once found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs beside others of its kind is looked for in one folder alone; elsewhere nobody would ever run it."""
    for item in items:
        if REAL not in item.path.parents and {mark.name for mark in item.iter_markers()} & {"lab", "waiting"}:
            raise pytest.UsageError(f"{item.nodeid}: a lab, or what waits, lies below {REAL}")
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: turn(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    """Which process runs what where labs are run side by side."""
    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def need() -> Callable[[str], Path]:
    """The path of a program; without it the test is skipped, or fails where CI=true."""
    return needed
