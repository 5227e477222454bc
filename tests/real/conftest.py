"""The programs of this machine become servers that the tests of this folder share, each ended with the session."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.real.clusters import Pair, started_pair
from tests.real.ups import Upsd, started_upsd

_FOLDERS = ("/usr/sbin", "/sbin", "/usr/local/sbin", "/lib/nut", "/usr/lib/nut", "/usr/lib/nagios/plugins")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A module that is a lab from its first line to its last stays with one worker: what it makes, it makes once."""
    for item in items:
        module = item.getparent(pytest.Module)
        if module is not None and any(mark.name == "lab" for mark in module.own_markers):
            item.add_marker(pytest.mark.xdist_group(module.path.stem))


def find(program: str) -> Path | None:
    """Where a program is, also outside PATH; the newest where there are several versions."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_FOLDERS, *map(str, versions)))
    found = shutil.which(program, path=path)
    return Path(found) if found else None


@pytest.fixture(scope="session")
def need() -> Callable[[str], Path]:
    """The path of a program; without it the test is skipped, or fails where CI=true."""

    def needed(program: str) -> Path:
        found = find(program)
        if found is None and os.environ.get("CI") == "true":
            pytest.fail(f"{program} is not on this machine", pytrace=False)
        if found is None:
            pytest.skip(f"{program} is not on this machine")
        return found

    return needed


@pytest.fixture(scope="session")
def pair(need: Callable[[str], Path]) -> Iterator[Pair]:
    """A PostgreSQL primary with its streaming standby."""
    with started_pair(need("postgres").resolve().parent) as started:
        yield started


@pytest.fixture(scope="session")
def upsd(need: Callable[[str], Path]) -> Iterator[Upsd]:
    """A NUT server with the made-up devices of tests.real.ups."""
    # Debian's /usr/sbin/upsd is a wrapper that refuses to run before it is configured.
    daemon = next((path for path in map(Path, ("/lib/nut/upsd", "/usr/lib/nut/upsd")) if path.exists()), need("upsd"))
    with started_upsd(daemon, need("dummy-ups")) as started:
        yield started
