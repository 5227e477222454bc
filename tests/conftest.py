"""Whatever language this machine speaks, whatever signals were ignored before, the tests begin in the same state."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.programs import needed
from tests.together import Together

REAL: Final = Path(__file__).with_name("real")


def pytest_configure() -> None:
    os.environ["LC_ALL"] = "C.UTF-8"
    # A shell that begins something in the background has it ignore Ctrl-C, and all that it begins too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs beside others of its kind is looked for in one folder alone; elsewhere nobody would ever run it."""
    for item in items:
        if REAL not in item.path.parents and {mark.name for mark in item.iter_markers()} & {"lab", "waiting"}:
            raise pytest.UsageError(f"{item.nodeid}: a lab, or what waits, lies below {REAL}")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    """Which process runs what where labs are run side by side."""
    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def need() -> Callable[[str], Path]:
    """The path of a program; without it the test is skipped, or fails where CI=true."""
    return needed
