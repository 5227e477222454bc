"""A watch whose clock is set under it, or whose machine sleeps for hours, to what it stored with what it tells of it.

The process is the real one: only what the C library answers it for the time of the day is shifted, by a library that is
loaded before it. No clock of this machine is touched.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.model.exit import Exit
from audit.model.measurement import MISSED, PROBER, Measurement, State
from tests.watching.served import Place, doubled, log, measured, wait_until, watching

pytestmark = [pytest.mark.real, pytest.mark.waiting]
HOUR = 3600


class Clock:
    """What the clock of a watch is shifted by."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.write_bytes(struct.pack("qq", 0, 0))

    def shift(self, day: int, sleep: int = 0) -> None:
        with self._path.open("r+b") as file:
            file.write(struct.pack("qq", day, sleep))


@pytest.fixture
def clock(need: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    library, source = tmp_path / "clock.so", Path(__file__).with_name("clock.c")
    subprocess.run([need("gcc"), "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True, timeout=300)
    clock = Clock(tmp_path / "clock")
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("CLOCK_FILE", str(tmp_path / "clock"))
    return clock


def told(place: Place, what: str) -> Any:
    """What a command says by the clock of the watch."""
    words = (what, str(place.estate), "--store", place.store, "--format", "json", "--period", "24h")
    done = subprocess.run(
        (sys.executable, "-P", "-m", "audit", *words),
        capture_output=True, text=True, timeout=300, check=False, env=dict(os.environ),
    )  # fmt: skip
    return json.loads(done.stdout)


def well(place: Place) -> int:
    """How many looks found the page well."""
    return sum(one.state in (State.UP, State.DEGRADED) for one in place.of("k/s/web"))


def rows(place: Place) -> list[Measurement]:
    return [one for one in place.of("k/s/web") if one.reason == MISSED and one.until is not None]


def twice(found: tuple[Measurement, ...]) -> list[tuple[str, datetime]]:
    return [look for look, count in Counter((one.subject, one.due) for one in found).items() if count > 1]


def test_a_machine_that_slept_for_nine_hours(place: Place, clock: Clock) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(3)
        clock.shift(9 * HOUR, sleep=9 * HOUR)
        before = len(measured(place.store))
        time.sleep(4)
        watch.stored(before + 3)
        assert len(measured(place.store)) < before + 200  # no burst makes up for what was missed
        assert watch.stop()[0] == Exit.READY
    (slept,) = [one.until - one.due for one in rows(place) if one.until and one.until - one.due > timedelta(hours=1)]
    assert timedelta(hours=8, minutes=50) < slept < timedelta(hours=9, minutes=10)
    assert not doubled(measured(place.store))
    assert State.DOWN not in place.states()
    assert "suspended" in place.kinds()
    assert "clock-step" not in place.kinds()
    assert told(place, "outages")["outages"] == [] or place.page.stood
    web = next(one for one in told(place, "uptime")["subjects"] if one["subject"] == "k/s/web")
    assert web["seconds"]["down"] == web["seconds"]["between"] == 0 or place.page.stood
    assert 9 * HOUR - 600 < web["unknown"]["missed"] < 9 * HOUR + 600
    assert web["seconds"]["up"] < 600


def test_a_clock_that_is_put_back_with_kills_in_between(place: Place, clock: Clock) -> None:
    for number, shift in enumerate((0, -HOUR, -HOUR - 6)):
        with watching(place.estate, place.store, place.said) as watch:
            watch.until("watching 1 subjects", number + 1)
            watch.stored(len(measured(place.store)) + 2)
            clock.shift(shift)
            wait_until(lambda least=number: len(log(place.store, "clock-step")) >= least, "the step")  # type: ignore[misc]
            time.sleep(3)
            watch.send(signal.SIGKILL)
            watch.ended()
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(len(measured(place.store)) + 8)
        assert watch.stop()[0] == Exit.READY
    found = measured(place.store)
    assert not twice(found)
    assert {one.state for one in place.page.fair(found)} <= {State.UP, State.DEGRADED, State.UNKNOWN}
    assert {one.reason for one in found if one.state is State.UNKNOWN} <= {MISSED, PROBER}
    assert log(place.store, "clock-step")[0].values["seconds"] == pytest.approx(-HOUR, abs=60)
    assert told(place, "outages")["outages"] == [] or place.page.stood


def test_a_clock_that_is_put_forward_then_back(place: Place, clock: Clock) -> None:
    """What is looked at after all counts in place of what seemed to be missed."""
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(3)
        clock.shift(9 * HOUR)
        watch.until("the clock was set by")
        time.sleep(3)
        clock.shift(0)
        watch.until("the clock was set by -")
        before = well(place)
        wait_until(lambda: well(place) >= before + 6, "some looks")
        assert watch.stop()[0] == Exit.READY
    found = measured(place.store)
    assert not twice(found)
    assert State.DOWN not in place.states()
    web = next(one for one in told(place, "uptime")["subjects"] if one["subject"] == "k/s/web")
    assert web["seconds"]["up"] > 5
    assert web["unknown"].get("missed", 0) < HOUR
