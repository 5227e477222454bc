"""Measurements of many targets in, what it costs to keep them out: time to write, bytes, time to read."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import pytest

from audit.model.measurement import Measurement, State
from audit.store.history import History, open_history
from tests.store.watched import DAY, HOUR, NOW, RAW

pytestmark = pytest.mark.bench

EVERY = timedelta(seconds=30)
CHANCE = random.Random(20261122)
COLUMNS = "subject due at state reason detail latency phases error took attempts good tried until every vantage".split()


def look(target: int, turn: int) -> Measurement:
    """As a healthy HTTPS service answers: every time another one, in microseconds."""
    due = NOW + turn * EVERY + timedelta(microseconds=target * 7_919_131 % 30_000_000)
    phases = tuple(round(CHANCE.uniform(0.5, 1.5) * part, 6) for part in (0.001, 0.003, 0.006, 0.000_04, 0.02, 0.0003))
    latency = round(sum(phases), 6)
    return Measurement(
        subject=f"institution{target % 11}/system{target % 97}/web{target}",
        due=due,
        at=due + timedelta(microseconds=CHANCE.randrange(200, 3_000)),
        state=State.UP,
        latency=latency,
        phases=phases,
        error=round(CHANCE.uniform(0, 0.002), 6),
        took=round(latency + CHANCE.uniform(0.000_1, 0.000_4), 6),
        good=2,
        tried=2,
        every=EVERY,
    )


def plain(one: Measurement) -> tuple[object, ...]:
    """A row as a simple program would write it."""
    return (
        one.subject, one.due.isoformat(), one.at.isoformat(), one.state, one.reason, one.detail, one.latency,
        ",".join(map(str, one.phases)), one.error, one.took, one.attempts, one.good, one.tried, None,
        one.every.total_seconds(), one.vantage,
    )  # fmt: skip


def rounds(history: History, other: sqlite3.Connection, size: int, count: int) -> Iterator[tuple[float, float]]:
    """CPU seconds to write the same measurements by the journal and row by row, in turns."""
    insert = f"INSERT INTO plain VALUES ({','.join('?' * len(COLUMNS))})"
    for turn in range(count):
        looks = [look(target, turn) for target in range(size)]
        started = process_time()
        history.note(looks, looks[-1].at)
        between = process_time()
        with other:
            other.executemany(insert, map(plain, looks))
        yield between - started, process_time() - between


@pytest.mark.parametrize("size", [1_000, 100, 3])
def test_writing(tmp_path: Path, size: int) -> None:
    other = sqlite3.connect(tmp_path / "plain.db")
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("PRAGMA synchronous = FULL")
    other.execute(f"CREATE TABLE plain ({','.join(COLUMNS)})")
    with open_history(str(tmp_path / "haechi.db"), watching=True) as history:
        times = list(rounds(history, other, size, 60))[5:]
        history.roll(NOW, RAW)
        ours, rows = (sum(column) / len(times) / size * 1e6 for column in zip(*times, strict=True))
        fast = sorted(time for time, _ in times)[len(times) // 10] / size * 1e6
        history.leave()
    other.close()
    files = [(tmp_path / name).stat().st_size / 60 / size for name in ("haechi.db", "plain.db")]
    print(
        f"\n{size:,} measurements a write, CPU microseconds each: journal {ours:.2f} (a quiet tenth {fast:.2f}), "
        f"rows by executemany {rows:.2f}, ratio {ours / rows:.2f}; bytes each {files[0]:.0f} against {files[1]:.0f}"
    )


def test_reading_and_growth(tmp_path: Path) -> None:
    """Some hours of 100 targets at 30 s, a write a second."""
    targets, turns = 100, 480
    path = tmp_path / "haechi.db"
    with open_history(str(path), watching=True) as history:
        empty = bytes_of(path)
        looks = [[look(target, turn) for target in range(targets)] for turn in range(turns)]
        for row in looks:
            row.sort(key=lambda one: one.due)
            for place in range(0, targets, 4):
                history.note(row[place : place + 4], row[place].at)
        subject = looks[0][0].subject
        print(f"\n{targets} targets at 30 s, about four a write")
        size = {"as written": bytes_of(path)}
        started = process_time()
        history.stretches(subject, NOW + 3 * HOUR, NOW + 4 * HOUR)
        print(f"  the last hour of one target, not rolled up: {(process_time() - started) * 1e3:.1f} ms CPU")
        started, made = process_time(), history.roll(NOW + 25 * HOUR, RAW)
        spent = process_time() - started
        print(f"  to roll up: {spent / targets / turns * 1e6:.1f} us CPU a measurement, {made} stretches")
        size["put together"] = bytes_of(path)
        history.roll(NOW + 33 * DAY, RAW)
        size["hours alone"] = bytes_of(path)
        history.roll(NOW + 300 * DAY, RAW)
        size["days alone"] = bytes_of(path)
        for name, taken in size.items():
            print(f"  {name:<13} {(taken - empty) / targets / turns * 2880:>10,.0f} bytes a target a day")


def test_ninety_days(tmp_path: Path) -> None:
    with open_history(str(tmp_path / "haechi.db"), watching=True) as history:
        every = timedelta(minutes=5)
        for day in range(90):
            looks = [look(0, turn) for turn in range(day * 2880, (day + 1) * 2880, 10)]
            history.note([Measurement(**{**fields(one), "every": every}) for one in looks], looks[-1].at)
        print("\none target for 90 days")
        read(history, looks[0].subject, 90)
        history.roll(NOW + 90 * DAY, RAW)
        read(history, looks[0].subject, 90)


def fields(one: Measurement) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Measurement.__slots__}


def read(history: History, subject: str, days: int) -> None:
    started = perf_counter()
    found = history.stretches(subject, NOW, NOW + days * DAY)
    print(f"  {days} days of one target: {len(found)} stretches in {(perf_counter() - started) * 1e3:.1f} ms")


def bytes_of(path: Path) -> int:
    """What is really taken, without what is free."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    connection.close()
    return int((pages - free) * size)
