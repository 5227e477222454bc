"""Databases of a real PostgreSQL in, sealing, verifying, bundling, merging as with files out."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from audit.app.sealing import seal
from audit.app.sealing_bundle import make, merge_all
from audit.app.sealing_keys import new_key
from audit.app.sealing_verify import verify
from audit.model.event import Event
from audit.model.exit import Exit
from audit.store import open_store
from audit.store.history import open_history
from tests.real.clusters import Pair
from tests.store.contract import NOW, SOURCES, closing, finding, observations, run

pytestmark = pytest.mark.real


def test_from_a_run_to_the_ministry(pair: Pair, tmp_path: Path) -> None:
    urls = []
    for name in ("sealed", "ministry"):
        pair.primary.sql(f"create database {name}")
        urls.append(f"postgresql+psycopg://postgres@127.0.0.1:{pair.primary.port}/{name}")
    kibo, ministry = urls
    with open_store(kibo, writing=True) as store:
        store.begin(run(), SOURCES)
        store.see(run().id, [one for one in observations() if "\0" not in one.subject])
        store.close(closing(run()), [finding(place) for place in range(12)])
    with open_history(kibo, watching=False) as history:
        history.tell([Event(NOW, "action", f"f{number}", {"by": "Kim"}) for number in range(20)])
    key, checkpoint, bundle = tmp_path / "k.key", tmp_path / "checkpoint", tmp_path / "kibo.haechi"
    public = str(new_key("audit.example.org/kibo", key).key)
    checkpoint.write_text(seal(None, store=kibo, key=key).text)
    assert verify(kibo, checkpoints=[checkpoint], keys=[public]).exit is Exit.READY
    make(kibo, institution="kibo", run="latest", key=key, output=bundle)
    assert verify(str(bundle), checkpoints=[checkpoint], keys=[public]).exit is Exit.READY
    states = [one.merged.state for _ in range(2) for one in merge_all(ministry, [bundle], [public]) if one.merged]
    assert states == ["merged", "known"]
    assert verify(ministry).faults == ()
    engine = create_engine(kibo)
    with engine.begin() as connection:
        connection.execute(text("UPDATE event SET subject = 'x' WHERE number = 9"))
    engine.dispose()
    assert str(verify(kibo, checkpoints=[checkpoint], keys=[public]).faults[0]) == "event 9 is not what was written"
