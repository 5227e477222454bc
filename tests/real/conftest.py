"""The programs of this machine become servers that the tests of this folder share, each ended with the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.real.clusters import Pair, started_pair
from tests.real.twins import Twins
from tests.real.ups import Upsd, started_upsd
from tests.watching.served import Page, Place


@pytest.fixture(scope="session")
def twins() -> Twins:
    """What was ruled on each healthy lab."""
    return Twins()


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


@pytest.fixture
def page() -> Iterator[Page]:
    """A page that a watch looks at."""
    served = Page()
    yield served
    served.end()


@pytest.fixture
def place(tmp_path: Path, page: Page) -> Place:
    """An inventory with that page."""
    return Place(tmp_path, page)
