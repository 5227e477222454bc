"""A log of a million events in, the time to seal it, to verify one record of it, beside hashing alone out."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from audit.app.sealing import signed
from audit.model.event import Event
from audit.store import eventlog, open_store
from audit.store.checkpoint import new_signer
from audit.store.database import Purpose, open_database
from audit.store.merkle import consistency, consistent, included, inclusion, root_of

pytestmark = pytest.mark.bench
EVENTS: Final = int(os.environ.get("HAECHI_BENCH_EVENTS", "1000000"))
NOW: Final = datetime(2026, 11, 21, tzinfo=UTC)


def test_sealing_beside_hashing_alone(tmp_path: Path) -> None:
    store = str(tmp_path / "haechi.db")
    open_store(store, writing=True).leave()
    opened = open_database(store, Purpose.WATCH, writing=False)
    with opened.lock, opened.engine.execution_options(immediate=True).begin() as connection:
        for start in range(0, EVENTS, 10_000):
            numbers = range(start, min(start + 10_000, EVENTS))
            values = {"by": "Kim Example", "state": "doing", "text": "the second line was ordered"}
            eventlog.tell(
                connection, [Event(NOW + timedelta(seconds=at), "action", f"f/{at}", values) for at in numbers]
            )
    signer = new_signer("audit.example.org/bench", bytes(32))

    opened = open_database(store, Purpose.WATCH, writing=False)
    with opened.lock:
        began, spent = time.perf_counter(), time.process_time()
        done = signed(opened, signer, None)
        took, spent = time.perf_counter() - began, time.process_time() - spent
    assert done.checkpoint.size == EVENTS + 1

    began = time.process_time()
    for number in range(2 * EVENTS):
        hashlib.sha256(b"%065d" % number).digest()
    hashing = time.process_time() - began
    print(
        f"\n{EVENTS} events sealed in {took:.2f} s ({spent:.2f} s of processor), {spent / hashing:.1f} x hashing alone"
    )

    place = EVENTS // 3
    proof = inclusion(done.hashes, place)
    began = time.process_time()
    for _ in range(100):
        assert included(done.hashes[place], place, EVENTS + 1, proof) == done.checkpoint.root
        assert done.checkpoint.signed_by(signer.key)
    one = (time.process_time() - began) / 100
    before = root_of(done.hashes[:place])
    going_on = consistency(done.hashes, place)
    began = time.process_time()
    assert consistent(place, before, EVENTS + 1, done.checkpoint.root, going_on)
    print(f"one record with the signature verified in {one * 1e3:.3f} ms by {len(proof)} hashes; ", end="")
    print(f"that the log goes on in {(time.process_time() - began) * 1e3:.3f} ms")
