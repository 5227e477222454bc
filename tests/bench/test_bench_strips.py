"""A store with ninety days of some endpoints in, what a report spends on reading their past out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import process_time

import pytest

from audit.app.past import strips
from audit.catalogue import discover
from audit.inventory.load import load
from audit.model.measurement import Measurement, State
from audit.store.history import open_history

pytestmark = pytest.mark.bench
DAY, EVERY = timedelta(days=1), timedelta(minutes=5)
DAYS, ENDPOINTS, WHOLE = 91, 10, 2_200


def looks(subject: str, start: datetime, chance: Random) -> Iterator[Measurement]:
    """A day with a failure now and then, each answer as quick as it happens to be."""
    for number in range(DAY // EVERY):
        due = start + number * EVERY + timedelta(seconds=sum(subject.encode()) % 200)
        if chance.random() < 0.001:
            yield Measurement(subject, due, due, State.DOWN, "refused", every=EVERY, tried=1)
        else:
            latency = chance.lognormvariate(-3, 0.5)
            yield Measurement(subject, due, due, State.UP, latency=latency, every=EVERY, good=1, tried=1)


def test_ninety_days_of_every_endpoint(tmp_path: Path) -> None:
    refs = [f"kibo/s{number}/web" for number in range(ENDPOINTS)]
    systems = "".join(
        f"      - {{id: s{number}, grade: 1, endpoints: [{{id: web, kind: tcp, host: 127.0.0.1, port: '9'}}]}}\n"
        for number in range(ENDPOINTS)
    )
    path = tmp_path / "estate.yaml"
    path.write_text(f"estate: {{id: demo}}\ninstitutions:\n  - id: kibo\n    systems:\n{systems}")
    store, chance = str(tmp_path / "haechi.db"), Random(20261122)
    now = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with open_history(store, watching=True) as history:
        for day in range(DAYS):
            start = now - (DAYS - day) * DAY
            rows = sorted((one for ref in refs for one in looks(ref, start, chance)), key=lambda one: one.due)
            for place in range(0, len(rows), 1_000):
                history.note(rows[place : place + 1_000], rows[-1].at)
            if day % 10 == 0:
                history.roll(start, 30 * DAY)
        history.roll(now + timedelta(minutes=6), 30 * DAY)
    known = discover()
    estate = load(path, known).estate
    assert estate is not None
    started = process_time()
    found = strips(estate, store, now, known.policy(estate))
    each = (process_time() - started) / ENDPOINTS
    assert len(found) == ENDPOINTS
    print(f"\n90 days of an endpoint: {each * 1e3:.1f} ms CPU; {WHOLE:,} endpoints: {each * WHOLE:.1f} s")
