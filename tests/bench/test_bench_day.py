"""A simulated day of 10,000 watched endpoints to what it takes of memory and store, hour by hour."""

from __future__ import annotations

import gc
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest

from audit.analysis.flips import Flips
from audit.model.measurement import Measurement, State
from audit.model.watching import Judgement
from audit.schedule.wheel import Wheel
from audit.store.history import open_history

pytestmark = pytest.mark.bench

TARGETS = int(os.environ.get("HAECHI_BENCH_TARGETS", "10000"))
HOURS = int(os.environ.get("HAECHI_BENCH_HOURS", "24"))
EVERY = timedelta(seconds=int(os.environ.get("HAECHI_BENCH_EVERY", "300")))
STEP = timedelta(seconds=10)
START = datetime(2026, 9, 1, tzinfo=UTC)
PHASES = (0.0004, 0.0011, 0.0062, 0.0001, 0.0203, 0.0009)


def resident() -> float:
    """Megabytes of this process that are in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def measured(ref: str, due: datetime, chance: random.Random) -> Measurement:
    """A measurement as they come: nearly all are good, some are not."""
    luck = chance.random()
    at = due + timedelta(microseconds=chance.randrange(200, 3000))
    if luck > 0.999:
        return Measurement(
            ref, due, at, State.DOWN, "refused", "192.0.2.4 refused", took=8.2, attempts=3, tried=1, every=EVERY
        )
    if luck > 0.998:
        return Measurement(ref, due, at, State.UNKNOWN, "timeout", took=5.0, attempts=3, every=EVERY)
    factor = chance.lognormvariate(0, 0.4)
    phases = tuple(round(phase * factor, 6) for phase in PHASES)
    return Measurement(ref, due, at, State.UP, "", "", sum(phases), phases, 0.0007, sum(phases), 1, 1, 1, None, EVERY)


def test_a_day_of_many_targets(tmp_path: Path) -> None:
    refs = [f"agency-{number % 11}/system-{number // 2}/web-{number % 2}" for number in range(TARGETS)]
    wheel = Wheel(EVERY, refs)
    flips = Flips(Judgement(), 1)
    chance = random.Random(1)
    count = flipped = 0
    began = process_time()
    rows: list[tuple[int, float, float]] = []
    with open_history(str(tmp_path / "day.db"), watching=True) as history:
        at = START
        for hour in range(HOURS):
            over = START + (hour + 1) * timedelta(hours=1)
            while at < over:
                batch = [measured(due.ref, due.at, chance) for due in wheel.due(at, at + STEP)]
                at += STEP
                history.note(batch, at)
                told = [event for one in batch if (event := flips.heed(one)) is not None]
                if told:
                    history.tell(told)
                count += len(batch)
                flipped += len(told)
            history.roll(at + timedelta(minutes=6), timedelta(days=30))
            rows.append((hour + 1, resident(), history.size() / 1e6))
        spent = process_time() - began
    print(
        f"\n{HOURS} simulated hours of {TARGETS} targets each {EVERY.seconds} s: {count} measurements, {flipped} flips"
    )
    for hour, memory, size in rows:
        if hour in (1, 2, 6, 12, 18, HOURS):
            print(f"  after {hour:2d} h: {memory:6.0f} MB resident, store {size:7.1f} MB")
    print(f"  store: {rows[-1][2] * 1e6 / count:.1f} bytes a measurement, {rows[-1][2] / HOURS * 24:.0f} MB a day")
    print(f"  CPU: {spent / count * 1e6:.1f} us a measurement, made up, stored, judged and rolled")
