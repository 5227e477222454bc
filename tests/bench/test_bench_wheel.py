"""Fifty thousand subjects of one cadence in, how late their looks begin with what that costs out."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from audit.app.watching.journal import Journal
from audit.app.watching.looks import Looks, Watched
from audit.app.watching.rounds import Rounds, wall
from audit.contract import CannotSee, Reason, World, probe, say
from audit.model.facts import ServiceState
from audit.model.measurement import MISSED, Measurement, State
from audit.model.place import Place
from audit.model.technology import Endpoint
from audit.schedule.ticking import Ticking
from audit.store.history import open_history

pytestmark = pytest.mark.bench
SUBJECTS, EVERY, ROUNDS = 50_000, timedelta(seconds=30), 1
START, END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Light(Endpoint, kind="light"):
    """A lamp."""


@probe()
async def shine(light: Light, world: World) -> ServiceState:
    raise CannotSee(Reason.CRASHED, say("nobody looks at it"))


def light(number: int) -> Light:
    place = Place("estate.yaml", 1, 1, ref=f"a/s{number}/web")
    return Light.model_validate({"@": place, "id": "web", "kind": "light"})


async def look(watched: Watched, due: datetime) -> Measurement:
    """A probe that does nothing."""
    return Measurement(watched.item.ref, due, wall(), State.UP, latency=0.001, every=watched.every, good=1, tried=1)


async def watched(store: str, seconds: float) -> tuple[list[Measurement], float]:
    """Everything but the probes themselves, as the watch puts it together; with the CPU that it took."""
    seen: list[Measurement] = []
    journal = Journal(open_history(store, watching=True), "here", wall, lambda event: None)

    def keep(measurement: Measurement) -> None:
        seen.append(measurement)
        journal.keep(measurement)

    looks = Looks(look, keep, wall, "here", 100_000)
    rounds = Rounds(looks.begin, looks.miss)
    subjects = {one.ref: Watched(one, shine, EVERY) for one in map(light, range(SUBJECTS))}
    looks.set(subjects, lambda ref, due: "")
    rounds.set((ref, EVERY) for ref in subjects)
    ticking = Ticking("UTC")
    ticking.every("all", EVERY, partial(rounds.tick, EVERY), wall())
    writing = asyncio.ensure_future(journal.run())
    began = time.process_time()
    await asyncio.sleep(seconds)
    used = time.process_time() - began
    ticking.end()
    rounds.end()
    await looks.all()
    writing.cancel()
    await journal.flush()
    await journal.leave()
    return seen, used


def test_fifty_thousand_in_one_cadence(tmp_path: Path) -> None:
    """None missed, each lateness stored."""
    store = str(tmp_path / "haechi.db")
    seconds = ROUNDS * EVERY.total_seconds()
    seen, used = asyncio.run(watched(store, seconds))
    late = sorted(one.lateness.total_seconds() * 1000 for one in seen if one.reason != MISSED)
    missed = sum(one.reason == MISSED for one in seen)
    with open_history(store, watching=False) as history:
        stored = sum(1 for _ in history.raw("", START, END))
        size = history.size()
    print(
        f"\n{len(late):,} looks at {SUBJECTS:,} subjects in {seconds:.0f} s: {missed} missed, {stored:,} stored;"
        f" late p50 {late[len(late) // 2]:.2f} ms, p99 {late[len(late) * 99 // 100]:.2f} ms, max {late[-1]:.1f} ms;"
        f" {used / seconds:.1%} of a core, {used / len(late) * 1e6:.0f} us a look, {size / stored:.1f} bytes a look"
    )
    assert missed == 0
    assert stored == len(seen)
    assert abs(len(late) - ROUNDS * SUBJECTS) <= 1_000
    assert len({(one.subject, one.due) for one in seen}) == len(seen)
