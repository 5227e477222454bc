"""A real PostgreSQL with two watches on it in, who watches while the other one, or the server, is away out."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from audit.model.exit import Exit
from audit.model.measurement import MISSED, State
from tests.real.clusters import Pair
from tests.watching.served import (
    PROMPT,
    Page,
    course,
    doubled,
    health,
    inventory,
    measured,
    states,
    unbroken,
    wait_until,
    watching,
)  # fmt: skip

pytestmark = [pytest.mark.real, pytest.mark.waiting]
NUMBERS = count()
WELL = {State.UP, State.DEGRADED}


@pytest.fixture
def store(pair: Pair) -> str:
    name = f"watch{next(NUMBERS)}"
    pair.primary.sql(f"create database {name}")
    return f"postgresql://postgres@127.0.0.1:{pair.primary.port}/{name}"


@pytest.fixture
def estate(tmp_path: Path, page: Page) -> Path:
    path = tmp_path / "estate.yaml"
    path.write_text(inventory(page.port), "utf-8")
    return path


def test_the_second_one_takes_over(estate: Path, store: str, tmp_path: Path, page: Page) -> None:
    with watching(estate, store, tmp_path / "first") as first:
        first.stored(2)
        with watching(estate, store, tmp_path / "second") as second:
            second.until("standing by")
            first.send(signal.SIGKILL)
            first.ended()
            gone = time.monotonic()
            second.until("watching 1 subjects")
            assert time.monotonic() - gone < PROMPT
            second.stored(len(measured(store)) + 2)
            assert second.stop()[0] == Exit.READY
    assert [kind for kind in course(store) if not page.stood or kind not in ("down", "up")] == [
        "started",
        "took-over",
        "ended",
    ]
    assert not doubled(measured(store))


def test_connections_that_the_server_ends(estate: Path, store: str, tmp_path: Path, pair: Pair, page: Page) -> None:
    """The lock goes with its connection: it is taken again before anything is written."""
    name = store.rpartition("/")[2]
    with watching(estate, store, tmp_path / "said") as watch:
        watch.stored(3)
        pair.primary.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
        ended = datetime.now(UTC)
        wait_until(lambda: sum(one.state in WELL for one in measured(store) if one.due > ended) > 2, "looks")
        assert watch.stop()[0] == Exit.READY
    found = measured(store)
    assert not doubled(found)
    assert unbroken(found)
    assert states(page.fair(found)) <= WELL


def test_a_server_that_is_stopped_for_a_while(estate: Path, store: str, tmp_path: Path, pair: Pair, page: Page) -> None:
    with watching(estate, store, tmp_path / "said") as watch:
        watch.stored(3)
        gone = datetime.now(UTC)
        pair.primary.stop()
        try:
            watch.until("nothing can be stored, the watch goes on:")
            time.sleep(4)
        finally:
            back = datetime.now(UTC)
            pair.primary.start()
        watch.until("what waited is stored again")
        watch.stored(len(measured(store)) + 2)
        code, took = watch.stop()
    assert code == Exit.READY
    assert took < PROMPT
    found = measured(store)
    assert not doubled(found)
    assert [one for one in found if gone < one.due < back and one.reason != MISSED]
    assert states(page.fair(found)) <= WELL
    assert unbroken(found)
    kinds = course(store)
    assert kinds[0] == "started"
    assert kinds[-2:] == ["store-back", "ended"]


def test_it_ends_in_time_though_the_server_is_stopped(estate: Path, store: str, tmp_path: Path, pair: Pair) -> None:
    with watching(estate, store, tmp_path / "said") as watch:
        watch.stored(2)
        pair.primary.stop()
        try:
            watch.until("nothing can be stored")
            wait_until(lambda: health(estate)["buffered"] != 0, "a look that cannot be stored")
            code, took = watch.stop()
        finally:
            pair.primary.start()
    assert code == Exit.READY
    assert took < PROMPT
    assert "measurements could not be stored" in watch.said
